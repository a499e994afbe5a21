"""Who had asked to be called back and gets through by phone is off the list, and only then."""

import asyncio
from typing import Literal

import pytest

from ivr.domain.callback import Status
from ivr.domain.journal import EventKind
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.asking import ASKS, IN_LINE, asked, close, config
from tests.scenes.world import World

Strike = Literal["hang up", "crash"]


async def gets_through(strike: Strike, strike_at: int | None) -> tuple[int, Status, list[str]]:
    """At a step of the second call the citizen hangs up, or the controller dies.

    The steps taken, and what became of the request and of the call.
    """
    world = World(config())
    callers: list[Channel] = []
    restarts: list[asyncio.Task[None]] = []

    def struck() -> None:
        if strike == "crash":
            assert world.controller is not None
            world.controller.die()
            restarts.append(asyncio.create_task(world.crash_and_restart(0.5)))
        elif callers:
            world.asterisk.end(callers[0].id)

    steps = Steps(None, struck)
    world.start(steps)
    await asked(world, {**IN_LINE, **ASKS})
    before = steps.taken
    steps.strike_at(None if strike_at is None else before + strike_at)
    world.phone("anna")
    caller = world.asterisk.call(FREE)
    callers.append(caller)
    with world.habit(caller, IN_LINE):
        for _ in range(400):
            await asyncio.sleep(0.1)
            if world.disk.of(EventKind.CONNECTED) or world.outcomes(caller):
                break
    taken = steps.taken - before
    await asyncio.gather(*restarts)
    await asyncio.sleep(10)
    world.asterisk.end(caller.id)
    await world.until_over(caller)
    (request,) = world.disk.callbacks
    outcomes = world.outcomes(caller)
    await close(world)
    return taken, request.status, outcomes


@pytest.mark.parametrize("strike", ["hang up", "crash"])
def test_whoever_was_served_is_off_the_list_and_whoever_was_not_stays_on_it(
    strike: Strike,
) -> None:
    steps, status, outcomes = run_in_virtual_time(gets_through(strike, None))
    assert (status, outcomes) == (Status.ANSWERED_BY_PHONE, ["served"])
    assert steps > 20
    for step in range(1, steps + 1):
        _, status, outcomes = run_in_virtual_time(gets_through(strike, step))
        served = outcomes == ["served"]
        assert len(outcomes) == 1, f"struck at step {step} of {steps}: {outcomes}"
        off = status is Status.ANSWERED_BY_PHONE
        assert off is served, f"struck at step {step} of {steps}: {outcomes}, {status}"
        assert served or strike == "hang up", f"a crash at step {step} of {steps}: {outcomes}"
