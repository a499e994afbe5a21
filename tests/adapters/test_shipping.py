"""Every event reaches Postgres once, in order, however long Postgres is away."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from asyncpg.pool import Pool, PoolConnectionProxy
from structlog.testing import capture_logs

from ivr.adapters import shipping as shipping_module
from ivr.adapters.outbox import Outbox
from ivr.adapters.outbox_store import StoredEvent
from ivr.adapters.postgres import open_pool
from ivr.adapters.shipping import BATCH, Shipper, pause_s
from ivr.domain.journal import CallbackEvent, DutyKind, Event, EventKind
from ivr.embedded.postgres import EmbeddedPostgres
from tests.adapters.polling import until
from tests.adapters.record import (
    callback_request,
    duty_event,
    event,
    facts,
    happened,
    request,
    whole_call,
)

WAITING = "SELECT true FROM pg_locks WHERE NOT granted"


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Pool]:
    async with open_pool(database_url) as pool:
        yield pool


@pytest.fixture
def shipper(outbox: Outbox, pool: Pool) -> Shipper:
    return Shipper(outbox, pool, first_pause_s=0.01)


@asynccontextmanager
async def shipping(shipper: Shipper) -> AsyncIterator[None]:
    task = asyncio.create_task(shipper.ship())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
    assert task.cancelled()


async def take(outbox: Outbox, *events: Event | CallbackEvent) -> None:
    for each in events:
        if isinstance(each, Event):
            outbox.record(each)
        else:
            outbox.record_callback(each)
    await outbox.flush()


async def in_postgres(pool: Pool) -> list[str]:
    rows = await pool.fetch("SELECT id FROM call_event ORDER BY at, step, id")
    return [row["id"] for row in rows]


async def test_events_are_shipped_as_they_come(
    outbox: Outbox, pool: Pool, shipper: Shipper
) -> None:
    events = whole_call(facts())
    async with shipping(shipper):
        for each in events:
            await take(outbox, each)
        await until(lambda: outbox.backlog.size == 0)
    assert await in_postgres(pool) == [each.id for each in events]
    assert shipper.healthy


async def test_events_that_come_close_together_go_in_one_statement(
    outbox: Outbox, shipper: Shipper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shipping_module, "FILL_S", 1.0)
    sent: list[int] = []
    send = shipper._send

    async def counted(batch: Sequence[StoredEvent]) -> None:
        sent.append(len(batch))
        await send(batch)

    monkeypatch.setattr(shipper, "_send", counted)
    first, *others = whole_call(facts())
    async with shipping(shipper):
        await take(outbox, first)
        await until(lambda: outbox.backlog.size == 0)
        for each in others:
            await take(outbox, each)
        await until(lambda: outbox.backlog.size == 0)
    assert sent == [1, len(others)]


async def test_events_of_an_earlier_run_are_shipped_at_the_start(path: Path, pool: Pool) -> None:
    async with await Outbox.open(path) as outbox:
        await take(outbox, *whole_call(facts()))
    async with await Outbox.open(path) as outbox, shipping(Shipper(outbox, pool)):
        await until(lambda: outbox.backlog.size == 0)
    assert len(await in_postgres(pool)) == len(whole_call(facts()))


async def test_events_of_calls_and_counsellors_are_shipped_in_one_order(
    outbox: Outbox, pool: Pool, shipper: Shipper
) -> None:
    for number in range(3):
        call = f"n1-{number}.0"
        await take(outbox, *whole_call(facts(call)))
        outbox.record_duty(
            duty_event(DutyKind.DISPOSITION, step=number, call=call, code="resolved")
        )
        outbox.record_duty(duty_event(DutyKind.PAUSED, step=number, reason="\x00"))
    assert await shipper.drain(within_s=20) == 0
    assert outbox.backlog.rejected == 0
    assert await pool.fetchval("SELECT count(*) FROM counsellor_event") == 6
    assert await pool.fetchval("SELECT share FROM first_contact_resolution") == 1


async def test_a_counsellors_event_that_postgres_refuses_is_set_aside(
    outbox: Outbox, pool: Pool, shipper: Shipper
) -> None:
    refused = duty_event(DutyKind.DISPOSITION, call="n1-9.9", code="resolved")
    after = duty_event(DutyKind.RESUMED, step=2)
    outbox.record_duty(refused)
    outbox.record_duty(after)
    with capture_logs() as logs:
        assert await shipper.drain(within_s=20) == 0
    assert [alarm["event_id"] for alarm in logs] == [refused.id]
    assert outbox.backlog.rejected == 1
    assert await pool.fetchval("SELECT id FROM counsellor_event") == after.id


async def test_more_events_than_one_batch_are_shipped_in_order(
    outbox: Outbox, pool: Pool, shipper: Shipper
) -> None:
    events = [event(EventKind.SCENE, step=step, scene="waiting") for step in range(BATCH * 2 + 1)]
    await take(outbox, *events)
    assert await shipper.drain(within_s=20) == 0
    assert await in_postgres(pool) == [each.id for each in events]
    assert await pool.fetchval("SELECT step FROM call") == BATCH * 2


async def test_events_that_were_shipped_before_a_crash_change_nothing_when_shipped_again(
    outbox: Outbox, pool: Pool, shipper: Shipper
) -> None:
    asked = callback_request(facts("n1-2.0")), happened(request("n1-2.0"))
    await take(outbox, *whole_call(facts()), *asked)
    await shipper._send(await outbox.unshipped(100))
    before = await pool.fetch("SELECT * FROM call_event ORDER BY id")
    assert await shipper.drain(within_s=20) == 0
    assert await pool.fetch("SELECT * FROM call_event ORDER BY id") == before
    assert await pool.fetchval("SELECT count(*) FROM callback") == 1


async def test_nothing_is_lost_and_nothing_comes_twice_while_postgres_is_away(
    outbox: Outbox, pool: Pool, shipper: Shipper, postgres: EmbeddedPostgres
) -> None:
    first, *others = whole_call(facts())
    async with shipping(shipper):
        await take(outbox, first)
        await until(lambda: outbox.backlog.size == 0)
        await asyncio.to_thread(postgres.stop)
        try:
            await take(outbox, *others)
            await until(lambda: not shipper.healthy)
            assert outbox.backlog.size == len(others)
            assert outbox.backlog.oldest == others[0].at
        finally:
            await asyncio.to_thread(postgres.ensure_running)
        await until(lambda: outbox.backlog.size == 0 and shipper.healthy)
    assert await in_postgres(pool) == [each.id for each in (first, *others)]
    assert await pool.fetchval("SELECT balance FROM outcome_balance") == 0


async def test_a_dropped_connection_is_made_again(
    outbox: Outbox, pool: Pool, shipper: Shipper
) -> None:
    async with shipping(shipper):
        await take(outbox, event(EventKind.ARRIVED))
        await until(lambda: outbox.backlog.size == 0)
        await _drop_connections(pool)
        await take(outbox, event(EventKind.JOINED, step=1, ahead=0))
        await until(lambda: outbox.backlog.size == 0)
    assert len(await in_postgres(pool)) == 2


async def _drop_connections(pool: Pool) -> None:
    await pool.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )


async def test_an_event_that_postgres_refuses_is_set_aside_and_the_others_go_on(
    outbox: Outbox, pool: Pool, shipper: Shipper, path: Path
) -> None:
    before, after = event(EventKind.ARRIVED), event(EventKind.JOINED, step=3, ahead=0)
    refused = happened(request(number="no number at all"))
    with capture_logs() as logs:
        await take(outbox, before, refused, after)
        assert await shipper.drain(within_s=20) == 0
    assert await in_postgres(pool) == [before.id, after.id]
    assert (outbox.backlog.rejected, shipper.healthy) == (1, True)
    (alarm,) = logs
    assert (alarm["log_level"], alarm["event_id"]) == ("error", refused.id)
    assert "401234567" not in str(logs)
    with sqlite3.connect(path) as db:
        kept = db.execute("SELECT id, reason FROM rejected").fetchall()
    db.close()
    assert [event_id for event_id, _ in kept] == [refused.id]
    assert "callback_number_check" in kept[0][1]


async def test_events_set_aside_are_remembered_after_a_restart(path: Path, pool: Pool) -> None:
    async with await Outbox.open(path) as outbox:
        refused = happened(request(number="no number at all"))
        await take(outbox, event(EventKind.ARRIVED), refused)
        await Shipper(outbox, pool).drain(within_s=20)
    async with await Outbox.open(path) as again:
        assert (again.backlog.size, again.backlog.rejected) == (0, 1)


async def test_text_that_postgres_cannot_keep_is_shipped_without_it(
    outbox: Outbox, pool: Pool, shipper: Shipper
) -> None:
    strange = 'a\x00b \ud800 \\u0000 \N{TELEPHONE RECEIVER} "'
    known = replace(facts(), dialled=strange)
    await take(outbox, event(EventKind.FAULT, known, what=strange))
    assert await shipper.drain(within_s=20) == 0
    kept = 'a\ufffdb \ufffd \\u0000 \N{TELEPHONE RECEIVER} "'
    assert await pool.fetchval("SELECT data ->> 'what' FROM call_event") == kept
    assert await pool.fetchval("SELECT dialled FROM call") == kept
    assert outbox.backlog.rejected == 0


async def test_draining_ends_within_its_bound_and_says_what_stays(
    outbox: Outbox, pool: Pool, shipper: Shipper
) -> None:
    await take(outbox, *whole_call(facts()))
    async with pool.acquire() as other, other.transaction():
        await other.execute("LOCK TABLE call")
        assert await shipper.drain(within_s=0.2) == len(whole_call(facts()))
    assert await shipper.drain(within_s=20) == 0


async def test_a_shipper_that_is_ended_in_the_middle_leaves_nothing_half_done(
    outbox: Outbox, pool: Pool, shipper: Shipper
) -> None:
    await take(outbox, *whole_call(facts()))
    async with pool.acquire() as other, other.transaction():
        await other.execute("LOCK TABLE call")
        async with shipping(shipper):
            await _somebody_waits(other)
    assert await in_postgres(pool) == []
    assert await shipper.drain(within_s=20) == 0
    assert len(await in_postgres(pool)) == len(whole_call(facts()))


async def _somebody_waits(other: PoolConnectionProxy) -> None:
    async with asyncio.timeout(20):
        while not await other.fetchval(WAITING):  # noqa: ASYNC110 - a lock announces itself to nobody
            await asyncio.sleep(0.01)


async def test_a_database_without_our_tables_is_a_problem_and_not_a_refusal(
    outbox: Outbox, empty_database_url: str
) -> None:
    async with open_pool(empty_database_url) as pool:
        shipper = Shipper(outbox, pool)
        await take(outbox, event(EventKind.ARRIVED))
        assert await shipper.drain(within_s=20) == 1
    assert "UndefinedFunctionError" in (shipper.problem or "")
    assert outbox.backlog.rejected == 0


def test_the_pauses_grow_to_a_bound_and_are_never_in_step() -> None:
    longest = [pause_s(failures, 0.5, max) for failures in range(1, 20)]
    shortest = [pause_s(failures, 0.5, min) for failures in range(1, 20)]
    assert longest[:4] == [0.5, 1.0, 2.0, 4.0]
    assert longest[-1] == 10.0
    assert shortest == [most / 2 for most in longest]


async def test_a_pool_needs_no_server_until_it_is_used() -> None:
    async with open_pool("postgresql://ivr@/calls?host=/nowhere") as pool:
        with pytest.raises(OSError, match="No such file"):
            await pool.fetch("SELECT 1")
        assert isinstance(pool, asyncpg.Pool)
