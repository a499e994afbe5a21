"""What the outbox keeps in its SQLite file, one transaction at a time; blocking."""

import fcntl
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Self, TextIO

from ivr.adapters.sql import SQL_DIR, named_queries
from ivr.domain.call import CallId
from ivr.domain.facts import encode
from ivr.domain.journal import Event, EventId, EventKind
from ivr.errors import Refusal

SCHEMA_VERSION = 1
REMEMBERED = timedelta(days=7)  # how long a finished call's late events are told for what they are


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An event as it is kept. `at` is ISO 8601 in UTC, `facts` and `data` are JSON in ASCII."""

    id: EventId
    call_id: CallId
    kind: EventKind
    at: str
    facts: str
    data: str

    @classmethod
    def of(cls, event: Event) -> Self:
        """Write an event down. Raises ValueError for one that cannot be kept."""
        if event.at.tzinfo is None:
            raise ValueError(f"event {event.id}: a time without a zone")
        if not (event.id.isascii() and event.call_id.isascii()):
            raise ValueError("ids of events and calls are ASCII")
        if event.kind is EventKind.CALLBACK_REQUESTED:
            date.fromisoformat(str(event.data.get("promised_by")))
        return cls(
            id=event.id,
            call_id=event.call_id,
            kind=event.kind,
            at=event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            facts=encode(event.facts),
            data=json.dumps(dict(event.data), separators=(",", ":"), allow_nan=False),
        )


@dataclass(frozen=True, kw_only=True)
class StoredEvent:
    """An event that Postgres does not have yet, and its place in the order of happening."""

    seq: int
    entry: Entry


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """How much Postgres does not have yet, and how many events it refused."""

    size: int
    oldest: datetime | None
    rejected: int


class OutboxStore:
    """The file. Owned by one process, used by one thread at a time."""

    def __init__(
        self, connection: sqlite3.Connection, lock: TextIO, sql: Mapping[str, str]
    ) -> None:
        self._db = connection
        self._lock = lock
        self._sql = sql
        self._size = self._number("count_events")
        self._rejected = self._number("count_rejected")

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open or create the file. Raises Refusal when it is taken, broken or out of reach."""
        sql = named_queries(SQL_DIR / "outbox.sql")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return cls._owned(path, _own(path), sql)
        except (OSError, sqlite3.Error) as wrong:
            raise Refusal(
                f"The outbox {path} cannot be used ({wrong}): make the folder of IVR_STATE_DIR"
                " writable with room on its disk, or move a damaged file away."
            ) from wrong

    @classmethod
    def _owned(cls, path: Path, lock: TextIO, sql: Mapping[str, str]) -> Self:
        try:
            return cls(_connect(path, sql), lock, sql)
        except BaseException:
            lock.close()
            raise

    def write(self, entries: Sequence[Entry]) -> Sequence[bool]:
        """Put entries on disk in one transaction; tells which were new. Raises sqlite3.Error."""
        with _transaction(self._db):
            new = [self._take(entry) for entry in entries]
        self._size += sum(new)
        return new

    def open_calls(self) -> Mapping[CallId, str]:
        """Calls without an outcome, and their latest facts as written."""
        return {CallId(call): facts for call, facts in self._db.execute(self._sql["open_calls"])}

    def callback_promised(self, call: CallId) -> date | None:
        """The day by which this call's callback is promised; None while none is on disk."""
        row = self._db.execute(self._sql["callback_promised"], (call,)).fetchone()
        return None if row is None else date.fromisoformat(row[0])

    def unshipped(self, limit: int) -> Sequence[StoredEvent]:
        """The oldest events that Postgres does not have, in order."""
        return [_stored(row) for row in self._db.execute(self._sql["unshipped"], (limit,))]

    def shipped(self, up_to: int) -> None:
        """Forget the events up to this place: Postgres has them."""
        with _transaction(self._db):
            self._size -= self._db.execute(self._sql["shipped"], (up_to,)).rowcount

    def set_aside(self, seq: int, reason: str) -> None:
        """Keep an event out of the way: Postgres refused it."""
        with _transaction(self._db):
            self._db.execute(self._sql["set_aside"], {"seq": seq, "reason": reason})
            removed = self._db.execute(self._sql["forget_event"], {"seq": seq}).rowcount
        self._size -= removed
        self._rejected += removed

    def backlog(self) -> Backlog:
        """What Postgres does not have yet."""
        oldest = self._db.execute(self._sql["oldest"]).fetchone()
        return Backlog(
            size=self._size,
            oldest=None if oldest is None else datetime.fromisoformat(oldest[0]),
            rejected=self._rejected,
        )

    def close(self) -> None:
        """Close the file and let go of it."""
        self._db.close()
        self._lock.close()

    def _take(self, entry: Entry) -> bool:
        values = asdict(entry)
        if not self._db.execute(self._sql["see"], values).rowcount:
            return False
        self._db.execute(self._sql["keep"], values)
        if entry.kind is EventKind.CALLBACK_REQUESTED:
            self._db.execute(self._sql["keep_callback"], values)
        if entry.kind is EventKind.FINISHED:
            self._finish(values, before=datetime.fromisoformat(entry.at) - REMEMBERED)
        else:
            self._db.execute(self._sql["open_call"], values)
        return True

    def _finish(self, values: Mapping[str, str], *, before: datetime) -> None:
        for query in ("finish_call", "close_call", "forget_ids"):
            self._db.execute(self._sql[query], values)
        for query in ("forget_finished", "forget_callbacks"):
            self._db.execute(self._sql[query], {"before": before.isoformat()})

    def _number(self, query: str) -> int:
        return int(self._db.execute(self._sql[query]).fetchone()[0])


def _stored(row: tuple[int, str, str, str, str, str, str]) -> StoredEvent:
    seq, event_id, call_id, kind, at, facts, data = row
    entry = Entry(
        id=EventId(event_id),
        call_id=CallId(call_id),
        kind=EventKind(kind),
        at=at,
        facts=facts,
        data=data,
    )
    return StoredEvent(seq=seq, entry=entry)


def _own(path: Path) -> TextIO:
    """Lock the file for this process; the kernel lets go of it when the process ends."""
    lock = os.fdopen(_private(path.with_name(path.name + ".lock")), "r+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        owner = lock.read(20).strip() or "unknown"
        lock.close()
        raise Refusal(
            f"The outbox {path} belongs to a running controller (process {owner}): stop that one,"
            " or give this one an IVR_STATE_DIR of its own."
        ) from None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def _private(path: Path) -> int:
    """Open or create a file that nobody else may read: it holds callers' numbers."""
    return os.open(path, os.O_CREAT | os.O_RDWR, 0o600)


def _connect(path: Path, sql: Mapping[str, str]) -> sqlite3.Connection:
    os.close(_private(path))
    # Nobody else writes: one who does is waited for half a second and then reported.
    db = sqlite3.connect(path, timeout=0.5, isolation_level=None, check_same_thread=False)
    try:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            db.execute(f"PRAGMA {pragma}")
        _bring_up(db, path, sql)
    except BaseException:
        db.close()
        raise
    return db


def _bring_up(db: sqlite3.Connection, path: Path, sql: Mapping[str, str]) -> None:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version == 0:
        db.executescript(f"BEGIN IMMEDIATE; {sql['schema']} COMMIT;")
    elif version != SCHEMA_VERSION:
        raise Refusal(
            f"The outbox {path} was written by another version of this program (format {version},"
            f" this one knows {SCHEMA_VERSION}): run that version until the outbox is empty."
        )


@contextmanager
def _transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; sqlite3's own `with` leaves the beginning to chance."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
