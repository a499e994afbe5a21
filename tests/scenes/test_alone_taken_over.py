"""Who waits while nobody is there is taken over at their place, and is on the record once."""

import asyncio
from datetime import timedelta

from ivr.domain.journal import EventKind
from tests.fakes.service import FREE
from tests.fakes.time import BEGIN, run_in_virtual_time
from tests.scenes.asking import IN_LINE
from tests.scenes.served_alone import arrived, promised, taken_over
from tests.scenes.world import World


def test_a_caller_taken_over_has_the_place_of_their_arrival_before_those_who_came_later() -> None:
    async def story() -> None:
        world = World()
        world.start()
        await asyncio.sleep(60)
        later = world.asterisk.call(FREE, "+358451112222")
        with world.habit(later, IN_LINE):
            await world.until(lambda: "fi/queue_next" in world.heard(later))
            first = world.asterisk.call(FREE, since=BEGIN + timedelta(seconds=20))
            with world.habit(first, IN_LINE):
                await world.until(lambda: "fi/queue_next" in world.heard(first))
                world.phone("anna")
                await world.until(lambda: first.up)
        assert not later.up
        (connected,) = world.disk.of(EventKind.CONNECTED)
        assert connected.facts.joined == connected.facts.arrived == BEGIN + timedelta(seconds=20)
        for each in (first, later):
            world.asterisk.end(each.id)
            await world.until_over(each)
        await world.stop()

    run_in_virtual_time(story())


def test_the_free_wait_of_a_caller_taken_over_is_counted_from_their_arrival() -> None:
    async def story() -> None:
        world = World()
        world.start()
        await asyncio.sleep(100)
        caller = world.asterisk.call(FREE, since=BEGIN)
        with world.habit(caller, IN_LINE):
            await world.until_over(caller)
        assert "fi/free_window_end" in world.heard(caller)
        assert asyncio.get_running_loop().time() < 130  # of 110 s, and the menus
        await world.stop()

    run_in_virtual_time(story())


def test_who_was_answered_before_we_took_them_over_is_not_told_that_waiting_is_free() -> None:
    async def story() -> None:
        world = World()
        world.start()
        caller = world.asterisk.call(FREE, since=BEGIN, up=True)
        with world.habit(caller, IN_LINE):
            await world.until(lambda: "fi/queue_next" in world.heard(caller))
        assert "fi/free_queue" not in world.heard(caller)
        assert len(world.disk.of(EventKind.ANSWERED)) == 1
        world.asterisk.end(caller.id)
        await world.until_over(caller)
        await world.stop()

    run_in_virtual_time(story())


def test_a_caller_taken_over_is_on_the_record_once_though_the_dialplan_noted_the_call_too() -> None:
    async def story() -> None:
        world = World()
        world.start()
        caller = world.asterisk.call(FREE, since=BEGIN)
        began = arrived(world, caller.id, ago_s=0)
        with world.habit(caller, IN_LINE):
            await world.until(lambda: "fi/queue_next" in world.heard(caller))
            await asyncio.sleep(30)
            world.notes.write(caller.id, f"ended {began + 40}")
            await asyncio.sleep(30)
            assert world.outcomes(caller) == []
            world.asterisk.end(caller.id)
            await world.until_over(caller)
        await taken_over(world)
        assert world.outcomes(caller) == ["abandoned_queue"]
        assert len(world.disk.of(EventKind.ARRIVED)) == 1

    run_in_virtual_time(story())


def test_who_waits_is_taken_over_before_the_notes_of_a_long_absence() -> None:
    async def story() -> None:
        world = World()
        for number in range(500):
            promised(world, f"17953.{number}", number=f"+35840{number:07d}")
        waits = world.asterisk.call(FREE, since=BEGIN)
        with world.habit(waits, IN_LINE):
            world.start()
            await asyncio.sleep(1)
            assert world.heard(waits)
            world.asterisk.end(waits.id)
            await world.until_over(waits)
        await taken_over(world)
        assert len(world.disk.callbacks) == 500

    run_in_virtual_time(story())
