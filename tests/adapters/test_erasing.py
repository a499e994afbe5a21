"""A number is erased so long after its request is over as the line says; all else stays."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path

import asyncpg
import pytest
from asyncpg.pool import Pool
from structlog.testing import capture_logs

from ivr.adapters import erasing
from ivr.adapters.migrations import migrate
from ivr.adapters.outbox import Outbox
from ivr.adapters.postgres import open_pool
from ivr.adapters.sql import SQL_DIR
from ivr.domain.call import CallId, LineId
from ivr.domain.callback import Because, Status
from ivr.domain.journal import CallbackKind, DutyKind, EventKind
from ivr.domain.retention import LEFT_ALONE_DAYS, Retention
from tests.adapters.erasing import DAY, NUMBER, OTHER, SECOND, World, asking, life
from tests.adapters.record import (
    ARRIVED,
    duty_event,
    event,
    facts,
    happened,
    request,
    whole_call,
)
from tests.domain.callbacks import ANNA


@pytest.fixture
async def world(outbox: Outbox, database_url: str) -> AsyncIterator[World]:
    async with open_pool(database_url) as pool:
        yield World(outbox=outbox, pool=pool)


async def test_a_number_goes_when_the_line_says_so_and_every_figure_stays(world: World) -> None:
    await world.take(*life(), *whole_call(facts("n1-5.0")))
    world.outbox.record_duty(duty_event(DutyKind.DISPOSITION, call="n1-o.1", code="resolved"))
    await world.take()
    before = await world.figures()
    assert await world.erase(7 * DAY - SECOND)
    assert len(await world.with_numbers()) == 5
    with capture_logs() as logs:
        assert await world.erase(7 * DAY)
    assert [log["requests_in_postgres"] for log in logs if "requests_in_postgres" in log] == [1]
    # A call that had nothing to do with the request is not the request's.
    assert await world.with_numbers() == ["call n1-5.0"]
    assert await world.figures() == before
    assert NUMBER not in str(logs)


async def test_a_second_round_finds_nothing(world: World) -> None:
    await world.take(*life())
    assert await world.erase(8 * DAY)
    with capture_logs() as logs:
        assert await world.erase(9 * DAY)
    assert logs == []


async def test_the_call_in_which_the_citizen_got_through_is_erased_with_the_request(
    world: World,
) -> None:
    over = request("n1-1.0").answered_by_phone(CallId("n1-2.0"))
    got_through = happened(over, CallbackKind.ANSWERED_BY_PHONE, step=8)
    await world.take(*asking("n1-1.0"), *whole_call(facts("n1-2.0")))
    await world.take(replace(got_through, call_id=CallId("n1-2.0")))
    assert await world.erase(8 * DAY)
    assert await world.with_numbers() == []


async def test_nothing_is_erased_before_a_request_is_over(world: World) -> None:
    world.retention = Retention(days={LineId("families"): 0}, otherwise=0)
    given_up = request("n1-2.0", number=OTHER, status=Status.UNREACHED)
    await world.take(*asking("n1-1.0"), event(EventKind.ARRIVED, facts("n1-2.0")))
    await world.take(happened(given_up))
    assert await world.erase(80 * DAY)
    assert {"n1-1.0", "n1-2.0"} < set(await world.with_numbers())
    assert len(await world.outbox.callbacks()) == 2
    for call in ("n1-1.0", "n1-2.0"):
        assert await world.pool.fetchval("SELECT erase_numbers($1)", [call]) == 0
        with pytest.raises(asyncpg.CheckViolationError):
            await world.pool.execute("UPDATE callback SET number = NULL WHERE id = $1", call)


async def test_every_line_has_its_own_days_here_and_in_postgres_alike(world: World) -> None:
    days = {"families": 7, "adults": 1, "gone": 3}
    for place, line in enumerate(days):
        asked = request(f"n1-{place}.0", line=LineId(line))
        await world.take(event(EventKind.ARRIVED, facts(asked.id)), happened(asked))
        closed = asked.close(Because.SETTLED)
        await world.take(happened(closed, CallbackKind.CLOSED, step=13))
    for day, late in product(range(9), (-SECOND, timedelta())):
        assert await world.erase(day * DAY + late)
        rows = await world.pool.fetch("SELECT line FROM callback WHERE number IS NOT NULL")
        kept = {line for line, until in days.items() if day * DAY + late < until * DAY}
        assert {row["line"] for row in rows} == kept
        assert {each.line for each in await world.outbox.callbacks()} == kept


async def test_days_made_fewer_count_at_the_next_round(world: World) -> None:
    await world.take(*life())
    assert await world.erase(2 * DAY)
    assert await world.with_numbers() != []
    world.retention = Retention(days={LineId("families"): 2})
    assert await world.erase(2 * DAY)
    assert await world.with_numbers() == []


async def test_a_number_that_is_erased_never_comes_back(world: World) -> None:
    world.retention = Retention(days={LineId("families"): 1})
    await world.take(*life())
    assert await world.erase(DAY)
    late = replace(facts("n1-o.2"), callback=CallId("n1-1.0"))
    await world.take(
        *life(),
        event(EventKind.SCENE, late, step=20, scene="talking"),
        event(EventKind.SCENE, facts("n1-1.0"), step=20, scene="talking"),
        happened(request("n1-1.0").take(ANNA), CallbackKind.TAKEN, step=20),
    )
    assert await world.with_numbers() == []
    assert await world.outbox.callbacks() == []
    with pytest.raises(asyncpg.CheckViolationError, match="never change"):
        await world.pool.execute("UPDATE callback SET number = '+358401234567'")
    with pytest.raises(asyncpg.CheckViolationError, match="erased or stays"):
        await world.pool.execute("UPDATE call SET caller = '+358401234567'")


async def test_the_number_of_a_call_may_go_and_may_not_change(world: World) -> None:
    await world.take(*whole_call(facts("n1-5.0")))
    with pytest.raises(asyncpg.CheckViolationError, match="erased or stays"):
        await world.pool.execute("UPDATE call SET caller = '+35840'")
    await world.pool.execute("UPDATE call SET caller = NULL")


async def test_what_postgres_does_not_have_yet_is_erased_there_once_it_has_come(
    world: World,
) -> None:
    *first, last = life()
    await world.take(*first[:7])
    await world.take(*first[7:], last, ship=False)
    assert await world.erase(8 * DAY)
    assert "n1-1.0" in await world.with_numbers()
    assert world.outbox.backlog.size == len(life()) - 7
    await world.take()
    assert await world.erase(8 * DAY)
    assert await world.with_numbers() == []


async def test_more_than_one_batch_is_erased_in_one_round(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "BATCH", 2)
    for place in range(5):
        closed = {"status": Status.CLOSED, "closed_because": Because.SETTLED}
        await world.take(*asking(f"n1-{place}.0", **closed))
    assert await world.erase(8 * DAY)
    assert await world.with_numbers() == []


async def test_what_an_earlier_version_left_to_people_is_closed_and_erased_in_time(
    empty_database_url: str, outbox: Outbox, tmp_path: Path
) -> None:
    for each in [*sorted(SQL_DIR.glob("000[1-2]_*.sql")), SQL_DIR / "queries.sql"]:
        shutil.copy(each, tmp_path)
    await migrate(empty_database_url, tmp_path)
    async with open_pool(empty_database_url) as pool:
        world = World(outbox=outbox, pool=pool)
        await _asked_of_version_2(pool, "n1-1.0", "waiting")
        await _asked_of_version_2(pool, "n1-2.0", "done")
        await migrate(empty_database_url)
        assert await world.erase(8 * DAY)
        assert await world.with_numbers() == ["call n1-1.0", "n1-1.0"]
        assert await world.erase((LEFT_ALONE_DAYS + 1) * DAY)
        assert await world.with_numbers() == []
        status = "SELECT status, closed_because FROM callback WHERE id = 'n1-1.0'"
        assert [tuple(row) for row in await pool.fetch(status)] == [("closed", "lapsed")]


async def _asked_of_version_2(pool: Pool, call: str, status: str) -> None:
    of = facts(call)
    await pool.execute(
        "INSERT INTO call (id, dialled, line, caller, hidden, arrived, scene, step, seen)"
        " VALUES ($1, $2, $3, $4, false, $5, 'waiting', 0, $5)",
        *(call, of.dialled, of.line, of.caller.number, ARRIVED),
    )
    await pool.execute(
        "INSERT INTO callback (id, line, number, joined, promised_by, requested_at, status)"
        " VALUES ($1, 'families', $2, $3, $3::timestamptz::date, $3, $4)",
        *(call, of.caller.number, ARRIVED, status),
    )
