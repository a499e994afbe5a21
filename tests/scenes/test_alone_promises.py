"""What Asterisk promised alone is kept, once, whenever we die meanwhile."""

import asyncio
from dataclasses import replace

import pytest

from ivr.domain.callback import Status
from ivr.domain.journal import CallbackKind, EventKind
from ivr.domain.service import Service
from tests.fakes.service import changed, service
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.asking import ASKS, IN_LINE, asked
from tests.scenes.served_alone import CHANNEL, EPOCH, OWN, promised, taken_over
from tests.scenes.world import World


def test_a_promise_becomes_a_request_at_the_place_of_the_arrival() -> None:
    async def story() -> None:
        world = World()
        promised(world, ago_s=600)
        world.start()
        await taken_over(world)
        (request,) = world.disk.callbacks
        assert (request.id, request.number, request.status) == (f"n1-{CHANNEL}", OWN, "waiting")
        assert request.joined.timestamp() == EPOCH - 600
        assert request.requested.timestamp() == EPOCH - 490
        (told,) = world.disk.of(EventKind.CALLBACK_REQUESTED)
        assert told.data["number"] == OWN
        (end,) = world.disk.of(EventKind.FINISHED)
        assert end.data["outcome"] == "fallback"

    run_in_virtual_time(story())


def test_two_promises_to_one_number_are_one_request_at_the_first_place() -> None:
    async def story() -> None:
        world = World()
        promised(world, "1.1", ago_s=900)
        promised(world, "1.2", ago_s=300)
        world.start()
        await taken_over(world)
        (request,) = world.disk.callbacks
        assert (request.id, request.again) == ("n1-1.1", 1)
        assert len(world.disk.callback_of(CallbackKind.AGAIN)) == 1
        assert len(world.disk.of(EventKind.FINISHED)) == 2

    run_in_virtual_time(story())


def test_a_promise_joins_the_request_that_the_caller_left_with_the_controller() -> None:
    async def story() -> None:
        world = World()
        world.start()
        await asked(world, {**IN_LINE, **ASKS})
        (before,) = world.disk.callbacks
        promised(world, ago_s=5)
        await taken_over(world)
        (request,) = world.disk.callbacks
        assert (request.id, request.joined, request.again) == (before.id, before.joined, 1)

    run_in_virtual_time(story())


def test_nobody_is_promised_anything_on_a_withheld_number() -> None:
    async def story() -> None:
        world = World()
        promised(world, number="-")
        world.start()
        await taken_over(world)
        assert world.disk.callbacks == []
        (end,) = world.disk.of(EventKind.FINISHED)
        assert (end.facts.caller.hidden, end.facts.caller.number) == (True, None)

    run_in_virtual_time(story())


def test_a_line_that_the_configuration_has_no_longer_keeps_its_promises() -> None:
    async def story() -> None:
        world = World(_without_free(service()))
        promised(world)
        world.start()
        await taken_over(world)
        (request,) = world.disk.callbacks
        assert (request.line, request.number) == ("free", OWN)

    run_in_virtual_time(story())


def test_while_the_disk_refuses_the_notes_stay() -> None:
    async def story() -> None:
        world = World()
        promised(world)
        world.disk.full = True
        world.start()
        await asyncio.sleep(25)
        assert world.notes.texts
        assert world.house.callbacks.known == []
        world.disk.full = False
        await taken_over(world)
        assert [request.status for request in world.disk.callbacks] == [Status.WAITING]

    run_in_virtual_time(story())


@pytest.mark.parametrize("away_s", [0.5, 20.0])
def test_a_request_from_alone_is_in_the_record_once_wherever_the_controller_dies(
    away_s: float,
) -> None:
    steps = run_in_virtual_time(_struck(None, away_s))
    assert steps > 10
    for step in range(1, steps + 1):
        run_in_virtual_time(_struck(step, away_s))


async def _struck(strike_at: int | None, away_s: float) -> int:
    """Two promises to one number; the controller dies at a step. How many steps there were."""
    world = World(changed(service(), "free", urgency_question=False))
    promised(world, "1.1", ago_s=900)
    promised(world, "1.2", ago_s=300)
    struck = asyncio.Event()

    def strike() -> None:
        assert world.controller is not None
        world.controller.die()
        struck.set()

    steps = Steps(strike_at, strike)
    world.start(steps)
    if strike_at is not None:
        await struck.wait()
        await world.crash_and_restart(away_s)
    await taken_over(world)
    (request,) = world.disk.callbacks
    assert (request.id, request.again) == ("n1-1.1", 1)
    ends = [str(end.data["outcome"]) for end in world.disk.of(EventKind.FINISHED)]
    assert ends == ["fallback", "fallback"]
    return steps.taken


def _without_free(config: Service) -> Service:
    return replace(config, lines=tuple(line for line in config.lines if line.id != "free"))
