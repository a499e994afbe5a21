"""Nobody who merely waits, talks or takes their time is taken to hang."""

import asyncio
from typing import Any

import pytest

from ivr.domain.journal import EventKind
from ivr.domain.policy import MenuPolicy
from tests.fakes.service import TOLL_FREE, changed, service
from tests.fakes.time import run_in_virtual_time
from tests.scenes.hanging import (
    FINNISH,
    PATIENT,
    close,
    patient,
)
from tests.scenes.world import World


@pytest.mark.parametrize("hours", [1, 3])
def test_who_waits_for_hours_is_left_alone(hours: int) -> None:
    async def story() -> None:
        world = patient()
        world.start()
        world.phone("anna", answers_after=None)
        caller = world.asterisk.call(TOLL_FREE)
        with world.habit(caller, FINNISH):
            await asyncio.sleep(hours * 3600)
        assert caller.id in world.asterisk.channels
        assert world.disk.of(EventKind.FAULT) == []
        await close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize("keys", ["", "*1", "*7101"])
def test_who_talks_is_held_or_waits_for_a_consultation_for_hours_is_left_alone(keys: str) -> None:
    async def story() -> None:
        world = World()
        world.start()
        world.phone("anna")
        caller = world.asterisk.call(TOLL_FREE)
        with world.habit(caller, FINNISH):
            await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        world.phone("bertil")
        (leg,) = [c for c in world.asterisk.channels.values() if c.leg_of]
        for key in keys:
            world.asterisk.press(leg, key)
        await asyncio.sleep(5 * 3600)
        assert caller.id in world.asterisk.channels
        assert world.disk.of(EventKind.FAULT) == []
        await close(world)

    run_in_virtual_time(story())


def test_who_takes_all_the_time_that_there_is_for_each_key_is_left_alone() -> None:
    async def story() -> None:
        menu = MenuPolicy(timeout_s=28.0, retries=5)
        world = World(changed(service(), "toll_free", menu=menu, waiting=PATIENT))
        world.start()
        world.phone("anna", answers_after=None)
        caller = world.asterisk.call(TOLL_FREE)
        slow = {"lang_retry": "1", "topic_menu": "4", "callback_offer": "1", "number_confirm": "3"}
        with world.habit(caller, {**slow, "number_entry": "0451112222"}, after_s=27.0):
            await asyncio.sleep(3600)
        assert world.disk.of(EventKind.FAULT) == []
        await close(world)

    run_in_virtual_time(story())


def test_after_a_pause_of_the_whole_machine_nobody_is_taken_to_hang(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story() -> None:
        world = patient()
        world.start()
        world.phone("anna", answers_after=None)
        caller = world.asterisk.call(TOLL_FREE)
        with world.habit(caller, FINNISH):
            await world.until(lambda: caller.music)
            await asyncio.sleep(3)
            loop: Any = asyncio.get_running_loop()
            loop._jumping.elapsed += 300.0  # nothing ran meanwhile
            await asyncio.sleep(60)
        assert world.disk.of(EventKind.FAULT) == []
        await close(world)

    run_in_virtual_time(story())
