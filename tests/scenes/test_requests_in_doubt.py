"""What the disk refused is not called back; what it kept too late to be told is lost to nobody."""

import asyncio

from ivr.domain.callback import Status
from ivr.domain.journal import EventKind
from tests.fakes.time import run_in_virtual_time
from tests.scenes.asking import (
    ASKS,
    IN_LINE,
    asked,
    close,
    config,
    waits_on,
)
from tests.scenes.world import World


def test_what_the_disk_refused_is_not_called_back_and_may_be_asked_for_again() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        world.disk.full = True
        caller = await waits_on(world, ASKS, "callback_failed")
        assert world.disk.callbacks == []
        world.disk.full = False
        world.asterisk.press(caller, "1")
        with world.habit(caller, {"number_confirm": "1"}):
            await world.until(lambda: world.outcomes(caller) == ["callback"])
        assert "fi/callback_exists" not in world.heard(caller)
        (request,) = world.disk.callbacks
        assert request.again == 0
        await close(world)

    run_in_virtual_time(story())


def test_a_request_asked_for_again_in_vain_stays_as_it_was() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        await asked(world, {**IN_LINE, **ASKS})
        before = world.disk.callbacks
        world.disk.full = True
        await waits_on(world, ASKS, "callback_failed")
        assert world.disk.callbacks == before
        world.disk.full = False
        await asked(world, {**IN_LINE, **ASKS})
        (request,) = world.disk.callbacks
        assert request.again == 1
        await close(world)

    run_in_virtual_time(story())


def test_what_the_disk_kept_too_late_to_be_told_is_found_by_whoever_asks_next() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        world.disk.late = True
        caller = await waits_on(world, ASKS, "callback_failed")
        world.disk.late = False
        again = await asked(world, {**IN_LINE, **ASKS})
        assert "fi/callback_exists" in world.heard(again)
        (request,) = world.disk.callbacks
        assert (request.id, request.again) == (f"n1-{caller.id}", 1)
        await close(world)

    run_in_virtual_time(story())


def test_a_talk_settles_a_request_that_the_disk_kept_too_late_to_be_told() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        world.disk.late = True
        caller = await waits_on(world, ASKS, "callback_failed")
        world.disk.late = False
        assert [request.status for request in world.disk.callbacks] == [Status.WAITING]
        world.phone("anna")
        await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        await asyncio.sleep(1)
        (request,) = world.disk.callbacks
        assert (request.status, request.answered_by) == (
            Status.ANSWERED_BY_PHONE,
            f"n1-{caller.id}",
        )
        await world.house.callbacks.learn()
        assert world.house.callbacks.open == ()
        await close(world)

    run_in_virtual_time(story())


def test_a_talk_settles_nothing_of_a_request_that_the_disk_does_not_have() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        world.disk.full = True
        await waits_on(world, ASKS, "callback_failed")
        world.disk.full = False
        world.phone("anna")
        await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        await asyncio.sleep(1)
        assert world.disk.callbacks == []
        await close(world)

    run_in_virtual_time(story())
