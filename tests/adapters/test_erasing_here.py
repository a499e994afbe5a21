"""Numbers go from the line's own disk, too; a round that could not be made is made up for."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.adapters import erasing
from ivr.adapters.outbox import Outbox
from ivr.adapters.postgres import open_pool
from ivr.domain.call import LineId
from ivr.domain.callback import Because, Callback, Status
from ivr.domain.journal import CallbackKind, EventKind
from ivr.domain.retention import LEFT_ALONE_DAYS, Retention
from tests.adapters.erasing import DAY, KEPT, NUMBER, OVER, SECOND, World, asking, life
from tests.adapters.kept import refusing_disk
from tests.adapters.polling import until
from tests.adapters.record import (
    event,
    facts,
    happened,
    request,
)


@pytest.fixture
async def world(outbox: Outbox, database_url: str) -> AsyncIterator[World]:
    async with open_pool(database_url) as pool:
        yield World(outbox=outbox, pool=pool)


async def test_a_round_without_the_disk_or_without_postgres_is_made_up_for(
    world: World, path: Path
) -> None:
    await world.take(*life())
    with refusing_disk(path), capture_logs() as logs:
        assert not await world.erase(8 * DAY)
    async with open_pool("postgresql://ivr@127.0.0.1:1/calls") as nowhere:
        away = replace(world, pool=nowhere)
        with capture_logs() as also:
            assert not await away.erase(8 * DAY)
    assert NUMBER not in str(logs + also)
    assert await world.erase(8 * DAY)
    assert await world.with_numbers() == []


async def test_it_is_looked_again_and_again_also_after_a_round_in_vain(
    world: World, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "EVERY_S", 0.01)
    monkeypatch.setattr(erasing, "AGAIN_S", 0.01)
    await world.take(*life())
    world.at = OVER + 6 * DAY
    task = asyncio.create_task(world.eraser().erase())
    with capture_logs() as logs:
        with refusing_disk(path):
            await until(lambda: any(log["event"] == "numbers.not_erased" for log in logs))
        world.at = OVER + 7 * DAY
        await until(lambda: any("requests_in_postgres" in log for log in logs))
    task.cancel()
    await asyncio.wait([task])
    assert await world.with_numbers() == []


def _file(path: Path) -> bytes:
    """All that is on the disk of the outbox, its log included."""
    return b"".join(each.read_bytes() for each in path.parent.glob("outbox.sqlite*"))


async def test_the_file_of_the_outbox_holds_no_number_after_it(world: World, path: Path) -> None:
    closed = request("n1-1.0").close(Because.SETTLED)
    await world.take(*asking("n1-1.0"), happened(closed, CallbackKind.CLOSED, step=13))
    await world.take(event(EventKind.FINISHED, facts("n1-1.0"), step=14, outcome="callback"))
    assert NUMBER.encode() in _file(path)
    world.retention = Retention(days={LineId("families"): 0})
    assert await world.erase(SECOND)
    assert NUMBER.encode() not in _file(path)


async def test_what_postgres_refused_keeps_no_number_either(world: World, path: Path) -> None:
    keyed = replace(facts("n1-1.0"), keyed="0401234567", step=3)
    wrong = event(EventKind.SCENE, keyed, step=3, scene="\x00", number="+358401234567")
    refused = replace(wrong, at=OVER)
    asked = request("n1-9.0")  # its call is not known to Postgres
    await world.take(refused, happened(asked), ship=False)
    for stored in await world.outbox.unshipped(10):
        await world.outbox.set_aside(stored.seq, "refused\nDETAIL: (+358401234567)")
    assert await world.erase(-8 * DAY)
    assert _rejected(path) == [True, True]
    assert await world.erase(8 * DAY)
    assert _rejected(path) == [False, False]
    assert [each.number for each in await world.outbox.callbacks()] == ["+358401234567"]


def _rejected(path: Path) -> list[bool]:
    """Of each event that was set aside, whether a number stands in it."""
    with sqlite3.connect(path) as db:
        rows = db.execute("SELECT state || data || reason FROM rejected").fetchall()
    db.close()
    return [NUMBER in text for (text,) in rows]


async def test_the_reason_for_which_an_event_was_set_aside_repeats_no_number(
    world: World, path: Path
) -> None:
    await world.take(event(EventKind.ARRIVED, facts("n1-1.0")), ship=False)
    await world.take(*asking("n1-2.0"), happened(request("n1-1.0")))
    with sqlite3.connect(path) as db:
        ((reason,),) = db.execute("SELECT reason FROM rejected").fetchall()
    db.close()
    assert "callback_one_open" in reason
    assert NUMBER not in reason


async def test_one_that_was_given_up_and_left_alone_for_long_is_to_be_closed(
    world: World,
) -> None:
    given_up = happened(request("n1-1.0", status=Status.UNREACHED), step=13)
    await world.take(event(EventKind.ARRIVED, facts("n1-1.0")), replace(given_up, at=OVER))
    assert await world.erase(LEFT_ALONE_DAYS * DAY - SECOND)
    assert world.lapsed == []
    assert await world.erase(LEFT_ALONE_DAYS * DAY)
    assert world.lapsed == ["n1-1.0"]


def test_the_days_are_those_of_the_lines() -> None:
    asked: Callback = request()
    assert KEPT.until(OVER)[asked.line] == OVER - 7 * DAY
    assert KEPT.until_otherwise(OVER) == OVER - 3 * DAY
