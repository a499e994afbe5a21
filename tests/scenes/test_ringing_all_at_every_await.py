"""Whoever goes at whatever await while several phones ring for a caller, nothing is stuck."""

import asyncio
from dataclasses import replace

import pytest

from ivr.domain.counsellor import Doing
from ivr.domain.journal import DutyKind
from ivr.domain.policy import Distribution, Routing
from tests.fakes.service import FAMILIES, FREE, counsellor, service
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.test_crash_at_every_await import SERVED, Story, close, restarts, same, strike
from tests.scenes.world import World


def all_rung() -> World:
    """A world of three counsellors who are rung at once."""
    config = service(counsellor("anna"), counsellor("bo"), counsellor("cia"))
    topic = config.topics[FAMILIES]
    ring_all = replace(topic, routing=Routing(distribution=Distribution.RING_ALL))
    return World(replace(config, topics={**config.topics, FAMILIES: ring_all}))


def phones_come_on(world: World) -> None:
    """Two will answer in the same instant, and one never."""
    for name, answers_after in (("anna", 2.0), ("bo", 2.0), ("cia", None)):
        world.phone(name, answers_after=answers_after)


async def answered_at_once(strike_at: int | None, away_s: float) -> Story:
    """Two phones answer the first caller in the same instant; then a second is served."""
    world = all_rung()
    struck = asyncio.Event()
    steps = Steps(strike_at, lambda: strike(world, struck))
    world.start(steps)
    restart = asyncio.create_task(restarts(world, struck, away_s))
    first = world.asterisk.call(FREE)
    with world.habit(first, SERVED):
        await asyncio.sleep(9)
        phones_come_on(world)
        await world.until(lambda: first.up)
        second = world.asterisk.call(FREE, "+358451112222")
        with world.habit(second, SERVED):
            await world.until(lambda: second.up)
            await asyncio.sleep(2)
            for served in (first, second):
                world.asterisk.end(served.id)
                await world.until_over(served)
    return await close(world, restart, [first, second], steps)


@pytest.mark.parametrize("away_s", [0.2, 1.0])
def test_a_crash_at_any_await_leaves_one_winner_and_the_other_free(away_s: float) -> None:
    calm = run_in_virtual_time(answered_at_once(None, away_s))
    assert calm.outcomes == [["served"], ["served"]]
    for step in range(1, calm.steps + 1):
        try:
            same(run_in_virtual_time(answered_at_once(step, away_s)), calm)
        except AssertionError as error:
            raise AssertionError(f"crashed at step {step} of {calm.steps}: {error}") from error


async def hung_up(strike_at: int | None) -> int:
    """The caller hangs up at a step; then all three counsellors are free, and one is reached."""
    world = all_rung()
    steps = Steps(strike_at, lambda: world.asterisk.end(caller.id))
    world.start(steps)
    caller = world.asterisk.call(FREE)
    with world.habit(caller, SERVED):
        await asyncio.sleep(9)
        phones_come_on(world)
        await asyncio.sleep(9)
    world.asterisk.end(caller.id)
    await world.until_over(caller)
    await asyncio.sleep(1)
    assert not world.asterisk.channels, "a channel is left over"
    doing = [doing for _, _, doing in world.house.roster.at_work()]
    assert doing == [Doing.FREE] * 3
    assert not world.disk.duty_of(DutyKind.MISSED)
    another = world.asterisk.call(FREE, "+358451112222")
    with world.habit(another, SERVED):
        await world.until(lambda: another.up)
    world.asterisk.end(another.id)
    await world.until_over(another)
    assert len(world.outcomes(caller)) == len(world.outcomes(another)) == 1
    await asyncio.sleep(1)
    await world.stop()
    return steps.taken


def test_a_hang_up_at_any_await_leaves_all_counsellors_free() -> None:
    steps = run_in_virtual_time(hung_up(None))
    for step in range(1, steps + 1):
        try:
            run_in_virtual_time(hung_up(step))
        except AssertionError as error:
            raise AssertionError(f"hung up at step {step} of {steps}: {error}") from error
