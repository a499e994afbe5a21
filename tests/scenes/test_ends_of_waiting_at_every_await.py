"""Wherever the controller dies as a wait ends: the same end, once, and nobody pays for it."""

import asyncio
from dataclasses import replace

import pytest

from ivr.domain.journal import EventKind
from ivr.domain.policy import Ending, OnBudgetEnd, WaitingPolicy
from ivr.domain.service import Service
from tests.fakes.service import FREE, changed, service
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.test_crash_at_every_await import Story, close, restarts, same, strike
from tests.scenes.world import World

AWAY_S = 1.0
KEYS = {"lang_choice": "2", "topic_menu": "1", "urgency": "1"}
QUIET = WaitingPolicy(offer_after_s=3000, announce_every_s=3000, on_nobody=Ending.WAIT)
LIMITED = replace(QUIET, longest_s=12)
BUDGET = replace(QUIET, budget_s=25)
# What ends the wait, the keys beside those to the line, and the outcome.
WAYS: dict[str, tuple[WaitingPolicy, dict[str, str], str]] = {
    "a callback agreed to": (LIMITED, {"limit_confirm": "1"}, "callback"),
    "a callback kept": (replace(LIMITED, on_longest=Ending.KEEP_CALLBACK), {}, "callback"),
    "kept as the free wait ends": (BUDGET, {}, "callback"),
    "answered as the free wait ends": (
        replace(BUDGET, on_budget_end=OnBudgetEnd.ANSWER, longest_s=25, on_longest=Ending.NOTICE),
        {},
        "turned_away",
    ),
}


def _config(policy: WaitingPolicy) -> Service:
    return changed(service(), "free", waiting=policy, urgency_question=True)


async def _told(way: str, strike_at: int | None) -> Story:
    """A caller waits until they cannot any more. The controller dies at a step."""
    policy, keys, _ = WAYS[way]
    world = World(_config(policy))
    struck = asyncio.Event()
    steps = Steps(strike_at, lambda: strike(world, struck))
    world.start(steps)
    restart = asyncio.create_task(restarts(world, struck, AWAY_S))
    caller = world.asterisk.call(FREE)
    with world.habit(caller, {**KEYS, **keys}):
        await world.until_over(caller)
    answered = len(world.disk.of(EventKind.ANSWERED))
    assert answered == (1 if way.startswith("answered") else 0), f"answered {answered} times"
    return await close(world, restart, [caller], steps)


@pytest.mark.parametrize("way", WAYS)
def test_a_crash_at_any_await_as_a_wait_ends_changes_no_end_and_no_promise(way: str) -> None:
    calm = run_in_virtual_time(_told(way, None))
    assert calm.outcomes == [[WAYS[way][2]]]
    assert calm.steps > 20
    for step in range(1, calm.steps + 1):
        try:
            same(run_in_virtual_time(_told(way, step)), calm)
        except AssertionError as error:
            raise AssertionError(f"crashed at step {step} of {calm.steps}: {error}") from error
