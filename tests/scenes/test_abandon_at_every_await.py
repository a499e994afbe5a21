"""Wherever a caller hangs up and wherever the controller dies, who was told so is called back."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from ivr.domain.call import Outcome
from ivr.domain.journal import CallbackKind, EventKind
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.abandoning import config, joined, told
from tests.scenes.asking import OWN
from tests.scenes.world import World

KEYS = {"lang_choice": "1", "lang_retry": "1", "topic_menu": "1"}
IN_LINE_S = 14.0  # enough to be in the line and told so, even after a crash
AWAY_S = 0.5
Strike = Callable[[World, Channel], None]


@dataclass(frozen=True, kw_only=True)
class Left:
    """What is left of a caller who came into the line and hung up, and what they had heard."""

    outcomes: list[str]
    told: bool
    assured: bool  # it is on the record that they were about to be told
    requests: int
    steps: int


def hangs_up(world: World, caller: Channel) -> None:
    """The caller hangs up."""
    world.asterisk.end(caller.id)


def dies(world: World, _: Channel) -> None:
    """The controller dies; the caller goes on, or has gone."""
    if world.controller is not None:
        world.controller.die()


def both(world: World, caller: Channel) -> None:
    """The controller dies, and the caller hangs up while nobody looks."""
    dies(world, caller)
    hangs_up(world, caller)


async def play(
    strike_at: int | None, strike: Strike, *, at_the_end: bool = False, staffed: bool = False
) -> Left:
    """A caller waits, and hangs up in the end; at a step of it all, or of the end, one strikes."""
    world = World(config())
    callers: list[Channel] = []
    struck = asyncio.Event()

    def hit() -> None:
        strike(world, callers[0])
        struck.set()

    steps = Steps(None, hit)
    world.start(steps)
    callers.append(world.asterisk.call(FREE))
    if staffed:
        asyncio.get_running_loop().call_later(IN_LINE_S - 6, world.phone, "anna")
    with world.habit(callers[0], KEYS):
        if not at_the_end:
            steps.strike_at(strike_at)
        await _pass(IN_LINE_S, world, struck)
        before = steps.taken if at_the_end else 0
        if at_the_end and strike_at is not None:
            steps.strike_at(before + strike_at)
        hangs_up(world, callers[0])
        await _pass(2.0, world, struck)
    taken = steps.taken - before
    await world.stop()
    return _left(world, callers[0], taken)


async def _pass(seconds: float, world: World, struck: asyncio.Event) -> None:
    """Time passes; a controller that dies meanwhile is followed by another, with time anew."""
    if struck.is_set():
        await asyncio.sleep(seconds)
        return
    waiting = asyncio.create_task(struck.wait())
    await asyncio.wait({waiting}, timeout=seconds)
    waiting.cancel()
    await asyncio.wait({waiting})
    if struck.is_set() and world.controller is not None:
        if world.controller.switch.dead:
            await world.crash_and_restart(AWAY_S)
        await asyncio.sleep(IN_LINE_S)


def _left(world: World, caller: Channel, steps: int) -> Left:
    assert not world.asterisk.channels
    requests = world.disk.callbacks
    assert len(world.disk.callback_of(CallbackKind.REQUESTED)) == len(requests)
    for each in requests:
        assert (each.number, each.again, each.joined) == (OWN, 0, joined(world, caller))
    return Left(
        outcomes=world.outcomes(caller),
        told=bool(told(world, caller)),
        assured=bool(world.disk.of(EventKind.ASSURED)),
        requests=len(requests),
        steps=steps,
    )


@pytest.mark.parametrize(
    ("strike", "at_the_end"), [(hangs_up, False), (dies, False), (both, False), (dies, True)]
)
def test_at_any_await_who_was_told_so_is_called_back_once_at_their_place(
    strike: Strike, *, at_the_end: bool
) -> None:
    calm = run_in_virtual_time(play(None, strike, at_the_end=at_the_end))
    assert (calm.told, calm.requests, calm.outcomes) == (True, 1, [Outcome.ABANDONED_QUEUE])
    for step in range(1, calm.steps + 1):
        try:
            _is_true(run_in_virtual_time(play(step, strike, at_the_end=at_the_end)), strike)
        except AssertionError as error:
            raise AssertionError(f"struck at step {step} of {calm.steps}: {error}") from error


@pytest.mark.parametrize("strike", [hangs_up, both])
def test_at_any_await_up_to_the_talk_who_was_told_so_is_called_back_unless_served(
    strike: Strike,
) -> None:
    calm = run_in_virtual_time(play(None, strike, staffed=True))
    assert (calm.told, calm.requests, calm.outcomes) == (True, 0, [Outcome.SERVED])
    told_and_not_served = 0
    for step in range(1, calm.steps + 1):
        left = run_in_virtual_time(play(step, strike, staffed=True))
        if left.outcomes == [Outcome.SERVED]:
            assert left.requests == 0, f"struck at step {step} of {calm.steps}"
        elif left.told:
            told_and_not_served += 1
            assert left.requests == 1, f"struck at step {step} of {calm.steps}"
    assert told_and_not_served > 10


def _is_true(left: Left, strike: Strike) -> None:
    """Who was told is called back, and nobody else but who went on the very point of it."""
    assert left.outcomes == [Outcome.ABANDONED_QUEUE] or not left.requests
    assert len(left.outcomes) == 1 or (strike is both and not left.outcomes)  # never seen
    assert int(left.told) <= left.requests <= int(left.assured)
    if strike is dies:
        assert left.requests == 1
