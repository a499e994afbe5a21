"""What Asterisk served alone comes into the record once and wholly, whenever we die meanwhile."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.domain.callback import Status
from ivr.domain.journal import CallbackKind, EventKind
from ivr.domain.policy import OnCutOff, WaitingPolicy
from ivr.domain.service import Service
from tests.fakes.service import FREE, changed, service
from tests.fakes.time import BEGIN, Steps, run_in_virtual_time
from tests.scenes.asking import ASKS, IN_LINE, asked
from tests.scenes.world import World

EPOCH = int(BEGIN.timestamp())
OWN = "+358401234567"
CHANNEL = "1795331875.0"


def arrived(world: World, channel: str = CHANNEL, *, number: str = OWN, ago_s: int = 600) -> int:
    """A call on the free line began so many seconds ago; when (Unix time)."""
    began = EPOCH - ago_s
    hidden = int(number == "-")
    world.notes.write(channel, f"arrived {began} {hidden} {FREE} free {number}")
    return began


def promised(world: World, channel: str = CHANNEL, *, number: str = OWN, ago_s: int = 600) -> None:
    """A caller who waited alone and was promised a call."""
    began = arrived(world, channel, number=number, ago_s=ago_s)
    world.notes.write(
        channel, f"joined {began + 25}", f"promised {began + 110}", f"ended {began + 116}"
    )


async def taken_over(world: World) -> None:
    await world.until(lambda: not world.notes.texts)
    await world.stop()


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
