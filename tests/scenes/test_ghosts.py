"""A waiting caller whose phone has vanished is found and removed; in virtual time."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from ivr.domain.journal import EventKind
from ivr.domain.policy import Ending, WaitingPolicy
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE, changed, service
from tests.fakes.time import run_in_virtual_time
from tests.scenes.world import World

KEYS = {"lang_choice": "1", "topic_menu": "1"}
POLICY = WaitingPolicy(
    budget_s=3600, offer_after_s=3000, announce_every_s=75, on_nobody=Ending.WAIT
)


async def _in_line(world: World, *, sends: bool = True) -> Channel:
    caller = world.asterisk.call(FREE)
    if sends:
        caller.sends_from = asyncio.get_running_loop().time()
    with world.habit(caller, KEYS):
        await world.until(lambda: caller.music)
    return caller


def _vanish(caller: Channel) -> float:
    caller.sends_until = asyncio.get_running_loop().time()
    return caller.sends_until


def _world(**changes: Any) -> World:
    return World(changed(service(), "free", waiting=replace(POLICY, **changes)))


async def _close(world: World, *callers: Channel) -> None:
    for caller in callers:
        world.asterisk.end(caller.id)
        await world.until_over(caller)
    await asyncio.sleep(1)
    await world.stop()


@pytest.mark.parametrize("waited_s", [5, 33, 70, 140, 200])
def test_who_vanishes_is_removed_within_90_seconds_and_the_next_one_moves_up(
    waited_s: int,
) -> None:
    async def story() -> None:
        world = _world()
        world.start()
        ghost = await _in_line(world)
        behind = await _in_line(world)
        await asyncio.sleep(waited_s)
        gone_at = _vanish(ghost)
        await world.until_over(ghost)
        assert 50 <= asyncio.get_running_loop().time() - gone_at <= 90
        assert world.outcomes(ghost) == ["ghost"]
        (event,) = world.disk.of(EventKind.GHOST)
        assert 60 <= int(str(event.data["silent_s"])) <= 90
        assert ghost.id not in world.asterisk.channels
        world.asterisk.press(behind, "0")
        await world.until(lambda: "fi/queue_next" in world.heard(behind))
        await _close(world, behind)

    run_in_virtual_time(story())


def test_the_music_goes_on_while_the_phone_is_looked_after() -> None:
    async def story() -> None:
        world = _world(announce_every_s=3000)
        world.start()
        caller = await _in_line(world)
        for _ in range(600):
            await asyncio.sleep(1)
            assert caller.music
        await _close(world, caller)

    run_in_virtual_time(story())


def test_who_never_sent_sound_waits_for_as_long_as_anybody_may() -> None:
    async def story() -> None:
        world = _world(longest_s=1200, on_longest=Ending.NOTICE)
        world.start()
        caller = await _in_line(world, sends=False)
        await asyncio.sleep(1100)
        assert world.outcomes(caller) == []
        await world.until_over(caller)
        assert world.outcomes(caller) == ["turned_away"]
        await _close(world)

    run_in_virtual_time(story())


def test_a_line_may_leave_the_silent_alone() -> None:
    async def story() -> None:
        world = _world(ghost_after_s=0)
        world.start()
        caller = await _in_line(world)
        _vanish(caller)
        await asyncio.sleep(600)
        assert world.outcomes(caller) == []
        await _close(world, caller)

    run_in_virtual_time(story())


def test_who_puts_the_line_on_hold_is_no_ghost_before_they_have_come_back() -> None:
    async def story() -> None:
        world = _world()
        world.start()
        caller = await _in_line(world)
        await asyncio.sleep(30)
        world.asterisk.hold(caller, held=True)
        _vanish(caller)
        await asyncio.sleep(600)
        assert world.outcomes(caller) == []
        world.asterisk.hold(caller, held=False)
        await world.until_over(caller)
        assert world.outcomes(caller) == ["ghost"]
        await world.stop()

    run_in_virtual_time(story())


@pytest.mark.parametrize("held_before_the_crash", [True, False])
def test_who_has_put_the_line_on_hold_is_no_ghost_after_a_restart_either(
    held_before_the_crash: bool,
) -> None:
    async def story() -> None:
        world = _world()
        world.start()
        caller = await _in_line(world)
        await asyncio.sleep(30)
        if held_before_the_crash:
            world.asterisk.hold(caller, held=True)
            await asyncio.sleep(1)
        assert world.controller is not None
        world.controller.die()
        world.asterisk.hold(caller, held=True)
        _vanish(caller)
        await world.crash_and_restart(5)
        await asyncio.sleep(600)
        assert world.outcomes(caller) == []
        world.asterisk.hold(caller, held=False)
        await world.until_over(caller)
        assert world.outcomes(caller) == ["ghost"]
        await world.stop()

    run_in_virtual_time(story())


def test_the_phone_that_rings_for_a_ghost_is_let_go_and_rung_for_the_next_caller() -> None:
    async def story() -> None:
        world = _world(ring_s=300)
        world.start()
        ghost = await _in_line(world)
        await asyncio.sleep(10)
        phone = world.phone("anna", answers_after=None)
        await world.until(lambda: phone.rung == 1)
        _vanish(ghost)
        await world.until_over(ghost)
        phone.answers_after = 1.0
        await asyncio.sleep(1)
        assert [c for c in world.asterisk.channels.values() if c.leg_of is not None] == []
        caller = await _in_line(world)
        await world.until(lambda: caller.up)
        assert phone.rung == 2
        await _close(world, caller)

    run_in_virtual_time(story())


def test_who_had_vanished_while_the_controller_was_away_is_found_all_the_same() -> None:
    async def story() -> None:
        world = _world()
        world.start()
        ghost = await _in_line(world)
        await asyncio.sleep(30)
        assert world.controller is not None
        world.controller.die()
        _vanish(ghost)
        await world.crash_and_restart(5)
        await world.until_over(ghost)
        assert world.outcomes(ghost) == ["ghost"]
        await world.stop()

    run_in_virtual_time(story())
