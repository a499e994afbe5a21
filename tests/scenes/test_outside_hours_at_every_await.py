"""A request outside hours survives a crash and a hang-up at every await."""

import asyncio

import pytest

from ivr.domain.journal import EventKind
from tests.fakes.asterisk import Channel
from tests.fakes.service import CLOSED
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.after_hours import ASKS, KEYS_IN, config
from tests.scenes.test_crash_at_every_await import Story, close, restarts, same, strike
from tests.scenes.world import World

SWEDISH = {"lang_choice": "2"}
WAYS: dict[str, tuple[dict[str, str], bool]] = {
    "the own number": (ASKS, False),
    "another number": ({**SWEDISH, "opening_confirm": "3", **KEYS_IN}, False),
    "a hidden caller": ({**SWEDISH, **KEYS_IN}, True),
    "no key": ({}, False),
}


async def crashed(way: str, strike_at: int | None, away_s: float) -> Story:
    """Somebody calls the closed line. The controller dies at a step."""
    world = World(config())
    struck = asyncio.Event()
    steps = Steps(strike_at, lambda: strike(world, struck))
    world.start(steps)
    restart = asyncio.create_task(restarts(world, struck, away_s))
    keys, hidden = WAYS[way]
    caller = world.asterisk.call(CLOSED, hidden=hidden)
    with world.habit(caller, keys):
        await world.until_over(caller)
    assert len(world.disk.callbacks) == len(world.disk.of(EventKind.CALLBACK_REQUESTED))
    assert not caller.up
    return await close(world, restart, [caller], steps)


# Sooner than a prompt ends, and later.
@pytest.mark.parametrize("away_s", [0.2, 1.0])
@pytest.mark.parametrize("way", WAYS)
def test_a_crash_at_any_await_changes_nothing_of_a_request_outside_hours(
    way: str, away_s: float
) -> None:
    calm = run_in_virtual_time(crashed(way, None, away_s))
    assert calm.steps > 20
    assert len(calm.callbacks) == (0 if way == "no key" else 1)
    for step in range(1, calm.steps + 1):
        try:
            same(run_in_virtual_time(crashed(way, step, away_s)), calm)
        except AssertionError as error:
            raise AssertionError(f"crashed at step {step} of {calm.steps}: {error}") from error


async def hung_up(way: str, strike_at: int | None) -> int:
    """Somebody calls the closed line, and hangs up at a step; returns the steps taken."""
    world = World(config())
    callers: list[Channel] = []
    steps = Steps(strike_at, lambda: world.asterisk.end(callers[0].id) if callers else None)
    world.start(steps)
    keys, hidden = WAYS[way]
    callers.append(world.asterisk.call(CLOSED, hidden=hidden))
    with world.habit(callers[0], keys):
        await asyncio.sleep(40)
    world.asterisk.end(callers[0].id)
    await asyncio.sleep(10)
    kept = len(world.disk.callbacks)
    assert world.outcomes(callers[0]) == ["callback" if kept else "closed_hours"]
    assert len(world.disk.of(EventKind.CALLBACK_REQUESTED)) == kept
    assert not world.asterisk.channels
    assert not world.asterisk.bridges
    await world.stop()
    return steps.taken


@pytest.mark.parametrize("way", WAYS)
def test_a_hang_up_at_any_await_outside_hours_gives_one_outcome_and_leaves_nothing(
    way: str,
) -> None:
    steps = run_in_virtual_time(hung_up(way, None))
    assert steps > 20
    for step in range(1, steps + 1):
        try:
            run_in_virtual_time(hung_up(way, step))
        except AssertionError as error:
            raise AssertionError(f"hung up at step {step} of {steps}: {error}") from error
