"""Wherever the controller dies, the calls go on as if it had not."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import pytest

from ivr.domain.journal import EventKind
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.world import World

SERVED = {"lang_choice": "2", "lang_retry": "2", "topic_menu": "1"}
KEYING = {"callback_offer": "1", "number_entry": "0451112222#", "number_readback": "1"}
KEYED_IN = {**SERVED, **KEYING}
CALLED_BACK = {**SERVED, "callback_offer": "1", "number_confirm": "1"}


@dataclass
class Story:
    """What is left when all is over."""

    outcomes: list[list[str]]
    served_in_order: list[str]
    callbacks: list[tuple[object, object]]
    languages: list[str]
    heard: list[Counter[str]]
    steps: int


async def two_callers(strike_at: int | None, away_s: float) -> Story:
    """One is served, then the other; the second came later. The controller dies at a step."""
    world = World()
    struck = asyncio.Event()
    steps = Steps(strike_at, lambda: strike(world, struck))
    world.start(steps)
    restart = asyncio.create_task(restarts(world, struck, away_s))
    first = world.asterisk.call(FREE)
    with world.habit(first, SERVED):
        await asyncio.sleep(9)  # enough to be in the line, even after a crash
        second = world.asterisk.call(FREE, "+358451112222")
        with world.habit(second, SERVED):
            await asyncio.sleep(9)
            world.phone("anna")
            for served in (first, second):
                await world.until(lambda: first.up or second.up)
                await asyncio.sleep(5)
                world.asterisk.end(served.id)
                await world.until_over(served)
    return await close(world, restart, [first, second], steps)


async def a_callback(strike_at: int | None, away_s: float) -> Story:
    """A caller leaves a callback. The controller dies at a step."""
    world = World()
    struck = asyncio.Event()
    steps = Steps(strike_at, lambda: strike(world, struck))
    world.start(steps)
    restart = asyncio.create_task(restarts(world, struck, away_s))
    caller = world.asterisk.call(FREE)
    with world.habit(caller, CALLED_BACK):
        await world.until_over(caller)
    return await close(world, restart, [caller], steps)


async def a_number_keyed_in_twice(strike_at: int | None, away_s: float) -> Story:
    """A hidden caller gives a number, and does so again. The controller dies at a step."""
    world = World()
    struck = asyncio.Event()
    steps = Steps(strike_at, lambda: strike(world, struck))
    world.start(steps)
    restart = asyncio.create_task(restarts(world, struck, away_s))
    callers = []
    for _ in range(2):
        callers.append(world.asterisk.call(FREE, hidden=True))
        with world.habit(callers[-1], KEYED_IN):
            await world.until_over(callers[-1])
    assert [request.again for request in world.disk.callbacks] == [1]
    return await close(world, restart, callers, steps)


def strike(world: World, struck: asyncio.Event) -> None:
    if world.controller is not None:  # none: the story is over
        world.controller.die()
        struck.set()


async def restarts(world: World, struck: asyncio.Event, away_s: float) -> None:
    await struck.wait()
    await world.crash_and_restart(away_s)


async def close(
    world: World, restart: asyncio.Task[None], callers: list[Channel], steps: Steps
) -> Story:
    await asyncio.sleep(5)
    restart.cancel()
    await asyncio.wait({restart})
    await world.stop()
    assert not world.asterisk.channels, "a channel is left over"
    assert not world.asterisk.bridges, "a bridge is left over"
    connected = sorted(world.disk.of(EventKind.CONNECTED), key=lambda event: event.at)
    requests = world.disk.of(EventKind.CALLBACK_REQUESTED)
    finished = world.disk.of(EventKind.FINISHED)
    return Story(
        outcomes=[world.outcomes(caller) for caller in callers],
        served_in_order=list(dict.fromkeys(str(event.call_id) for event in connected)),
        callbacks=[(r.data["number"], r.data["language"]) for r in requests],
        languages=sorted(str(event.facts.language) for event in finished),
        heard=[Counter(world.heard(caller)) for caller in callers],
        steps=steps.taken,
    )


def same(crashed: Story, calm: Story) -> None:
    assert crashed.outcomes == calm.outcomes
    assert crashed.served_in_order == calm.served_in_order
    assert crashed.callbacks == calm.callbacks
    assert crashed.languages == calm.languages
    for heard, heard_calmly in zip(crashed.heard, calm.heard, strict=True):
        for prompt, times in heard.items():
            assert times <= heard_calmly[prompt] + 1, f"{prompt} was heard {times} times"


# Sooner than a prompt ends, and later.
@pytest.mark.parametrize("away_s", [0.2, 1.0])
@pytest.mark.parametrize("story", [two_callers, a_callback, a_number_keyed_in_twice])
def test_a_crash_at_any_await_changes_no_outcome_no_place_and_no_promise(
    story: Callable[[int | None, float], Coroutine[Any, Any, Story]], away_s: float
) -> None:
    calm = run_in_virtual_time(story(None, away_s))
    assert calm.steps > 50
    for step in range(1, calm.steps + 1):
        try:
            same(run_in_virtual_time(story(step, away_s)), calm)
        except AssertionError as error:
            raise AssertionError(f"crashed at step {step} of {calm.steps}: {error}") from error
