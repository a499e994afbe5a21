"""Who has asked to be called back and calls again stands at that place; in virtual time."""

import asyncio
from dataclasses import replace

from ivr.domain.call import CallId
from ivr.domain.callback import Status
from ivr.domain.journal import EventKind
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE, PAID, changed
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.asking import ASKS, IN_LINE, OTHER, OWN, PATIENT, asked, close, config
from tests.scenes.world import World


async def in_line(
    world: World, number: str = OWN, dialled: str = FREE, *, hidden: bool = False
) -> Channel:
    """A caller who is in the line, and hears music there."""
    caller = world.asterisk.call(dialled, number, hidden=hidden)
    with world.habit(caller, {**IN_LINE, "urgency": "2"}):
        await world.until(lambda: caller.music)
    return caller


async def begun(world: World) -> None:
    """Somebody has asked to be called back, and somebody else waits in the line since then."""
    world.start()
    await asked(world, {**IN_LINE, **ASKS, "urgency": "2"})
    await in_line(world, OTHER)


def regained(world: World) -> set[CallId]:
    """The calls whose place is that of an earlier one."""
    return {event.call_id for event in world.disk.of(EventKind.REJOINED)}


async def served_first(world: World) -> CallId:
    """Whom the first counsellor at work talks with."""
    world.phone("anna")
    await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
    return world.disk.of(EventKind.CONNECTED)[0].call_id


def test_who_has_asked_and_calls_again_is_served_at_the_place_of_the_request() -> None:
    async def story() -> None:
        world = World(config())
        await begun(world)
        (request,) = world.disk.callbacks
        again = await in_line(world)
        assert world.heard(again)[-3:] == ["fi/place_regained", "fi/queue_next", "sv/lang_switch"]
        (rejoined,) = world.disk.of(EventKind.REJOINED)
        assert rejoined.facts.joined == request.joined
        assert world.disk.callbacks == [request]
        assert await served_first(world) == f"n1-{again.id}"
        await world.until(lambda: world.disk.callbacks[0].status is Status.ANSWERED_BY_PHONE)
        await close(world)

    run_in_virtual_time(story())


def test_a_number_that_is_withheld_or_on_another_line_has_no_place_of_a_request() -> None:
    async def story() -> None:
        world = World(config())
        await begun(world)
        await in_line(world, hidden=True)
        await in_line(world, dialled=PAID)
        assert regained(world) == set()
        await close(world)

    run_in_virtual_time(story())


def test_the_urgency_of_the_request_comes_with_its_place() -> None:
    async def story() -> None:
        world = World(changed(config(), "free", urgency_question=True))
        world.start()
        await in_line(world, OTHER)
        await asked(world, {**IN_LINE, **ASKS, "queue_pos_2": "1", "urgency": "1"})
        again = await in_line(world)
        (rejoined,) = world.disk.of(EventKind.REJOINED)
        assert rejoined.facts.caller_urgent
        assert await served_first(world) == f"n1-{again.id}"
        await close(world)

    run_in_virtual_time(story())


def test_who_has_a_place_by_their_request_finds_room_in_a_line_that_is_full() -> None:
    async def story() -> None:
        world = World(changed(config(), "free", waiting=replace(PATIENT, most=1)))
        await begun(world)
        again = await in_line(world)
        assert "fi/queue_full" not in world.heard(again)
        await close(world)

    run_in_virtual_time(story())


def test_who_has_waited_longest_by_request_may_wait_as_long_as_anybody_on_the_line() -> None:
    async def story() -> None:
        world = World(changed(config(), "free", waiting=replace(PATIENT, longest_s=600)))
        world.start()
        await asked(world, {**IN_LINE, **ASKS})
        await asyncio.sleep(3600)
        again = await in_line(world)
        await asyncio.sleep(500)
        assert "fi/wait_longest" not in world.heard(again)
        await world.until(lambda: "fi/wait_longest" in world.heard(again))
        await close(world)

    run_in_virtual_time(story())


async def calls_again(strike_at: int | None) -> tuple[int, bool]:
    """The controller dies at a step of the second call; whether they were served first."""
    world = World(config())
    restarts: list[asyncio.Task[None]] = []

    def die() -> None:
        assert world.controller is not None
        world.controller.die()
        restarts.append(asyncio.create_task(world.crash_and_restart(0.5)))

    steps = Steps(None, die)
    world.start(steps)
    await asked(world, {**IN_LINE, **ASKS})
    await in_line(world, OTHER)
    before = steps.taken
    steps.strike_at(None if strike_at is None else before + strike_at)
    again = world.asterisk.call(FREE)
    with world.habit(again, IN_LINE):
        await asyncio.sleep(30)
    taken = steps.taken - before
    await asyncio.gather(*restarts)
    first = await served_first(world)
    await close(world)
    return taken, first == f"n1-{again.id}"


def test_the_place_of_a_request_outlives_a_crash_at_every_await() -> None:
    steps, first = run_in_virtual_time(calls_again(None))
    assert first
    assert steps > 10
    for step in range(1, steps + 1):
        _, first = run_in_virtual_time(calls_again(step))
        assert first, f"a crash at step {step} of {steps}"
