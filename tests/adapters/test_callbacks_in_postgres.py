"""Postgres keeps a request by the rules by which it lives, and refuses what is against them."""

import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from pathlib import Path

import asyncpg
import pytest

from ivr.adapters.migrations import migrate
from ivr.adapters.outbox_entry import CallbackEntry, Entry
from ivr.adapters.sql import SQL_DIR
from ivr.domain.attempt import Result
from ivr.domain.call import CallId, CounsellorId, LineId
from ivr.domain.callback import Because, Callback, Status
from ivr.domain.journal import CallbackEvent, CallbackKind, Event, EventKind
from tests.adapters.record import ARRIVED, callback_request, event, facts, happened, request
from tests.domain.callbacks import ALWAYS, ANNA, MIN, POLICY, leads_to

APPLY = "SELECT apply_event($1, $2, $3, $4, $5, $6)"
APPLY_CALLBACK = "SELECT apply_callback_event($1, $2, $3, $4, $5, $6, $7)"
NOW = ARRIVED + timedelta(hours=1)
_ALL = "SELECT * FROM {} ORDER BY 1, 2"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    for call in ("n1-1.0", "n1-2.0", "n1-3.0"):
        await happen(connection, event(EventKind.ARRIVED, facts(call)))
    yield connection
    await connection.close()


async def happen(database: asyncpg.Connection, *events: Event | CallbackEvent) -> list[bool]:
    return [await _apply(database, each) for each in events]


async def _apply(database: asyncpg.Connection, event: Event | CallbackEvent) -> bool:
    if isinstance(event, Event):
        of = Entry.of(event)
        of_call = (of.id, of.call_id, of.kind, event.at, of.facts, of.data)
        return bool(await database.fetchval(APPLY, *of_call))
    entry = CallbackEntry.of(event)
    values = (entry.id, entry.callback, entry.kind, event.at, entry.call_id, entry.state)
    return bool(await database.fetchval(APPLY_CALLBACK, *values, entry.data))


async def rows(database: asyncpg.Connection, table: str) -> Sequence[Mapping[str, object]]:
    return [dict(row) for row in await database.fetch(_ALL.format(table))]


def calling(of: Callback, now: datetime = NOW, call: str = "n1-o.1") -> Callback:
    return of.begin_attempt(
        counsellor=ANNA, call=CallId(call), now=now, schedule=ALWAYS, policy=POLICY
    )


async def test_a_request_is_kept_as_it_was_made(database: asyncpg.Connection) -> None:
    assert await happen(database, happened(request("n1-1.0", caller_urgent=True))) == [True]
    (row,) = await rows(database, "callback")
    assert row == {
        "id": "n1-1.0",
        "line": "families",
        "number": "+358401234567",
        "language": "sv",
        "topic": "children",
        "joined": ARRIVED + timedelta(seconds=30),
        "promised_by": date(2026, 11, 23),
        "requested_at": ARRIVED + timedelta(seconds=7),
        "status": "waiting",
        "caller_urgent": True,
        "assessed_urgent": False,
        "not_before": None,
        "wanted": None,
        "forgiven": 0,
        "answered_by": None,
        "closed_because": None,
        "again": 0,
    }


async def test_a_whole_life_is_kept_step_by_step_and_once(database: asyncpg.Connection) -> None:
    asked = request("n1-1.0")
    taken = asked.take(ANNA)
    dialled = calling(taken)
    busy = dialled.end_attempt(Result.BUSY, now=NOW + MIN, policy=POLICY)
    later = busy.postpone(NOW + 60 * MIN)
    again = calling(later, NOW + 60 * MIN, "n1-o.2")
    reached = again.end_attempt(Result.REACHED, now=NOW + 65 * MIN, policy=POLICY)
    life = [
        happened(asked),
        happened(taken, CallbackKind.TAKEN, step=8, by="anna"),
        happened(dialled, CallbackKind.CALLED, step=9, attempt=1),
        happened(busy, CallbackKind.ENDED, step=10, attempt=1, result="busy"),
        happened(later, CallbackKind.POSTPONED, step=11),
        happened(again, CallbackKind.CALLED, step=12, attempt=2),
        happened(reached, CallbackKind.ENDED, step=13, attempt=2, result="reached"),
    ]
    assert await happen(database, *life) == [True] * 7
    assert await happen(database, *life) == [False] * 7
    (row,) = await rows(database, "callback")
    assert (row["status"], row["joined"]) == ("reached", asked.joined)
    attempts = await rows(database, "callback_attempt")
    assert [(each["number"], each["result"], each["call_id"]) for each in attempts] == [
        (1, "busy", "n1-o.1"),
        (2, "reached", "n1-o.2"),
    ]
    assert attempts[0]["ended"] == NOW + MIN
    assert len(await rows(database, "callback_event")) == 7


