"""Wherever the controller dies while a caller waits, joins or is sent away, nothing is changed."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from ivr.domain.journal import EventKind
from ivr.domain.policy import Ending, WaitingPolicy
from ivr.domain.service import Service
from tests.fakes.service import ADULTS, TOLL_FREE, changed, service
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.test_crash_at_every_await import Story, close, restarts, same, strike
from tests.scenes.world import World

KEYS = {"lang_choice": "1", "lang_retry": "1", "topic_menu": "1", "urgency": "1"}
POLICY = WaitingPolicy(longest_s=20, offer_after_s=3000, other_topic=ADULTS, on_nobody=Ending.WAIT)
Tell = Callable[[int | None, float], Coroutine[Any, Any, Story]]


def _config(**changes: Any) -> Service:
    policy = replace(POLICY, **changes)
    return changed(service(), "toll_free", waiting=policy, urgency_question=True)


def at_the_limit(how: Ending) -> Tell:
    """A caller whom the longest wait leads to this ending, and who agrees to what is offered."""

    async def tell(strike_at: int | None, away_s: float) -> Story:
        world = World(_config(on_longest=how))
        struck = asyncio.Event()
        steps = Steps(strike_at, lambda: strike(world, struck))
        world.start(steps)
        restart = asyncio.create_task(restarts(world, struck, away_s))
        caller = world.asterisk.call(TOLL_FREE)
        with world.habit(caller, {**KEYS, "limit_confirm": "1"}):
            await world.until_over(caller)
        return await close(world, restart, [caller], steps)

    return tell


async def cut_off(strike_at: int | None, away_s: float) -> Story:
    """A caller is cut off, regains the place before another, changes the language, is served."""
    world = World(_config(longest_s=3600))
    struck = asyncio.Event()
    world.start()
    first = world.asterisk.call(TOLL_FREE)
    with world.habit(first, KEYS):
        await world.until(lambda: first.music)
    other = world.asterisk.call(TOLL_FREE, "+358451112222")
    with world.habit(other, KEYS):
        await world.until(lambda: other.music)
    world.asterisk.end(first.id, cause=102)
    await world.until_over(first)
    await world.stop()
    steps = Steps(strike_at, lambda: strike(world, struck))
    world.start(steps)
    restart = asyncio.create_task(restarts(world, struck, away_s))
    again = world.asterisk.call(TOLL_FREE)
    with world.habit(again, KEYS):
        await asyncio.sleep(14)  # enough to be in the line, even after a crash
        await _in_swedish(world, again)
        world.phone("anna")
        for served in (again, other):
            await world.until(lambda: len(world.disk.of(EventKind.CONNECTED)) > 0)
            await asyncio.sleep(8)
            world.asterisk.end(served.id)
            await world.until_over(served)
    return await close(world, restart, [first, again, other], steps)


async def _in_swedish(world: World, caller: Any) -> None:
    """Press 9 until the line speaks Swedish: a key pressed as the controller dies is lost."""
    for _ in range(3):
        if world.heard(caller)[-1].startswith("sv/queue"):
            return
        world.asterisk.press(caller, "9")
        await asyncio.sleep(5)
    raise AssertionError("the language was not changed")


STORIES = {
    "asked for the number": at_the_limit(Ending.OFFER_CALLBACK),
    "the number is kept": at_the_limit(Ending.KEEP_CALLBACK),
    "turned away": at_the_limit(Ending.NOTICE),
    "another topic": at_the_limit(Ending.OTHER_TOPIC),
    "cut off": cut_off,
}


@pytest.mark.parametrize("name", STORIES)
def test_a_crash_at_any_await_changes_no_outcome_no_place_and_no_promise(name: str) -> None:
    story = STORIES[name]
    calm = run_in_virtual_time(story(None, 0.5))
    assert calm.steps > 30
    for step in range(1, calm.steps + 1):
        try:
            same(run_in_virtual_time(story(step, 0.5)), calm)
        except AssertionError as error:
            raise AssertionError(f"crashed at step {step} of {calm.steps}: {error}") from error
