"""A database with requests in every state is brought up to date, and they stay as they were."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import asyncpg

from ivr.adapters.migrations import migrate
from ivr.adapters.sql import SQL_DIR
from ivr.domain.attempt import Result
from ivr.domain.call import CallId, Refused
from ivr.domain.callback import Because, Status
from ivr.domain.journal import CallbackEvent, CallbackKind, EventKind
from tests.adapters.record import event, facts, happened, request
from tests.adapters.test_callbacks_in_postgres import NOW, calling, happen, rows
from tests.domain.callbacks import POLICY


async def test_requests_in_every_state_outlive_what_was_added_after_them(
    empty_database_url: str, tmp_path: Path
) -> None:
    for path in (*SQL_DIR.glob("000[1-4]_*.sql"), SQL_DIR / "queries.sql"):
        shutil.copy(path, tmp_path)
    await migrate(empty_database_url, tmp_path)
    connection = await asyncpg.connect(empty_database_url)
    lives = list(_lives())
    for life in lives:
        await happen(connection, event(EventKind.ARRIVED, facts(life[0].call_id)), *life)
    tables = ("call", "callback", "callback_attempt", "callback_event")
    before = [await rows(connection, table) for table in tables]
    assert {row["status"] for row in before[1]} == set(Status)
    assert len(await migrate(empty_database_url)) >= 3
    assert [await rows(connection, table) for table in tables] == before
    asked = lives[0][0].callback
    refused = asked.refuse(Refused.BARRED)
    gone = happened(refused, CallbackKind.REFUSED, step=30, because="barred")
    assert await happen(connection, gone) == [True]
    await connection.close()


def _lives() -> Iterator[list[CallbackEvent]]:
    """One request that came to each state, each of its own number."""
    statuses: list[Status] = [Status.WAITING, *Status]
    for number, status in enumerate(statuses):
        asked = request(f"n1-{number}.0", number=f"+35840123456{number}")
        life = [happened(asked)]
        dialled = calling(asked, call=f"n1-o.{number}")
        called = happened(dialled, CallbackKind.CALLED, step=9, attempt=1)
        match status:
            case Status.CALLING:
                life.append(called)
            case Status.REACHED | Status.UNREACHED:
                of = Result.REACHED if status is Status.REACHED else Result.WRONG_NUMBER
                ended = dialled.end_attempt(of, now=NOW, policy=POLICY)
                over = happened(ended, CallbackKind.ENDED, step=10, attempt=1, result=of)
                life += [called, over]
            case Status.ANSWERED_BY_PHONE:
                by = asked.answered_by_phone(CallId("n1-p.1"))
                life.append(happened(by, CallbackKind.ANSWERED_BY_PHONE, step=9))
            case Status.CLOSED:
                closed = asked.close(Because.SETTLED)
                life.append(happened(closed, CallbackKind.CLOSED, step=9, because="settled"))
            case Status.WAITING:
                pass
        yield life