async def test_an_attempt_made_by_hand_is_one_of_the_attempts(
    database: asyncpg.Connection,
) -> None:
    asked = request("n1-1.0")
    begun = asked.begin_by_hand(counsellor=ANNA, began=NOW)
    ended = begun.end_attempt(Result.REACHED, now=NOW + MIN, policy=POLICY)
    steps = [
        happened(asked),
        happened(begun, CallbackKind.CALLED, step=8, attempt=1),
        happened(ended, CallbackKind.ENDED, step=8, attempt=1, result="reached"),
    ]
    assert await happen(database, *steps) == [True] * 3
    (row,), (attempt,) = await rows(database, "callback"), await rows(database, "callback_attempt")
    assert (row["status"], attempt["result"]) == ("reached", "reached")
    assert (attempt["counsellor"], attempt["began"]) == (ANNA, NOW)


@asynccontextmanager
async def tried(database: asyncpg.Connection) -> AsyncIterator[None]:
    """What is done in the block is undone after it."""
    attempt = database.transaction()
    await attempt.start()
    try:
        yield
    finally:
        await attempt.rollback()


async def test_every_kind_of_event_every_result_and_every_reason_is_taken(
    database: asyncpg.Connection,
) -> None:
    dialled = calling(request("n1-1.0"))
    ended = [dialled.end_attempt(result, now=NOW, policy=POLICY) for result in Result]
    closed = [request("n1-1.0").close(because) for because in Because]
    for kind, after in product(CallbackKind, [*ended, *closed]):
        async with tried(database):
            assert await happen(database, happened(after, kind)) == [True]


async def _put(database: asyncpg.Connection, status: Status) -> None:
    """A row in this status, whichever way it came there."""
    closed = Because.SETTLED if status is Status.CLOSED else None
    answered = CallId("n1-9.1") if status is Status.ANSWERED_BY_PHONE else None
    of = request("n1-1.0", status=status, closed_because=closed, answered_by=answered)
    if status is Status.CALLING:
        of = calling(request("n1-1.0"))
    await happen(database, happened(of))


async def test_the_domain_and_the_database_agree_on_every_transition(
    database: asyncpg.Connection,
) -> None:
    for before, after in product(Status, Status):
        async with tried(database):
            await _put(database, before)
            permitted = before is after or after in leads_to(before)
            assert await _led(database, after) is permitted, f"{before} to {after}"


async def _led(database: asyncpg.Connection, after: Status) -> bool:
    """Whether the database lets the request come to this status."""
    change = """
        UPDATE callback SET
            status = $1,
            closed_because = CASE WHEN $1 = 'closed' THEN 'settled' END,
            answered_by = 'n1-9.1'
    """
    try:
        await database.execute(change, after.value)
    except asyncpg.CheckViolationError as refused:
        return "cannot become" not in str(refused)
    return True


async def test_a_number_has_one_open_request_of_each_line(database: asyncpg.Connection) -> None:
    await happen(database, happened(request("n1-1.0")))
    with pytest.raises(asyncpg.UniqueViolationError):
        await happen(database, happened(request("n1-2.0")))
    other_line = replace(request("n1-2.0"), line=LineId("adults"))
    assert await happen(database, happened(other_line)) == [True]
    closed = request("n1-1.0").close(Because.NOT_WANTED)
    await happen(database, happened(closed, CallbackKind.CLOSED, step=8))
    assert await happen(database, happened(request("n1-3.0"))) == [True]


