"""What Asterisk served alone comes into the record once and wholly."""

import asyncio
from datetime import timedelta

import pytest

from ivr.domain.callback import Status
from ivr.domain.journal import EventKind
from ivr.domain.policy import OnCutOff, WaitingPolicy
from tests.fakes.service import FREE, changed, service
from tests.fakes.time import BEGIN, Steps, run_in_virtual_time
from tests.scenes.asking import IN_LINE
from tests.scenes.served_alone import CHANNEL, arrived, taken_over
from tests.scenes.world import World


def test_a_call_that_was_served_alone_is_on_the_record() -> None:
    async def story() -> None:
        world = World()
        began = arrived(world)
        world.notes.write(CHANNEL, f"joined {began + 25}", f"talking {began + 30} anna")
        world.notes.write(CHANNEL, f"ended {began + 90}")
        world.start()
        await taken_over(world)
        (end,) = world.disk.of(EventKind.FINISHED)
        assert (end.call_id, end.data["outcome"]) == (f"n1-{CHANNEL}", "fallback")
        assert (end.facts.counsellor, end.facts.connected) == ("anna", True)
        assert (end.at.timestamp(), end.facts.arrived.timestamp()) == (began + 90, began)
        assert world.disk.callbacks == []

    run_in_virtual_time(story())


def test_a_call_that_goes_on_is_left_until_it_ends() -> None:
    async def story() -> None:
        world = World()
        began = arrived(world, ago_s=-5)  # after the switch was started
        world.start()
        await asyncio.sleep(30)
        assert world.disk.of(EventKind.ARRIVED) == []
        world.notes.write(CHANNEL, f"ended {began + 30}")
        await taken_over(world)
        assert len(world.disk.of(EventKind.FINISHED)) == 1

    run_in_virtual_time(story())


def test_who_comes_in_the_very_second_in_which_the_switch_starts_is_not_taken_for_lost() -> None:
    async def story() -> None:
        world = World()
        world.asterisk.started = BEGIN + timedelta(milliseconds=400)
        began = arrived(world, ago_s=0)
        world.start()
        await asyncio.sleep(30)
        assert world.disk.of(EventKind.ARRIVED) == []
        world.notes.write(CHANNEL, f"talking {began + 28} anna", f"ended {began + 30}")
        await taken_over(world)
        (end,) = world.disk.of(EventKind.FINISHED)
        assert end.data["outcome"] == "fallback"

    run_in_virtual_time(story())


def test_who_talks_in_a_call_that_was_served_alone_is_not_rung_before_it_ends() -> None:
    async def story() -> None:
        world = World()
        began = arrived(world, ago_s=-1)
        world.notes.write(CHANNEL, f"joined {began + 1}", f"talking {began + 2} anna")
        anna = world.phone("anna")
        world.start()
        caller = world.asterisk.call(FREE, "+358451112222")
        with world.habit(caller, IN_LINE):
            await asyncio.sleep(60)
            assert anna.rung == 0
            world.notes.write(CHANNEL, f"ended {began + 60}")
            await world.until(lambda: caller.up, within_s=10)
        world.asterisk.end(caller.id)
        await world.until_over(caller)
        await world.stop()

    run_in_virtual_time(story())


def test_a_call_that_died_with_the_switch_is_lost_and_its_promise_kept() -> None:
    async def story() -> None:
        world = World()
        began = arrived(world)
        world.notes.write(CHANNEL, f"joined {began + 25}", f"promised {began + 110}")
        world.start()
        await taken_over(world)
        (end,) = world.disk.of(EventKind.FINISHED)
        assert end.data["outcome"] == "lost"
        assert [request.id for request in world.disk.callbacks] == [f"n1-{CHANNEL}"]

    run_in_virtual_time(story())


def waited_and_died(world: World) -> int:
    """A caller who waited alone, and whose end nobody could note; when they came (Unix time)."""
    began = arrived(world)
    world.notes.write(CHANNEL, f"joined {began + 25}")
    return began


def listing() -> World:
    return World(changed(service(), "free", waiting=WaitingPolicy(on_cut_off=OnCutOff.CANDIDATE)))


@pytest.mark.parametrize("talked", [False, True])
def test_who_waited_alone_as_the_switch_died_is_listed_for_people_where_the_line_says_so(
    *, talked: bool
) -> None:
    async def story() -> None:
        world = listing()
        began = waited_and_died(world)
        if talked:
            world.notes.write(CHANNEL, f"talking {began + 30} anna")
        world.start()
        await taken_over(world)
        (end,) = world.disk.of(EventKind.FINISHED)
        assert end.data["outcome"] == "lost"
        found = [(each.status, each.joined.timestamp()) for each in world.disk.callbacks]
        assert found == ([] if talked else [(Status.UNREACHED, began)])

    run_in_virtual_time(story())


def test_wherever_we_die_meanwhile_who_waited_alone_is_listed_once() -> None:
    async def dies(step: int | None) -> int:
        world = listing()
        waited_and_died(world)

        def die() -> None:
            assert world.controller is not None
            world.controller.die()

        steps = Steps(step, die)
        world.start(steps)
        await asyncio.sleep(1)
        taken = steps.taken
        if step is not None:
            await world.crash_and_restart(1)
        await taken_over(world)
        assert [each.status for each in world.disk.callbacks] == [Status.UNREACHED]
        (end,) = world.disk.of(EventKind.FINISHED)
        assert end.data["outcome"] == "lost"
        return taken

    for step in range(1, run_in_virtual_time(dies(None)) + 1):
        run_in_virtual_time(dies(step))
