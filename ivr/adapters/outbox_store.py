"""What the outbox keeps in its SQLite file, one transaction at a time; blocking."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Self, TextIO

from ivr.adapters.outbox_entry import (
    AnyEntry,
    CallbackEntry,
    DutyEntry,
    Entry,
    instant,
    place,
    read,
)
from ivr.adapters.outbox_file import connect, transaction
from ivr.adapters.outbox_forgetting import erase_numbers, forget
from ivr.adapters.outbox_lock import own
from ivr.adapters.outbox_room import BOUND_BYTES, Room
from ivr.adapters.sql import SQL_DIR, named_queries
from ivr.domain.call import CallId, CounsellorId, LineId
from ivr.domain.callback import CallbackId
from ivr.domain.journal import PROMISES, EventKind, Promised
from ivr.domain.place import Regained
from ivr.domain.retention import Retention
from ivr.errors import Refusal

# How often, by the time of the events, it is looked for what is to be forgotten.
FORGETS_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class StoredEvent:
    """An event that Postgres does not have yet, and its place in the order of happening."""

    seq: int
    entry: AnyEntry


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """How much Postgres does not have yet, and how many events it refused.

    The file may grow by `room_bytes`: to its bound, or as far as the disk has room. `filling`:
    a person must see to it, or the disk takes no events some hours from now.
    """

    size: int
    oldest: datetime | None
    rejected: int
    room_bytes: int
    filling: bool


class OutboxStore:
    """The file. Owned by one process, used by one thread at a time."""

    def __init__(
        self, connection: sqlite3.Connection, lock: TextIO, sql: Mapping[str, str], room: Room
    ) -> None:
        self._db = connection
        self._room = room
        self._lock = lock
        self._sql = sql
        self._size = self._number("count_events")
        self._rejected = self._number("count_rejected")
        self._oldest = self._read_oldest()
        self._forgot: datetime | None = None

    @classmethod
    def open(cls, path: Path, bound_bytes: int = BOUND_BYTES) -> Self:
        """Open or create the file, which may grow to so many bytes.

        Raises Taken, and Refusal when it is broken or out of reach.
        """
        sql = named_queries(SQL_DIR / "outbox.sql")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return cls._owned(path, own(path), sql, bound_bytes)
        except (OSError, sqlite3.Error) as wrong:
            raise Refusal(
                f"The outbox {path} cannot be used ({wrong}): make the folder of IVR_STATE_DIR"
                " writable with room on its disk, or move a damaged file away."
            ) from wrong

    @classmethod
    def _owned(cls, path: Path, lock: TextIO, sql: Mapping[str, str], bound_bytes: int) -> Self:
        try:
            db = connect(path, sql)
            return cls(db, lock, sql, Room(db, path, bound_bytes))
        except BaseException:
            lock.close()
            raise

    def write(self, entries: Sequence[AnyEntry]) -> Sequence[bool]:
        """Put entries on disk in one transaction; tells which were new. Raises sqlite3.Error."""
        with transaction(self._db):
            new = [self._take(entry) for entry in entries]
            taken = [entry for entry, is_new in zip(entries, new, strict=True) if is_new]
            self._keep_open(taken)
            forgot = self._forget_if_due(taken)
        self._forgot = forgot
        self._size += len(taken)
        if self._oldest is None and taken:
            self._oldest = datetime.fromisoformat(taken[0].at)
        return new

    def open_calls(self) -> Mapping[CallId, str]:
        """Calls without an outcome, and their latest facts as written."""
        return {CallId(call): facts for call, facts in self._db.execute(self._sql["open_calls"])}

    def callback_promised(self, call: CallId) -> Promised | None:
        """What this call was promised; None while no promise is on disk."""
        row = self._db.execute(self._sql["callback_promised"], (call,)).fetchone()
        if row is None:
            return None
        return Promised(callback=CallbackId(row[0]), by=date.fromisoformat(row[1]))

    def callbacks(self) -> Sequence[str]:
        """All requests that are kept here, as written, by their place in the line."""
        return [state for (state,) in self._db.execute(self._sql["callbacks"])]

    def duties(self) -> Mapping[CounsellorId, str]:
        """The latest state of every counsellor, as written."""
        return {CounsellorId(who): state for who, state in self._db.execute(self._sql["duties"])}

    def left_line(self, line: LineId, number: str, since: datetime, by: CallId) -> Regained | None:
        """Give this call the place that a caller from the number left in the line, if one did."""
        since_text = instant(since, of="left_line")
        asked = {"line": line, "number": number, "since": since_text, "by": by}
        with transaction(self._db):
            row = self._db.execute(self._sql["place_left"], asked).fetchone()
            if row is None:
                return None
            call, *left = row
            self._db.execute(self._sql["take_place"], {"call": call, "by": by})
        return place(*left)

    def given_up(self, before: datetime) -> Sequence[CallbackId]:
        """The requests that were given up and that nobody has touched since."""
        rows = self._db.execute(self._sql["given_up"], (instant(before, of="given_up"),))
        return [CallbackId(callback) for (callback,) in rows]

    def erase_numbers(self, retention: Retention, now: datetime) -> int:
        """See `ivr.adapters.outbox_forgetting`."""
        return erase_numbers(self._db, self._sql, retention, now)

    def unshipped(self, limit: int) -> Sequence[StoredEvent]:
        """The oldest events that Postgres does not have, in order."""
        rows = self._db.execute(self._sql["unshipped"], (limit,))
        return [StoredEvent(seq=seq, entry=read(row)) for seq, *row in rows]

    def shipped(self, up_to: int) -> None:
        """Forget the events up to this place: Postgres has them."""
        with transaction(self._db):
            removed = self._db.execute(self._sql["shipped"], (up_to,)).rowcount
        self._removed(removed)

    def set_aside(self, seq: int, reason: str) -> None:
        """Keep an event out of the way: Postgres refused it."""
        with transaction(self._db):
            self._db.execute(self._sql["set_aside"], {"seq": seq, "reason": reason})
            removed = self._db.execute(self._sql["forget_event"], {"seq": seq}).rowcount
        self._removed(removed)
        self._rejected += removed

    def ever_used(self) -> bool:
        """Whether it has ever taken an event."""
        return self._number("ever_used") > 0

    def backlog(self) -> Backlog:
        """What Postgres does not have yet."""
        room = self._room.left_bytes()
        return Backlog(
            size=self._size,
            oldest=self._oldest,
            rejected=self._rejected,
            room_bytes=room,
            filling=self._room.scarce(room),
        )

    def close(self) -> None:
        """Close the file and let go of it."""
        self._db.close()
        self._lock.close()

    def _take(self, entry: AnyEntry) -> bool:
        match entry:
            case Entry():
                return self._take_of_call(entry)
            case DutyEntry():
                return self._take_once(entry, see="see_duty", keep_state="keep_duty")
            case CallbackEntry():
                return self._take_once(entry, see="see_callback", keep_state="keep_callback_state")

    def _take_of_call(self, entry: Entry) -> bool:
        values = entry.row()
        if not self._db.execute(self._sql["see"], values).rowcount:
            return False
        self._db.execute(self._sql["keep"], values)
        if entry.kind in PROMISES:
            self._db.execute(self._sql["keep_callback"], values)
        if entry.kind is EventKind.FINISHED:
            self._finish(entry, values)
        return True

    def _take_once(self, entry: DutyEntry | CallbackEntry, *, see: str, keep_state: str) -> bool:
        """An event that belongs to no open call, and the state after it."""
        values = entry.row()
        if not self._db.execute(self._sql[see], values).rowcount:
            return False
        self._db.execute(self._sql["keep"], values)
        self._db.execute(self._sql[keep_state], values)
        return True

    def _finish(self, entry: Entry, values: Mapping[str, str | None]) -> None:
        for query in ("finish_call", "close_call", "forget_ids"):
            self._db.execute(self._sql[query], values)
        if entry.left is not None:
            self._db.execute(self._sql["leave_line"], entry.left)

    def _keep_open(self, taken: Sequence[AnyEntry]) -> None:
        """The latest facts of each call that goes on."""
        latest: dict[CallId, Entry] = {}
        for entry in taken:
            if isinstance(entry, Entry):
                latest[entry.call_id] = entry
        for entry in latest.values():
            if entry.kind is not EventKind.FINISHED:
                self._db.execute(self._sql["open_call"], entry.row())

    def _forget_if_due(self, taken: Sequence[AnyEntry]) -> datetime | None:
        """Forget what has been kept long enough; since when nothing else need be looked for."""
        if not taken:
            return self._forgot
        now = datetime.fromisoformat(taken[-1].at)
        if self._forgot is not None and abs(now - self._forgot) < FORGETS_EVERY:
            return self._forgot
        forget(self._db, self._sql, now)
        return now

    def _removed(self, events: int) -> None:
        self._size -= events
        self._oldest = self._read_oldest()

    def _read_oldest(self) -> datetime | None:
        row = self._db.execute(self._sql["oldest"]).fetchone()
        return None if row is None else datetime.fromisoformat(row[0])

    def _number(self, query: str) -> int:
        return int(self._db.execute(self._sql[query]).fetchone()[0])
