"""Who was told that they are called back for hanging up, and what else may become of them."""

import asyncio
from typing import Any

import pytest

from ivr.domain.journal import CallbackKind, EventKind
from ivr.domain.policy import Ending, OnBudgetEnd
from tests.fakes.asterisk import Channel
from tests.fakes.time import run_in_virtual_time
from tests.scenes.abandoning import hangs_up, in_line, kept, told, world
from tests.scenes.asking import close
from tests.scenes.world import World

LIMIT: dict[str, Any] = {"longest_s": 20, "on_longest": Ending.OFFER_CALLBACK}


def test_who_asked_to_be_called_back_is_asked_for_once_and_by_their_own_word() -> None:
    async def story() -> None:
        line = world()
        caller = await in_line(line)
        line.asterisk.press(caller, "1")
        with line.habit(caller, {"number_confirm": "1"}):
            await line.until(lambda: "fi/callback_saved_today" in line.heard(caller))
        assert await hangs_up(line, caller) == "callback"
        await kept(line, caller)
        (event,) = line.disk.callback_of(CallbackKind.REQUESTED)
        assert event.data == {}
        await close(line)

    run_in_virtual_time(story())


def test_who_rather_waits_is_told_again_and_called_back_for_hanging_up() -> None:
    async def story() -> None:
        line = world()
        caller = await in_line(line)
        line.asterisk.press(caller, "1")
        with line.habit(caller, {"number_confirm": "2"}):
            await line.until(lambda: told(line, caller) == ["fi", "fi"])
        await hangs_up(line, caller)
        await kept(line, caller)
        await close(line)

    run_in_virtual_time(story())


@pytest.mark.parametrize(
    ("until", "key", "requests"),
    [
        ("wait_longest", "", 1),
        ("limit_confirm", "", 1),
        ("call_later", "2", 0),  # they are to call again themselves, and have said no
        ("goodbye", "2", 0),
    ],
)
def test_who_hangs_up_on_hearing_that_they_cannot_wait_is_called_back_unless_told_otherwise(
    until: str, key: str, requests: int
) -> None:
    async def story() -> None:
        line = world(**LIMIT)
        caller = await in_line(line)
        with line.habit(caller, {"limit_confirm": key} if key else {}):
            await line.until(lambda: f"fi/{until}" in line.heard(caller))
        assert await hangs_up(line, caller) == "turned_away"
        await asyncio.sleep(1)
        assert len(line.disk.callbacks) == requests
        await close(line)

    run_in_virtual_time(story())


def test_where_the_free_waiting_ends_in_a_callback_that_is_the_request() -> None:
    async def story() -> None:
        line = world(budget_s=30, on_budget_end=OnBudgetEnd.CALLBACK)
        caller = await in_line(line)
        await line.until_over(caller)
        assert line.outcomes(caller) == ["callback"]
        await kept(line, caller)
        await close(line)

    run_in_virtual_time(story())


def test_who_has_talked_is_told_anew_before_they_are_called_back_for_hanging_up() -> None:
    async def story() -> None:
        line = world()
        caller = await _talks(line)
        _breaks(line)
        await line.until(lambda: told(line, caller) == ["fi", "fi"])
        assert await hangs_up(line, caller) == "abandoned_queue"
        await kept(line, caller)
        await close(line)

    run_in_virtual_time(story())


@pytest.mark.parametrize("breaks", [False, True])
def test_who_hangs_up_in_a_talk_or_as_it_breaks_is_not_called_back(*, breaks: bool) -> None:
    async def story() -> None:
        line = world()
        caller = await _talks(line)
        if breaks:
            _breaks(line)
            await line.until(lambda: "fi/counsellor_lost" in line.heard(caller))
        assert await hangs_up(line, caller) == ("abandoned_queue" if breaks else "served")
        await asyncio.sleep(1)
        assert line.disk.callbacks == []
        await close(line)

    run_in_virtual_time(story())


async def _talks(line: World) -> Channel:
    """A caller who was told in the line, and talks with Anna now."""
    caller = await in_line(line)
    assert told(line, caller) == ["fi"]
    line.phone("anna")
    await line.until(lambda: bool(line.disk.of(EventKind.CONNECTED)))
    await asyncio.sleep(1)
    return caller


def _breaks(line: World) -> None:
    """Anna's phone fails."""
    (leg,) = (c for c in line.asterisk.channels.values() if c.leg_of is not None)
    line.unregister("anna")
    line.asterisk.end(leg.id, cause=18)