async def test_an_attempt_without_the_one_before_is_refused(database: asyncpg.Connection) -> None:
    dialled = calling(request("n1-1.0"))
    second = replace(dialled, attempts=(replace(dialled.attempts[0], number=2),))
    with pytest.raises(asyncpg.CheckViolationError, match="too early"):
        await happen(database, happened(second, CallbackKind.CALLED))


async def test_calling_and_an_attempt_on_the_air_belong_together(
    database: asyncpg.Connection,
) -> None:
    for wrong in (
        replace(calling(request("n1-1.0")), status=Status.WAITING),
        request("n1-1.0", status=Status.CALLING),
    ):
        with pytest.raises(asyncpg.CheckViolationError, match="on the air"):
            await happen(database, happened(wrong, CallbackKind.CALLED))
    assert await rows(database, "callback") == []


async def test_place_time_line_and_number_never_change(database: asyncpg.Connection) -> None:
    await happen(database, happened(request("n1-1.0")))
    for change in (
        "UPDATE callback SET joined = now()",
        "UPDATE callback SET requested_at = now()",
        "UPDATE callback SET line = 'adults'",
        "UPDATE callback SET number = '+35840'",
    ):
        with pytest.raises(asyncpg.CheckViolationError, match="never change"):
            await database.execute(change)


async def test_a_number_is_erased_only_from_a_request_that_is_over(
    database: asyncpg.Connection,
) -> None:
    await happen(database, happened(request("n1-1.0")))
    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute("UPDATE callback SET number = NULL")
    closed = request("n1-1.0").close(Because.SETTLED)
    await happen(database, happened(closed, CallbackKind.CLOSED, step=8))
    await database.execute("UPDATE callback SET number = NULL")


async def test_a_number_stands_with_the_request_and_in_no_event(
    database: asyncpg.Connection,
) -> None:
    again = request("n1-1.0").take(CounsellorId("anna"))
    await happen(
        database,
        callback_request(facts("n1-1.0")),
        happened(request("n1-1.0")),
        happened(again, CallbackKind.TAKEN, step=8),
    )
    told = await database.fetch("SELECT e::text FROM callback_event e")
    told += await database.fetch("SELECT e::text FROM call_event e")
    assert not any("401234567" in row["e"] for row in told)


async def test_a_request_from_what_is_no_number_is_refused(database: asyncpg.Connection) -> None:
    for number in ("0401234567", "anonymous", "+358 40 1234567", ""):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await happen(database, happened(request("n1-1.0", number=number)))


async def test_a_database_of_the_version_before_keeps_its_callbacks(
    empty_database_url: str, tmp_path: Path
) -> None:
    for name in ("0001_calls.sql", "0002_line.sql", "queries.sql"):
        shutil.copy(SQL_DIR / name, tmp_path)
    await migrate(empty_database_url, tmp_path)
    connection = await asyncpg.connect(empty_database_url)
    for call, step in (("n1-1.0", 9), ("n1-2.0", 8), ("n1-3.0", 7)):
        joined = (ARRIVED + timedelta(seconds=step)).isoformat()
        asked = callback_request(facts(call))
        await happen(connection, replace(asked, data={**asked.data, "joined": joined}))
    await connection.execute("UPDATE callback SET status = 'done' WHERE id = 'n1-3.0'")
    assert "0003_callbacks.sql" in await migrate(empty_database_url)
    await happen(connection, event(EventKind.ARRIVED, facts("n1-4.0")))
    assert await happen(connection, happened(request("n1-4.0"))) == [True]
    kept = await connection.fetch("SELECT id, status, closed_because FROM callback ORDER BY id")
    await connection.close()
    assert [tuple(row) for row in kept] == [
        ("n1-1.0", "unreached", None),
        ("n1-2.0", "unreached", None),
        ("n1-3.0", "closed", "by_hand"),
        ("n1-4.0", "waiting", None),
    ]
