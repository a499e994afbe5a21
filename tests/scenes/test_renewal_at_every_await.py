"""Whenever another configuration comes into force, the calls go on as if nothing had happened."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

import pytest

from ivr.domain.callback import Status
from ivr.domain.journal import EventKind
from ivr.domain.policy import Routing
from ivr.domain.service import Service
from tests.fakes.service import FAMILIES, FREE, NEVER, changed, counsellor, service
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.called_back import CalledBack, dials
from tests.scenes.standing import PATIENT, routed
from tests.scenes.world import World

SERVED = {"lang_choice": "2", "lang_retry": "2", "topic_menu": "1"}
PEOPLE = counsellor("bertil"), counsellor("cecilia")


@dataclass(frozen=True)
class Told:
    """What is left when all is over; `arrived` is the step by which all had begun."""

    outcomes: list[list[str]]
    menus: list[Counter[str]]
    served: list[str]
    faults: int
    arrived: int
    steps: int


def another(config: Service) -> Service:
    """Anna has gone, Cecilia is new, the topic is served otherwise, and the line is closed now."""
    slower = routed(config, FAMILIES, Routing(wrap_up_s=20, overflow_after_s=5))
    closed = changed(slower, "free", schedule=NEVER)
    return replace(closed, counsellors=PEOPLE, most_calls=1)


async def two_callers(renew_at: int | None) -> Told:
    """Two are on the line, then counsellors come; another configuration comes at a step."""
    config = service(counsellor("anna"), counsellor("bertil"), waiting=PATIENT)
    world = World(config)
    steps = Steps(renew_at, lambda: world.renew(another(config)))
    world.start(steps)
    callers = [world.asterisk.call(FREE, f"+35840111222{n}") for n in range(2)]
    await world.until(lambda: len(world.disk.of(EventKind.ARRIVED)) == 2, every_s=0.001)
    arrived = steps.taken
    with world.habit(callers[0], SERVED), world.habit(callers[1], SERVED):
        await asyncio.sleep(10)
        for name in ("anna", "bertil", "cecilia"):
            world.phone(name, answers_after=2.0)
        await asyncio.gather(*(served(world, caller) for caller in callers))
    await asyncio.sleep(60)
    await world.stop()
    assert not world.asterisk.channels, "a channel is left over"
    assert not world.asterisk.bridges, "a bridge is left over"
    return Told(
        outcomes=[world.outcomes(caller) for caller in callers],
        menus=[menus(world.heard(caller)) for caller in callers],
        served=sorted(str(event.call_id) for event in world.disk.of(EventKind.CONNECTED)),
        faults=len(world.disk.of(EventKind.FAULT)),
        arrived=arrived,
        steps=steps.taken,
    )


async def served(world: World, caller: Any) -> None:
    """The caller talks, and hangs up."""
    await world.until(lambda: caller.up)
    await asyncio.sleep(5)
    world.asterisk.end(caller.id)
    await world.until_over(caller)


def menus(heard: list[str]) -> Counter[str]:
    """What was heard, but for what depends on how long somebody waits."""
    return Counter(prompt for prompt in heard if "queue_" not in prompt)


async def one_called_back(renew_at: int | None) -> Told:
    """A citizen is called back; another configuration comes at a step."""
    config = dials("anna", "bertil")
    people = replace(config, counsellors=PEOPLE)
    world = await CalledBack.begin(config=config)
    await world.stop()
    steps = Steps(renew_at, lambda: world.renew(routed(people, FAMILIES, Routing(wrap_up_s=20))))
    world.start(steps)
    for name in ("anna", "bertil", "cecilia"):
        world.phone(name)
    await world.until(lambda: world.request.status is Status.REACHED)
    await asyncio.sleep(5)
    await world.close()
    return Told(
        outcomes=[list(filter(None, world.results))],
        menus=[Counter()],
        served=[],
        faults=len(world.disk.of(EventKind.FAULT)),
        arrived=0,
        steps=steps.taken,
    )


@pytest.mark.parametrize("story", [two_callers, one_called_back])
def test_a_renewal_at_any_await_changes_nothing_for_those_who_are_on_the_line(
    story: Callable[[int | None], Coroutine[Any, Any, Told]],
) -> None:
    calm = run_in_virtual_time(story(None))
    assert calm.steps > calm.arrived + 50
    assert calm.faults == 0
    for step in range(calm.arrived + 1, calm.steps + 1):
        told = run_in_virtual_time(story(step))
        kept = replace(told, steps=calm.steps, arrived=calm.arrived)
        assert kept == calm, f"renewed at step {step} of {calm.steps}"


def test_who_dies_at_any_await_after_a_renewal_loses_nobody() -> None:
    """Each other time the next controller finds the files as they were: somebody put them back."""
    calm = run_in_virtual_time(two_callers_and_a_death(None, back=False))
    assert calm.steps > 50
    assert calm.outcomes == [["served"], ["served"]]
    for step in range(1, calm.steps + 1):
        told = run_in_virtual_time(two_callers_and_a_death(step, back=step % 2 == 0))
        assert told.outcomes == calm.outcomes, f"died at step {step} of {calm.steps}"
        assert (told.served, told.faults) == (calm.served, calm.faults), f"died at step {step}"


async def two_callers_and_a_death(die_at: int | None, *, back: bool) -> Told:
    """One waits and one is in the menu when another configuration comes; then the controller dies.

    `die_at` counts its steps from the renewal on.
    """
    before = service(counsellor("anna"), counsellor("bertil"), waiting=PATIENT)
    world, struck = World(before), asyncio.Event()
    steps = Steps(None, lambda: _die(world, struck))
    world.start(steps)
    waits = world.asterisk.call(FREE, "+358401112220")
    with world.habit(waits, SERVED):
        await world.until(lambda: bool(world.disk.of(EventKind.JOINED)))
        chooses = world.asterisk.call(FREE, "+358401112221")
        await world.until_heard(chooses)
        begun = steps.taken
        if die_at is not None:
            steps.strike_at(begun + die_at)
        world.renew(without_a_topic(before))
        restart = asyncio.create_task(_restart(world, struck, before if back else world.config))
        with world.habit(chooses, SERVED):
            await asyncio.sleep(10)
            for name in ("anna", "bertil", "cecilia"):
                world.phone(name, answers_after=2.0)
            await asyncio.gather(served(world, waits), served(world, chooses))
    taken = steps.taken - begun
    await asyncio.sleep(60)
    restart.cancel()
    await asyncio.wait({restart})
    await world.stop()
    assert not world.asterisk.channels, "a channel is left over"
    assert not world.asterisk.bridges, "a bridge is left over"
    return Told(
        outcomes=[world.outcomes(caller) for caller in (waits, chooses)],
        menus=[],
        served=sorted({str(event.call_id) for event in world.disk.of(EventKind.CONNECTED)}),
        faults=len(world.disk.of(EventKind.FAULT)),
        arrived=0,
        steps=taken,
    )


def without_a_topic(config: Service) -> Service:
    """As `another`, and nobody is asked for the topic that both callers choose any more."""
    left = {topic: each for topic, each in config.topics.items() if topic != FAMILIES}
    lines = [
        replace(line, topics=tuple(left), general_topic=next(iter(left))) for line in config.lines
    ]
    people = [replace(person, topics=dict.fromkeys(left, 1)) for person in PEOPLE]
    after = replace(config, topics=left, lines=tuple(lines), counsellors=tuple(people))
    return changed(after, "free", schedule=NEVER)


def _die(world: World, struck: asyncio.Event) -> None:
    if world.controller is not None:  # none: the story is over
        world.controller.die()
        struck.set()


async def _restart(world: World, struck: asyncio.Event, config: Service) -> None:
    await struck.wait()
    world.config = config
    await world.crash_and_restart(0.5)


def test_a_renewal_at_any_await_of_a_controller_that_takes_the_calls_up_loses_nobody() -> None:
    calm = run_in_virtual_time(two_callers_taken_up(None))
    assert calm.steps > 50
    assert calm.outcomes == [["served"], ["served"]]
    for step in range(1, calm.steps + 1):
        told = run_in_virtual_time(two_callers_taken_up(step))
        assert told.outcomes == calm.outcomes, f"renewed at step {step} of {calm.steps}"
        assert (told.served, told.faults) == (calm.served, calm.faults), f"renewed at step {step}"


async def two_callers_taken_up(renew_at: int | None) -> Told:
    """One waits and one is in the menu when the controller dies; the next one is renewed."""
    before = service(counsellor("anna"), counsellor("bertil"), waiting=PATIENT)
    world = World(before)
    world.start()
    waits = world.asterisk.call(FREE, "+358401112220")
    with world.habit(waits, SERVED):
        await world.until(lambda: bool(world.disk.of(EventKind.JOINED)))
        chooses = world.asterisk.call(FREE, "+358401112221")
        await world.until_heard(chooses)
        await world.stop()
        await asyncio.sleep(0.5)
        steps = Steps(renew_at, lambda: world.renew(without_a_topic(before)))
        world.start(steps)
        with world.habit(chooses, SERVED):
            await asyncio.sleep(10)
            taken = steps.taken
            for name in ("anna", "bertil", "cecilia"):
                world.phone(name, answers_after=2.0)
            await asyncio.gather(served(world, waits), served(world, chooses))
    await asyncio.sleep(60)
    await world.stop()
    assert not world.asterisk.channels, "a channel is left over"
    assert not world.asterisk.bridges, "a bridge is left over"
    return Told(
        outcomes=[world.outcomes(caller) for caller in (waits, chooses)],
        menus=[],
        served=sorted({str(event.call_id) for event in world.disk.of(EventKind.CONNECTED)}),
        faults=len(world.disk.of(EventKind.FAULT)),
        arrived=0,
        steps=taken,
    )
