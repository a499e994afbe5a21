"""The outbox grows to its bound and no further, and holds no more in memory than it can."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from asyncpg.pool import Pool
from structlog.testing import capture_logs

from ivr.adapters import group_commit, outbox_room
from ivr.adapters.outbox import Outbox
from ivr.adapters.postgres import open_pool
from ivr.adapters.shipping import Shipper
from ivr.domain.journal import DutyKind, Event, EventKind
from ivr.ports import JournalUnavailable
from tests.adapters.kept import kept_ids, refusing_disk
from tests.adapters.polling import BOUND_S, until
from tests.adapters.record import callback_request, duty_event, event, facts, whole_call

SMALL = 400_000


def calls(number: int, first: int = 0) -> list[Event]:
    """So many calls, with all their events."""
    return [each for n in range(first, first + number) for each in whole_call(facts(f"n1-{n}.0"))]


def size(path: Path) -> int:
    return path.stat().st_size


def alarms(outbox: Outbox) -> bool:
    return outbox.backlog.filling


async def until_it_refuses(outbox: Outbox) -> Sequence[Event]:
    """Record calls until no more fit; what was recorded."""
    taken: list[Event] = []
    async with asyncio.timeout(BOUND_S):
        while outbox.fault is None:
            more = calls(20, first=len(taken))
            for each in more:
                outbox.record(each)
            taken += more
            await asyncio.sleep(0.05)
    return taken


async def test_the_file_grows_to_its_bound_then_nothing_is_promised_and_all_of_it_arrives(
    path: Path, database_url: str
) -> None:
    async with (
        await Outbox.open(path, bound_bytes=SMALL) as outbox,
        open_pool(database_url) as pool,
    ):
        with capture_logs() as logs:
            recorded = await until_it_refuses(outbox)
        assert [log["event"] for log in logs] == ["outbox.filling", "outbox.not_written"]
        assert alarms(outbox)
        with pytest.raises(JournalUnavailable, match="full"):
            await outbox.promise(callback_request(facts("n1-9.9")))
        assert size(path) <= SMALL
        shipper = Shipper(outbox, pool)
        async with asyncio.timeout(BOUND_S):
            while outbox.backlog.size or outbox.fault is not None:
                await shipper.drain(within_s=BOUND_S)
        assert not alarms(outbox)
        await _all_there(pool, recorded)
        await outbox.promise(callback_request(facts("n1-9.9")))
    assert size(path) <= SMALL


async def _all_there(pool: Pool, recorded: Sequence[Event]) -> None:
    rows = await pool.fetch("SELECT id, count(*) FROM call_event GROUP BY id")
    assert sorted(row["id"] for row in rows) == sorted(each.id for each in recorded)
    assert {row["count"] for row in rows} == {1}
    assert await pool.fetchval("SELECT sum(balance) FROM outcome_balance") == 0


async def test_what_is_shipped_makes_room_that_is_used_again(path: Path) -> None:
    async with await Outbox.open(path, bound_bytes=SMALL) as outbox:
        for round_ in range(5):
            for each in calls(50, first=round_ * 50):
                outbox.record(each)
            await outbox.flush()
            newest = (await outbox.unshipped(10_000))[-1]
            await outbox.shipped(newest.seq)
        assert outbox.fault is None
    assert size(path) <= SMALL


async def test_a_disk_with_little_room_is_an_alarm_before_it_is_full(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with await Outbox.open(path) as outbox:
        assert not alarms(outbox)
    monkeypatch.setattr(outbox_room, "ALARM_BYTES", 10**18)
    async with await Outbox.open(path, bound_bytes=10**18) as outbox:
        assert alarms(outbox)


async def test_an_outbox_that_is_at_its_bound_when_it_is_opened_can_be_emptied(path: Path) -> None:
    async with await Outbox.open(path) as outbox:
        for each in calls(100):
            outbox.record(each)
    async with await Outbox.open(path, bound_bytes=10_000) as outbox:
        assert outbox.backlog.size == len(calls(100))
        newest = (await outbox.unshipped(10_000))[-1]
        await outbox.shipped(newest.seq)
        for each in calls(50, first=100):
            outbox.record(each)
        await outbox.flush()
        assert outbox.backlog.size == len(calls(50))


async def test_of_very_many_events_that_the_disk_refuses_those_that_count_are_held(
    outbox: Outbox, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "HELD_MOST", 10)
    first, later = calls(2), calls(3, first=2)
    paused = duty_event(DutyKind.PAUSED, reason="lunch")
    noted = duty_event(DutyKind.DISPOSITION, step=1, call="n1-0.0", code="resolved")
    with refusing_disk(path):
        for each in (*first, *later):
            outbox.record(each)
        outbox.record_duty(paused)
        outbox.record_duty(noted)
        with pytest.raises(JournalUnavailable):
            await outbox.flush()
    await until(lambda: outbox.fault is None)
    counts = {EventKind.ARRIVED, EventKind.JOINED, EventKind.CONNECTED, EventKind.FINISHED}
    everything = (*first, *later)
    kept = [*everything[:10], *(each for each in everything[10:] if each.kind in counts)]
    assert await kept_ids(outbox) == [*(each.id for each in kept), noted.id]
    assert outbox.details_lost == len(everything) - len(kept) + 1


async def test_a_disk_that_refuses_is_not_asked_for_every_event(outbox: Outbox, path: Path) -> None:
    with refusing_disk(path):
        outbox.record(event(EventKind.ARRIVED))
        await until(lambda: outbox.fault is not None)
        refused = outbox.faults
        for step in range(1, 30):
            outbox.record(event(EventKind.SCENE, step=step, scene="waiting"))
            await asyncio.sleep(0.01)
        assert outbox.faults <= refused + 1
    await until(lambda: outbox.fault is None)
    assert len(await kept_ids(outbox)) == 30


async def test_what_was_held_goes_to_the_disk_in_order_and_in_parts(
    outbox: Outbox, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group_commit, "GROUP", 3)
    recorded = calls(4)
    with refusing_disk(path):
        for each in recorded:
            outbox.record(each)
        await until(lambda: outbox.fault is not None)
    await until(lambda: outbox.fault is None)
    assert await kept_ids(outbox) == [each.id for each in recorded]
