"""Who calls again while their first call, whose phone is gone, still stands; virtual time."""

import asyncio
from typing import Any

from ivr.domain.call import CallId
from ivr.domain.journal import Event, EventKind
from ivr.domain.policy import Ending, WaitingPolicy
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE, changed, service
from tests.fakes.time import run_in_virtual_time
from tests.scenes.world import World

KEYS = {"lang_choice": "1", "topic_menu": "1"}
OURS, ANOTHER = "+358401234567", "+358501112222"


def _world(**changes: Any) -> World:
    policy = WaitingPolicy(
        budget_s=3600, offer_after_s=3000, announce_every_s=3000, on_nobody=Ending.WAIT, **changes
    )
    world = World(changed(service(), "free", waiting=policy))
    world.start()
    return world


async def _in_line(world: World, number: str = OURS, *, hidden: bool = False) -> Channel:
    caller = world.asterisk.call(FREE, number, hidden=hidden)
    caller.sends_from = asyncio.get_running_loop().time()
    with world.habit(caller, KEYS):
        await world.until(lambda: caller.music)
    return caller


async def _vanishes(caller: Channel) -> None:
    caller.sends_until = asyncio.get_running_loop().time()
    await asyncio.sleep(20)  # so long it takes to see that the call is dead, and to dial


def _joined(world: World, caller: Channel) -> Event:
    """The latest on record of the call, for the time at which they first joined the line."""
    call = CallId(f"n1-{caller.id}")
    return [event for event in world.disk.events.values() if event.call_id == call][-1]


async def _served_first(world: World) -> CallId:
    world.phone("anna")
    await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
    return world.disk.of(EventKind.CONNECTED)[0].call_id


async def _close(world: World) -> None:
    for channel in [c for c in world.asterisk.channels.values() if c.leg_of is None]:
        world.asterisk.end(channel.id)
        await world.until_over(channel)
    await asyncio.sleep(1)
    await world.stop()


def test_who_calls_again_has_their_place_as_soon_as_the_first_call_is_known_to_be_dead() -> None:
    async def story() -> None:
        world = _world()
        dead, other = await _in_line(world), await _in_line(world, ANOTHER)
        await asyncio.sleep(20)
        await _vanishes(dead)
        again = await _in_line(world)
        assert world.heard(again)[-2:] == ["fi/queue_pos_n", "sv/lang_switch"]
        await world.until_over(dead)
        assert world.outcomes(dead) == ["ghost"]
        await world.until(lambda: "fi/place_regained" in world.heard(again), within_s=15)
        await asyncio.sleep(2)
        assert world.heard(again)[-2:] == ["fi/place_regained", "fi/queue_next"]
        (rejoined,) = world.disk.of(EventKind.REJOINED)
        first, second = _joined(world, dead).facts, _joined(world, other).facts
        assert rejoined.facts.joined == first.joined
        assert first.replaced_by == rejoined.call_id == f"n1-{again.id}"
        assert first.joined is not None
        assert second.joined is not None
        assert first.joined < second.joined
        assert await _served_first(world) == rejoined.call_id
        await _close(world)

    run_in_virtual_time(story())


def test_a_place_that_was_handed_over_is_given_to_no_third_call_and_outlives_the_controller() -> (
    None
):
    async def story() -> None:
        world = _world()
        dead, _ = await _in_line(world), await _in_line(world, ANOTHER)
        await asyncio.sleep(20)
        await _vanishes(dead)
        again = await _in_line(world)
        await world.until_over(dead)
        assert world.controller is not None
        world.controller.die()
        await world.crash_and_restart(2)
        third = await _in_line(world)
        assert "fi/place_regained" not in world.heard(third)
        assert len(world.disk.of(EventKind.REJOINED)) == 1
        assert await _served_first(world) == f"n1-{again.id}"
        await _close(world)

    run_in_virtual_time(story())


def test_two_callers_of_one_number_both_stand_and_neither_gets_the_others_place() -> None:
    async def story() -> None:
        world = _world()
        dead, colleague = await _in_line(world), await _in_line(world)
        other = await _in_line(world, ANOTHER)
        await asyncio.sleep(20)
        await _vanishes(dead)
        await world.until_over(dead)
        await asyncio.sleep(15)
        assert world.outcomes(colleague) == []
        assert world.disk.of(EventKind.REJOINED) == []
        again = await _in_line(world)  # it is theirs when they call again
        (rejoined,) = world.disk.of(EventKind.REJOINED)
        assert rejoined.call_id == f"n1-{again.id}"
        assert world.outcomes(other) == []
        await _close(world)

    run_in_virtual_time(story())


def test_two_callers_of_one_number_who_both_speak_wait_on_at_their_own_places() -> None:
    async def story() -> None:
        world = _world()
        first, _ = await _in_line(world), await _in_line(world, ANOTHER)
        second = await _in_line(world)
        await asyncio.sleep(300)
        assert world.outcomes(first) == world.outcomes(second) == []
        assert world.disk.of(EventKind.REJOINED) == []
        await _close(world)

    run_in_virtual_time(story())


def test_nobody_has_the_place_of_a_hidden_number_or_on_a_line_that_gives_none_back() -> None:
    async def story() -> None:
        for hidden, minutes in ((True, 10), (False, 0)):
            world = _world(rejoin_min=minutes)
            dead = await _in_line(world, hidden=hidden)
            await asyncio.sleep(20)
            await _vanishes(dead)
            await _in_line(world, hidden=hidden)
            await world.until_over(dead)
            await asyncio.sleep(30)
            assert world.disk.of(EventKind.REJOINED) == []
            await _close(world)

    run_in_virtual_time(story())
