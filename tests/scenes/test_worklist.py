"""A counsellor works through the callbacks on their phone by *7, and the disk has what they did."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.director import CallbackDesk
from ivr.domain.attempt import Result
from ivr.domain.call import Language
from ivr.domain.callback import BY_PEOPLE, Because, Callback, CallbackId, Status
from ivr.domain.journal import CallbackKind
from tests.scenes.callback_desk import ANNA, BERTIL, give_up
from tests.scenes.called_back import CalledBack
from tests.scenes.worklist import NUMBERS, ask_too, by_hand, told, work

KEYS = [
    *("desk_back_take", "desk_back_next", "desk_back_postpone", "desk_back_close"),
    *("desk_back_number", "desk_back_attempt", "desk_back_repeat", "desk_back_previous"),
]


def test_who_dials_hears_how_many_wait_and_the_first_and_may_be_silent() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        world.phone("anna")
        one = ["desk_back_fi", "desk_back_promised", *KEYS]
        heard = await work(world)
        assert heard == ["desk_backs_1", *one, "desk_backs_1", *one, "desk_backs_end"]
        assert world.disk.callbacks == [it]

    told(story)


def test_the_list_is_told_in_the_counsellors_own_language() -> None:
    config = by_hand()
    bertil = replace(config.counsellors[1], own_language=Language.SV)

    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        world.phone("bertil")
        heard = await work(world, account="bertil")
        assert heard[:2] == ["sv/desk_backs_1", "sv/desk_back_fi"]
        assert all(each.startswith("sv/") for each in heard)

    told(story, replace(config, counsellors=(config.counsellors[0], bertil)))


def test_where_none_waits_that_is_said() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        world.phone("anna")
        await desk.close(it.id, Because.SETTLED)
        assert await work(world) == ["desk_backs_0"]

    told(story)


def test_nobody_hears_of_them_on_a_phone_on_which_nobody_is_signed_in() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        assert await work(world) == ["desk_not_signed_in"]

    told(story)


def test_one_after_another_is_told_in_the_order_of_the_line_and_the_first_comes_again() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        world.phone("anna")
        second = await ask_too(world)
        await desk.take(second, BERTIL)
        heard = await work(world, {"desk_back_take": "2 * 2 2"})
        marks = ("desk_backs_n", "desk_back_fi", "desk_back_taken", "desk_backs_again")
        first, taken = ["desk_back_fi"], ["desk_back_fi", "desk_back_taken"]
        again = ["desk_backs_again", *first]
        assert [s for s in heard if s in marks][:9] == [
            *("desk_backs_n", *first, *taken, *first, *taken),
            *again,
        ]
        assert world.disk.callbacks[0] == it

    told(story)


def test_a_number_is_said_only_when_it_is_asked_for() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        world.phone("anna")
        heard = await work(world, {"desk_back_next": "0"})
        assert not set(NUMBERS) & set(heard)
        heard = await work(world, {"desk_back_fi": "5"})
        assert heard.count("desk_back_digits") == 2  # and once more in the silence
        assert world.disk.callbacks == [it]

    told(story)


def test_who_takes_one_that_the_line_does_not_call_hears_the_number_and_notes_the_attempt() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        world.phone("anna")
        heard = await work(world, {"desk_back_fi": "1"})
        assert "desk_back_yours" in heard
        assert world.request.wanted == ANNA
        answers = {"desk_back_mine": "6", "desk_back_result_reached": "3", "desk_back_confirm": "1"}
        heard = await work(world, answers)
        assert "desk_back_was_busy" in heard
        assert "desk_noted" in heard
        (attempt,) = world.request.attempts
        assert (attempt.result, attempt.counsellor, attempt.by_hand) == (Result.BUSY, ANNA, True)
        assert "desk_back_tried_1" in await work(world)

    told(story)


@pytest.mark.parametrize(("key", "because"), list(zip("1234", BY_PEOPLE, strict=True)))
def test_one_is_closed_with_a_reason_once_that_is_confirmed(key: str, because: Because) -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        world.phone("anna")
        close = {"desk_back_fi": "4", "desk_back_close_settled": key}
        heard = await work(world, {**close, "desk_back_confirm": "2"})
        assert "desk_nothing_keyed" in heard
        assert world.disk.callbacks == [it]
        heard = await work(world, {**close, "desk_back_confirm": "1"})
        assert f"desk_back_because_{because}" in heard
        assert heard[-2:] == ["desk_back_closed", "desk_backs_0"]
        assert (world.request.status, world.request.closed_because) == (Status.CLOSED, because)
        (event,) = world.disk.callback_of(CallbackKind.CLOSED)
        assert event.data == {"because": because, "by": ANNA}

    told(story)


@pytest.mark.parametrize(("key", "result"), list(zip("1234567", Result, strict=True)))
def test_every_result_of_an_attempt_by_hand_has_its_key(key: str, result: Result) -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        world.phone("anna")
        answers = {"desk_back_fi": "6", "desk_back_result_reached": key, "desk_back_confirm": "1"}
        heard = await work(world, answers)
        assert f"desk_back_was_{result}" in heard
        assert world.results == [result]
        given_up = result is Result.WRONG_NUMBER
        assert ("desk_back_given_up" in heard) is given_up

    told(story)


@pytest.mark.parametrize(
    ("day", "until"),
    [
        ("1", datetime(2026, 11, 23, 12, 30, tzinfo=UTC)),
        ("2", datetime(2026, 11, 24, 12, 30, tzinfo=UTC)),
    ],
)
def test_one_is_postponed_to_the_time_that_was_read_back(day: str, until: datetime) -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        world.phone("anna")
        answers = {
            "desk_back_fi": "3",
            "desk_back_today": day,
            "desk_back_time": "1300# 1430#",
            "desk_back_agreed": "2 1",
        }
        heard = await work(world, answers)
        assert [s for s in heard if s in ("desk_back_agreed", "desk_back_postponed")][:3] == [
            *["desk_back_agreed"] * 2,
            "desk_back_postponed",
        ]
        assert world.request.not_before == until
        (event,) = world.disk.callback_of(CallbackKind.POSTPONED)
        assert event.data == {"until": until.isoformat(), "by": ANNA}
        assert "desk_back_later" in await work(world)

    told(story)


@pytest.mark.parametrize(
    ("keyed", "why"),
    [
        ("0930#", "desk_back_impossible_time"),  # gone by
        ("2400#", "desk_back_impossible_time"),
        ("1160#", "desk_back_impossible_time"),
        ("1730#", "desk_back_line_closed"),
    ],
)
def test_why_a_time_cannot_be_is_said_and_another_may_be_keyed(keyed: str, why: str) -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        world.phone("anna")
        answers = {"desk_back_fi": "3", "desk_back_today": "1", "desk_back_agreed": "1"}
        heard = await work(world, {**answers, "desk_back_time": keyed})
        assert why in heard
        assert "desk_nothing_keyed" in heard
        assert world.disk.callbacks == [it]
        heard = await work(world, {**answers, "desk_back_time": f"{keyed} 1430#"})
        assert "desk_back_postponed" in heard
        assert world.request.not_before == datetime(2026, 11, 23, 12, 30, tzinfo=UTC)

    told(story)


def test_one_that_was_given_up_is_counted_by_itself_and_reopened() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        world.phone("anna")
        await give_up(desk, it.id)
        heard = await work(world)
        assert heard[0] == "desk_lost_1"
        assert {"desk_back_tried_n", "desk_back_given_up", "desk_back_reopen"} <= set(heard)
        assert not {"desk_back_take", "desk_back_attempt"} & set(heard)
        heard = await work(world, {"desk_back_given_up": "1"})
        assert "desk_back_reopened" in heard
        assert (world.request.status, world.request.tries) == (Status.WAITING, 0)

    told(story)


def test_of_one_who_was_cut_off_it_is_said_that_nobody_has_promised_them_a_call() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        await desk.close(it.id, Because.SETTLED)
        listed = replace(it, id=CallbackId("n1-7.7"), status=Status.UNREACHED)
        world.house.callbacks.keep(listed)
        world.phone("anna")
        heard = await work(world, {"desk_back_cut_off": "1"})
        assert heard[0] == "desk_lost_1"
        assert {"desk_back_cut_off", "desk_back_reopened"} <= set(heard)
        assert not {"desk_back_promised", "desk_back_given_up"} & set(heard)
        assert (await desk.shown(listed.id)).status is Status.WAITING

    told(story)


def test_one_that_was_given_up_lives_anew_at_an_agreed_time() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        world.phone("anna")
        await give_up(desk, it.id)
        answers = {
            "desk_back_given_up": "3",
            "desk_back_today": "2",
            "desk_back_time": "0900#",
            "desk_back_agreed": "1",
        }
        await work(world, answers)
        assert world.request.status is Status.WAITING
        nine = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
        assert world.request.not_before == nine
        assert nine - world.house.clock.now() > timedelta(hours=20)

    told(story)
