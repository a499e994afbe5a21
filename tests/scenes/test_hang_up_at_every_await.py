"""Whenever the caller hangs up, the call ends once and nothing of it is left."""

import asyncio

import pytest

from ivr.domain.call import CallId, Outcome
from ivr.domain.journal import EventKind
from tests.fakes.asterisk import Channel
from tests.fakes.service import CLOSED, FREE, LIMITED, TOLL_FREE
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.world import World

HABITS = {"lang_choice": "2", "topic_menu": "1"}
URGENT = {**HABITS, "urgency": "1"}
CALLED_BACK = {**HABITS, "callback_offer": "1", "number_confirm": "1"}

KEYING = {"number_confirm": "3", "number_entry": "0451112222#", "number_readback": "1"}
KEYED_IN = {**CALLED_BACK, **KEYING}

WAYS = {
    "served while waiting is free": (FREE, HABITS, True),
    "served on a toll-free line": (TOLL_FREE, HABITS, True),
    "never answered by a counsellor": (FREE, HABITS, False),
    "a callback": (FREE, CALLED_BACK, False),
    "a callback to another number": (FREE, KEYED_IN, False),
    "turned away at a limit": (LIMITED, {**URGENT, "limit_confirm": "2"}, False),
    "a callback at a limit": (LIMITED, {**URGENT, "limit_confirm": "1"}, False),
    "a closed line": (CLOSED, {}, True),
}


async def story(way: str, strike_at: int | None) -> int:
    """Go one way; at the given step the caller hangs up. Returns the steps taken."""
    number, habits, staffed = WAYS[way]
    world = World()
    callers: list[Channel] = []
    steps = Steps(strike_at, lambda: world.asterisk.end(callers[0].id) if callers else None)
    world.start(steps)
    phone = world.phone("anna", answers_after=1.0 if staffed else None)
    callers.append(world.asterisk.call(number))
    with world.habit(callers[0], habits):
        await asyncio.sleep(45)
    world.asterisk.end(callers[0].id)
    await asyncio.sleep(10)
    _nothing_is_left(world, callers[0])
    await _the_counsellor_can_be_reached(world)
    assert phone.rung >= 1
    await world.stop()
    return steps.taken


def _nothing_is_left(world: World, caller: Channel) -> None:
    outcomes = world.outcomes(caller)
    assert len(outcomes) == 1, f"outcomes: {outcomes}"
    assert not world.asterisk.channels, f"channels left: {list(world.asterisk.channels)}"
    assert not world.asterisk.bridges, f"bridges left: {list(world.asterisk.bridges)}"
    if outcomes == [Outcome.SERVED]:
        assert world.disk.of(EventKind.CONNECTED), "served by nobody"
    if outcomes == [Outcome.CALLBACK]:
        assert world.disk.of(EventKind.CALLBACK_REQUESTED), "a callback that is not on disk"
    requested = len(world.disk.of(EventKind.CALLBACK_REQUESTED))
    assert len(world.disk.callbacks) == requested, "a request that nobody was promised"


async def _the_counsellor_can_be_reached(world: World) -> None:
    """Nobody is left ringing or talking in the controller's memory."""
    world.asterisk.phones["anna"].answers_after = 1.0
    next_caller = world.asterisk.call(FREE)
    with world.habit(next_caller, HABITS):
        await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED, _id(next_caller))), 60)
    world.asterisk.end(next_caller.id)
    await asyncio.sleep(5)


def _id(caller: Channel) -> CallId:
    return CallId(f"n1-{caller.id}")


@pytest.mark.parametrize("way", WAYS)
def test_a_hang_up_at_any_await_gives_one_outcome_and_leaves_nothing(way: str) -> None:
    steps = run_in_virtual_time(story(way, None))
    assert steps > 20
    for step in range(1, steps + 1):
        try:
            run_in_virtual_time(story(way, step))
        except AssertionError as error:
            raise AssertionError(f"hung up at step {step} of {steps}: {error}") from error


async def counsellor_story(strike_at: int | None) -> int:
    """At the given step the counsellor's phone, if it rings or talks, hangs up."""
    world = World()

    def hang_up() -> None:
        legs = [c.id for c in world.asterisk.channels.values() if c.leg_of is not None]
        for leg in legs:
            world.asterisk.end(leg)

    steps = Steps(strike_at, hang_up)
    world.start(steps)
    world.phone("anna")
    caller = world.asterisk.call(FREE)
    with world.habit(caller, HABITS):
        await asyncio.sleep(45)
    world.asterisk.end(caller.id)
    await asyncio.sleep(10)
    _nothing_is_left(world, caller)
    assert world.outcomes(caller) == [Outcome.SERVED], "the caller was lost"
    await _the_counsellor_can_be_reached(world)
    await world.stop()
    return steps.taken


def test_a_counsellor_who_hangs_up_at_any_await_loses_no_caller() -> None:
    steps = run_in_virtual_time(counsellor_story(None))
    for step in range(1, steps + 1):
        try:
            run_in_virtual_time(counsellor_story(step))
        except AssertionError as error:
            raise AssertionError(f"hung up at step {step} of {steps}: {error}") from error
