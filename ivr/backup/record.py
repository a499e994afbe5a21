"""The outbox in a backup: a copy of one instant, and what Postgres knows better when it is back."""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from ivr.adapters.outbox_file import connect, transaction
from ivr.adapters.postgres import connect as connect_database
from ivr.adapters.sql import SQL_DIR, named_queries
from ivr.domain.attempt import Attempt, Result
from ivr.domain.call import CallId, CounsellorId, Language, LineId, TopicId
from ivr.domain.callback import Because, Callback, CallbackId, Status
from ivr.domain.callback_state import encode
from ivr.domain.fields import written
from ivr.errors import Refusal

_PATIENCE_S = 5.0
_OVER = frozenset({Status.REACHED, Status.ANSWERED_BY_PHONE, Status.CLOSED})


def copy(outbox: Path, target: Path) -> None:
    """Copy the outbox as it is at one instant; whoever writes in it is not held up.

    Raises Refusal where there is none, or it is damaged.
    """
    target.touch(mode=0o600)
    try:
        source = sqlite3.connect(f"file:{outbox}?mode=ro", uri=True, timeout=_PATIENCE_S)
        with closing(source), closing(sqlite3.connect(target)) as out:
            source.backup(out)
            out.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error as error:
        raise Refusal(f"The outbox {outbox} cannot be copied ({error}).") from error


def bring_up(outbox: Path) -> None:
    """Bring a copy up to this program's format. Raises Refusal for a newer one."""
    try:
        connect(outbox, named_queries(SQL_DIR / "outbox.sql")).close()
    except sqlite3.Error as error:
        raise Refusal(f"The outbox in the backup cannot be used ({error}).") from error


def waiting(outbox: Path) -> int:
    """How many requests stand in it to be called back."""
    with closing(sqlite3.connect(outbox)) as db:
        return int(db.execute(_queries()["count_waiting"]).fetchone()[0])


async def agree(outbox: Path, url: str) -> int:
    """Have the outbox know of each request what Postgres knows, where it knows more; how many.

    So nobody is called whom a counsellor has reached since the copy was made, and who has asked
    since is called. What has not been shipped yet counts more than Postgres. Raises Refusal.
    """
    known = await _known(url)
    agree_with = _queries()["agree"]
    with closing(connect(outbox, named_queries(SQL_DIR / "outbox.sql"))) as db, transaction(db):
        return sum(db.execute(agree_with, values).rowcount for values in known)


async def _known(url: str) -> Sequence[Mapping[str, object]]:
    """What the outbox would say of every request that Postgres knows with its number."""
    sql = _queries()
    connection = await connect_database(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            callbacks = [dict(row) for row in await connection.fetch(sql["known_callbacks"])]
            attempts = [dict(row) for row in await connection.fetch(sql["known_attempts"])]
    finally:
        await connection.close()
    of = {key: list(rows) for key, rows in groupby(attempts, key=itemgetter("callback"))}
    return [_values(row, of.get(row["id"], [])) for row in callbacks]


def _values(row: Mapping[str, Any], attempts: Sequence[Mapping[str, Any]]) -> Mapping[str, object]:
    callback = _callback(row, attempts)
    return {
        "callback": callback.id,
        "at": written(row["at"]),
        "over": callback.status in _OVER,
        "joined": written(callback.joined),
        "status": callback.status,
        "attempts": len(callback.attempts),
        "state": encode(callback),
    }


def _callback(row: Mapping[str, Any], attempts: Sequence[Mapping[str, Any]]) -> Callback:
    because, answered_by, wanted = row["closed_because"], row["answered_by"], row["wanted"]
    return Callback(
        id=CallbackId(row["id"]),
        line=LineId(row["line"]),
        number=row["number"],
        language=Language(row["language"]),
        topic=TopicId(row["topic"]),
        joined=row["joined"],
        requested=row["requested_at"],
        promised_by=row["promised_by"],
        status=Status(row["status"]),
        caller_urgent=row["caller_urgent"],
        assessed_urgent=row["assessed_urgent"],
        not_before=row["not_before"],
        wanted=None if wanted is None else CounsellorId(wanted),
        attempts=tuple(_attempt(each) for each in attempts),
        forgiven=row["forgiven"],
        answered_by=None if answered_by is None else CallId(answered_by),
        closed_because=None if because is None else Because(because),
        again=row["again"],
    )


def _attempt(row: Mapping[str, Any]) -> Attempt:
    result = row["result"]
    return Attempt(
        number=row["number"],
        began=row["began"],
        counsellor=CounsellorId(row["counsellor"]),
        call=CallId(row["call_id"]),
        ended=row["ended"],
        result=None if result is None else Result(result),
    )


def _queries() -> Mapping[str, str]:
    return named_queries(SQL_DIR / "restore.sql")
