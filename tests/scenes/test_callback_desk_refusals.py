"""What people may not do about a callback changes nothing, and neither does a disk that refuses."""

import asyncio
from dataclasses import replace

from ivr.director import CallbackDesk
from ivr.domain.attempt import Result
from ivr.domain.callback import Because, Callback, CallbackId, Status
from ivr.domain.journal import CallbackKind, callback_event
from ivr.ports import Because as Why
from ivr.ports import MadeByHand, Refused
from tests.fakes.service import FREE
from tests.scenes.asking import ASKS, IN_LINE, asked
from tests.scenes.callback_desk import (
    ANNA,
    BERTIL,
    HOUR,
    NOBODY,
    NOON,
    by_hand,
    give_up,
    refused,
    told,
)
from tests.scenes.world import World


def test_of_two_people_who_do_something_at_once_the_second_is_refused() -> None:
    async def story(world: World, desk: CallbackDesk, it: Callback) -> None:
        taken = desk.take(it.id, ANNA)
        both = await asyncio.gather(taken, desk.take(it.id, BERTIL), return_exceptions=True)
        assert isinstance(both[0], Callback)
        assert isinstance(both[1], Refused)
        closed, tried = desk.close(it.id, Because.MISTAKE), by_hand(Result.REACHED)
        both = await asyncio.gather(closed, desk.attempted(it.id, tried), return_exceptions=True)
        assert [both[0]] == world.disk.callbacks
        assert isinstance(both[1], Refused)
        assert world.disk.callback_of(CallbackKind.CALLED) == []

    told(story)


def test_an_attempt_before_the_request_or_still_to_come_is_refused() -> None:
    async def story(world: World, desk: CallbackDesk, it: Callback) -> None:
        for began in (it.requested - HOUR, NOON):
            await refused(desk.attempted(it.id, by_hand(Result.BUSY, began)), Why.IMPOSSIBLE_TIME)
        assert world.disk.callbacks == [it]

    told(story)


def test_one_that_was_given_up_stays_so_beside_a_newer_one_of_the_same_number_and_line() -> None:
    async def story(world: World, desk: CallbackDesk, it: Callback) -> None:
        await give_up(desk, it.id)
        await asked(world, {**IN_LINE, **ASKS})
        _, newer = world.disk.callbacks
        await refused(desk.reopen(it.id), Why.OTHER_OPEN)
        await refused(desk.postpone(it.id, NOON), Why.OTHER_OPEN)
        closed = await desk.close(it.id, Because.BY_HAND)
        assert world.disk.callbacks == [closed, newer]
        assert await desk.listed() == [newer]

    told(story)


def test_while_the_citizen_is_being_called_nobody_interferes() -> None:
    async def story(world: World, desk: CallbackDesk, it: Callback) -> None:
        now, book = world.house.clock.now(), world.house.callbacks
        begun = it.begin_by_hand(counsellor=ANNA, began=now)
        call = begun.attempts[-1].call
        await book.change(it, callback_event(begun, CallbackKind.CALLED, now, call, {}))
        for wish in (
            desk.take(it.id, ANNA),
            desk.close(it.id, Because.SETTLED),
            desk.postpone(it.id, NOON),
            desk.reopen(it.id),
            desk.attempted(it.id, by_hand(Result.BUSY)),
        ):
            await refused(wish, Why.BEING_CALLED)
        assert world.disk.callbacks == [begun]

    told(story)


def test_what_the_disk_refuses_is_not_done() -> None:
    async def story(world: World, desk: CallbackDesk, it: Callback) -> None:
        world.disk.full = True
        for wish in (
            desk.take(it.id, ANNA),
            desk.close(it.id, Because.SETTLED),
            desk.postpone(it.id, NOON),
            desk.attempted(it.id, by_hand(Result.REACHED)),
        ):
            await refused(wish, Why.NOT_KEPT)
            assert await desk.listed() == [it]
        world.disk.full = False
        assert world.disk.callbacks == [it]
        assert (await desk.close(it.id, Because.SETTLED)).status is Status.CLOSED

    told(story)


def test_what_the_disk_kept_too_late_to_say_so_is_seen_at_the_next_look() -> None:
    async def story(world: World, desk: CallbackDesk, it: Callback) -> None:
        world.disk.late = True
        await refused(desk.take(it.id, ANNA), Why.NOT_KEPT)
        (taken,) = await desk.listed()
        assert taken.wanted == ANNA
        await refused(desk.close(it.id, Because.SETTLED), Why.NOT_KEPT)
        world.disk.late = False
        assert await desk.listed() == []
        await refused(desk.close(it.id, Because.SETTLED), Why.OVER)
        again = await asked(world, {**IN_LINE, **ASKS})
        assert "fi/callback_exists" not in world.heard(again)

    told(story)


def test_what_is_unknown_is_refused() -> None:
    async def story(world: World, desk: CallbackDesk, it: Callback) -> None:
        await refused(desk.shown(CallbackId("n1-0.0")), Why.NO_SUCH_CALLBACK)
        await refused(desk.close(CallbackId(""), Because.SETTLED), Why.NO_SUCH_CALLBACK)
        for wish in (
            desk.close(it.id, Because.SETTLED, NOBODY),
            desk.postpone(it.id, NOON, NOBODY),
            desk.reopen(it.id, NOBODY),
            desk.attempted(it.id, MadeByHand(counsellor=NOBODY, result=Result.BUSY)),
        ):
            await refused(wish, Why.NO_SUCH_COUNSELLOR)
        assert world.disk.callbacks == [it]

    told(story)


def test_one_of_a_line_that_is_no_more_can_be_settled_but_not_postponed() -> None:
    async def story(world: World, desk: CallbackDesk, it: Callback) -> None:
        others = tuple(line for line in world.config.lines if FREE not in line.numbers)
        later = replace(world.config, lines=others)
        desk = CallbackDesk(lambda: later, world.house.callbacks, world.house.clock, world.on_air)
        assert await desk.listed(line=it.line) == [it]
        await refused(desk.postpone(it.id, NOON), Why.NO_SUCH_LINE)
        tried = await desk.attempted(it.id, by_hand(Result.NO_ANSWER))
        assert tried.status is Status.WAITING
        assert (await desk.close(it.id, Because.SETTLED)).status is Status.CLOSED

    told(story)
