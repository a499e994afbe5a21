"""There is one request of a number and line: asked again it stays, and a talk settles it."""

import asyncio

from ivr.domain.callback import Because, Status
from ivr.domain.journal import CallbackKind, EventKind
from ivr.domain.policy import Ending, WaitingPolicy
from tests.fakes.service import FREE, PAID, changed, service
from tests.fakes.time import run_in_virtual_time
from tests.scenes.asking import (
    ASKS,
    IN_LINE,
    KEYS,
    OWN,
    SWEDISH,
    asked,
    close,
    config,
)
from tests.scenes.callback_desk import desk_of, give_up
from tests.scenes.world import World


def test_who_asks_again_keeps_the_first_place_and_hears_so() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        first = await asked(world, {**IN_LINE, **ASKS})
        (request,) = world.disk.callbacks
        assert "fi/callback_exists" not in world.heard(first)
        second = await asked(world, {**SWEDISH, **ASKS})
        assert world.heard(second)[-3:] == [
            *("sv/callback_exists", "sv/callback_saved_today", "sv/goodbye"),
        ]
        (again,) = world.disk.callbacks
        assert (again.id, again.joined) == (request.id, request.joined)
        assert (again.again, str(again.language)) == (1, "sv")
        (repeated,) = world.disk.of(EventKind.CALLBACK_REPEATED)
        assert repeated.data["callback"] == request.id
        await close(world)

    run_in_virtual_time(story())


def test_an_urgent_word_makes_an_earlier_request_urgent() -> None:
    async def story() -> None:
        world = World(changed(config(), "free", urgency_question=True))
        world.start()
        await asked(world, {**IN_LINE, **ASKS, "urgency": "2"})
        assert not world.disk.callbacks[0].urgent
        await asked(world, {**IN_LINE, **ASKS, "urgency": "1"})
        (request,) = world.disk.callbacks
        assert request.urgent
        await close(world)

    run_in_virtual_time(story())


def test_two_calls_from_one_number_that_ask_at_once_make_one_request() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        both = [world.asterisk.call(FREE), world.asterisk.call(FREE)]
        with world.habit(both[0], {**IN_LINE, **ASKS}), world.habit(both[1], {**IN_LINE, **ASKS}):
            await world.until(lambda: [world.outcomes(c) for c in both] == [["callback"]] * 2)
        (request,) = world.disk.callbacks
        assert request.again == 1
        told = [world.heard(caller).count("fi/callback_exists") for caller in both]
        assert sorted(told) == [0, 1]
        await close(world)

    run_in_virtual_time(story())


def test_a_request_to_another_line_is_one_of_its_own() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        await asked(world, {**IN_LINE, **ASKS})
        other = await asked(world, {**IN_LINE, **ASKS}, PAID)
        assert "fi/callback_exists" not in world.heard(other)
        assert [request.line for request in world.disk.callbacks] == ["free", "paid"]
        assert [request.again for request in world.disk.callbacks] == [0, 0]
        await close(world)

    run_in_virtual_time(story())


def test_a_request_made_before_a_crash_is_known_after_it() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        await asked(world, {**IN_LINE, **ASKS})
        await world.crash_and_restart(0.5)
        again = await asked(world, {**IN_LINE, **ASKS})
        assert "fi/callback_exists" in world.heard(again)
        assert len(world.disk.callbacks) == 1
        await close(world)

    run_in_virtual_time(story())


def test_whoever_gets_through_by_phone_is_not_called_back_by_that_line_any_more() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        await asked(world, {**IN_LINE, **ASKS})
        await asked(world, {**IN_LINE, **ASKS}, PAID)
        world.phone("anna")
        caller = world.asterisk.call(FREE)
        with world.habit(caller, IN_LINE):
            await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        await world.until(lambda: bool(world.disk.callback_of(CallbackKind.ANSWERED_BY_PHONE)))
        states = {str(request.line): request.status for request in world.disk.callbacks}
        assert states == {"free": Status.ANSWERED_BY_PHONE, "paid": Status.WAITING}
        await close(world)

    run_in_virtual_time(story())


def test_a_hidden_caller_who_gets_through_settles_nobodys_request() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        await asked(world, {**IN_LINE, **ASKS})
        world.phone("anna")
        caller = world.asterisk.call(FREE, hidden=True)
        with world.habit(caller, IN_LINE):
            await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        await asyncio.sleep(2)
        assert [request.status for request in world.disk.callbacks] == [Status.WAITING]
        await close(world)

    run_in_virtual_time(story())


def test_after_a_talk_a_new_request_is_a_new_one() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        await asked(world, {**IN_LINE, **ASKS})
        phone = world.phone("anna")
        caller = world.asterisk.call(FREE)
        with world.habit(caller, IN_LINE):
            await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        world.asterisk.end(caller.id)
        await world.until_over(caller)
        phone.answers_after = None
        new = await asked(world, {**IN_LINE, **ASKS})
        assert "fi/callback_exists" not in world.heard(new)
        states = [request.status for request in world.disk.callbacks]
        assert states == [Status.ANSWERED_BY_PHONE, Status.WAITING]
        await close(world)

    run_in_virtual_time(story())


def test_the_own_number_is_kept_when_the_free_waiting_ends_while_another_is_keyed_in() -> None:
    async def story() -> None:
        policy = WaitingPolicy(offer_after_s=3600, budget_s=20, on_nobody=Ending.WAIT)
        world = World(changed(service(), "free", waiting=policy))
        world.start()
        caller = world.asterisk.call(FREE)
        with world.habit(caller, {**IN_LINE, **KEYS}):
            await world.until_over(caller)
        began = caller.heard[0][0]
        said = next(at for at, sound in caller.heard if sound == "fi/free_window_end")
        assert said - began < 21
        assert [request.number for request in world.disk.callbacks] == [OWN]
        assert world.outcomes(caller) == ["callback"]
        await close(world)

    run_in_virtual_time(story())


def test_who_was_given_up_and_gets_through_by_phone_is_not_left_for_anybody_to_call() -> None:
    async def story() -> None:
        world = World(config())
        world.start()
        await asked(world, {**IN_LINE, **ASKS})
        await asked(world, {**IN_LINE, **ASKS}, PAID)
        for request in world.disk.callbacks:
            await give_up(desk_of(world), request.id)
        world.phone("anna")
        caller = world.asterisk.call(FREE)
        with world.habit(caller, IN_LINE):
            await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        await asyncio.sleep(1)
        settled, other = world.disk.callbacks
        assert (settled.status, settled.closed_because) == (Status.CLOSED, Because.SETTLED)
        assert other.status is Status.UNREACHED
        await close(world)

    run_in_virtual_time(story())
