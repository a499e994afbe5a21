"""What people do about the callbacks is on disk before it is answered, by the line's rules."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.director import CallbackDesk, lapse
from ivr.domain.attempt import Result
from ivr.domain.call import CallId, LineId
from ivr.domain.callback import Because, Callback, CallbackId, Status
from ivr.domain.journal import CallbackKind, callback_event
from ivr.ports import Because as Why
from ivr.ports import Refused
from tests.fakes.service import PAID
from tests.fakes.time import BEGIN
from tests.scenes.asking import ASKS, IN_LINE, asked
from tests.scenes.callback_desk import (
    ANNA,
    BERTIL,
    EVENING,
    HOUR,
    NOBODY,
    NOON,
    by_hand,
    desk_of,
    give_up,
    refused,
    told,
)
from tests.scenes.world import World


def test_who_takes_one_is_known_and_another_takes_it_over_only_by_name() -> None:
    async def story(world: World, desk: CallbackDesk, it: Callback) -> None:
        assert (await desk.take(it.id, ANNA)).wanted == ANNA
        assert (await desk.take(it.id, ANNA)).wanted == ANNA
        await refused(desk.take(it.id, BERTIL), Why.TAKEN)
        assert (await desk.take(it.id, BERTIL, instead_of=ANNA)).wanted == BERTIL
        await refused(desk.take(it.id, ANNA, instead_of=ANNA), Why.TAKEN)
        await refused(desk.take(it.id, NOBODY, instead_of=BERTIL), Why.NO_SUCH_COUNSELLOR)
        assert [e.data for e in world.disk.callback_of(CallbackKind.TAKEN)] == [
            {"by": ANNA},
            {"by": BERTIL},
        ]
        assert world.disk.callbacks[0].wanted == BERTIL

    told(story)


def test_one_is_postponed_to_a_time_at_which_the_line_is_open_and_to_no_other() -> None:
    async def story(world: World, desk: CallbackDesk, it: Callback) -> None:
        later = await desk.postpone(it.id, NOON, ANNA)
        assert (later.status, later.not_before, later.joined) == (Status.WAITING, NOON, it.joined)
        await refused(desk.postpone(it.id, EVENING), Why.LINE_CLOSED)
        await refused(desk.postpone(it.id, BEGIN - HOUR), Why.IMPOSSIBLE_TIME)
        await refused(desk.postpone(it.id, NOON + timedelta(days=365)), Why.IMPOSSIBLE_TIME)
        (event,) = world.disk.callback_of(CallbackKind.POSTPONED)
        assert event.data == {"until": NOON.isoformat(), "by": ANNA}
        assert world.disk.callbacks == [later]

    told(story)


def test_one_that_is_closed_is_over_and_the_number_may_ask_anew() -> None:
    async def story(world: World, desk: CallbackDesk, it: Callback) -> None:
        closed = await desk.close(it.id, Because.SETTLED, ANNA)
        assert (closed.status, closed.closed_because) == (Status.CLOSED, Because.SETTLED)
        assert await desk.listed() == []
        assert await desk.listed(status=Status.CLOSED) == [closed] == [await desk.shown(it.id)]
        for wish in (
            desk.close(it.id, Because.MISTAKE),
            desk.take(it.id, ANNA),
            desk.postpone(it.id, NOON),
            desk.reopen(it.id),
            desk.attempted(it.id, by_hand(Result.BUSY)),
        ):
            await refused(wish, Why.OVER)
        again = await asked(world, {**IN_LINE, **ASKS})
        assert "fi/callback_exists" not in world.heard(again)
        states = [each.status for each in world.disk.callbacks]
        assert states == [Status.CLOSED, Status.WAITING]

    told(story)


def test_an_attempt_by_hand_is_recorded_with_beginning_and_end() -> None:
    async def story(world: World, desk: CallbackDesk, it: Callback) -> None:
        busy = await desk.attempted(it.id, by_hand(Result.BUSY))
        assert (busy.status, len(busy.attempts), busy.wanted) == (Status.WAITING, 1, None)
        began = busy.requested
        reached = await desk.attempted(it.id, by_hand(Result.REACHED, began))
        assert reached.status is Status.REACHED
        assert reached.attempts[1].by_hand
        assert (reached.attempts[1].began, reached.attempts[1].counsellor) == (began, ANNA)
        called = world.disk.callback_of(CallbackKind.CALLED)
        ended = world.disk.callback_of(CallbackKind.ENDED)
        assert [e.callback.status for e in called] == [Status.CALLING] * 2
        assert [e.data["result"] for e in ended] == ["busy", "reached"]
        assert await desk.listed() == []

    told(story)


def test_one_that_was_given_up_is_listed_and_called_anew_when_a_person_reopens_it() -> None:
    async def story(world: World, desk: CallbackDesk, it: Callback) -> None:
        await refused(desk.reopen(it.id), Why.STILL_OPEN)
        given_up = await give_up(desk, it.id)
        assert await desk.listed() == [given_up]
        await refused(desk.take(it.id, ANNA), Why.GIVEN_UP)
        await refused(desk.attempted(it.id, by_hand(Result.BUSY)), Why.GIVEN_UP)
        reopened = await desk.reopen(it.id, ANNA)
        assert (reopened.status, reopened.tries) == (Status.WAITING, 0)
        again = await asked(world, {**IN_LINE, **ASKS})
        assert "fi/callback_exists" in world.heard(again)
        assert [each.id for each in world.disk.callbacks] == [it.id]

    told(story)


def test_one_that_was_given_up_is_known_after_a_crash() -> None:
    async def story(world: World, desk: CallbackDesk, it: Callback) -> None:
        given_up = await give_up(desk, it.id)
        await world.crash_and_restart(0.5)
        desk = desk_of(world)
        assert await desk.listed() == [given_up]
        assert (await desk.reopen(it.id)).status is Status.WAITING

    told(story)


def test_the_list_stands_in_the_order_of_the_line_the_urgent_first() -> None:
    async def story(world: World, desk: CallbackDesk, it: Callback) -> None:
        await asked(world, {**IN_LINE, **ASKS}, PAID)
        (first, second) = await desk.listed()
        assert (first.line, second.line) == ("free", "paid")
        assert await desk.listed(line=LineId("paid")) == [second]
        assert await desk.listed(line=LineId("paid"), status=Status.UNREACHED) == []
        with pytest.raises(Refused):
            await desk.listed(line=LineId("nowhere"))
        now = world.house.clock.now()
        said = replace(second, caller_urgent=True)
        await world.house.callbacks.change(
            second, callback_event(said, CallbackKind.AGAIN, now, CallId(second.id), {})
        )
        assert await desk.listed() == [said, first]

    told(story)


def test_one_that_was_given_up_and_left_alone_is_closed_by_the_line_itself() -> None:
    async def story(world: World, desk: CallbackDesk, it: Callback) -> None:
        book, clock = world.house.callbacks, world.house.clock
        await lapse(book, clock, [it.id])
        assert (await desk.shown(it.id)).status is Status.WAITING
        await give_up(desk, it.id)
        await lapse(book, clock, [it.id, CallbackId("n1-9.9")])
        assert book.known == []
        (lapsed,) = world.disk.callbacks
        assert (lapsed.status, lapsed.closed_because) == (Status.CLOSED, Because.LAPSED)

    told(story)
