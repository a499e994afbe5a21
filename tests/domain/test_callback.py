"""What may happen to a request to be called back, and when it is due."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ivr.domain.attempt import Result
from ivr.domain.call import Language, Refused, TopicId
from ivr.domain.callback import Because, IllegalTransition, Status, due, next_due
from ivr.domain.callback_state import decode, encode
from ivr.domain.policy import CallbackPolicy
from tests.domain.callbacks import (
    ALWAYS,
    ANNA,
    DOINGS,
    LEGAL,
    MIN,
    POLICY,
    THEIR_CALL,
    TUESDAY,
    calling,
    in_status,
    request,
)
from tests.fakes.service import WORKDAYS
from tests.fakes.time import BEGIN


@pytest.mark.parametrize("doing", DOINGS)
@pytest.mark.parametrize("status", Status)
def test_a_request_goes_the_ways_in_the_table_and_no_other(status: Status, doing: str) -> None:
    before = in_status(status)
    legal = LEGAL[status].get(doing)
    if legal is not None:
        assert DOINGS[doing](before).status is legal
        return
    with pytest.raises(IllegalTransition) as refused:
        DOINGS[doing](before)
    assert (refused.value.callback, refused.value.status) == (before.id, status)
    assert before == in_status(status)


def test_asking_again_keeps_the_place_and_takes_the_latest_language_and_topic() -> None:
    asked = request().ask_again(
        urgent=False, language=Language.SV, topic=TopicId("adults"), promised_by=TUESDAY
    )
    assert (asked.joined, asked.id, asked.promised_by) == (request().joined, request().id, TUESDAY)
    assert (asked.language, asked.topic, asked.again) == (Language.SV, "adults", 1)


def test_an_urgent_word_counts_and_is_not_taken_back_by_one_that_is_not() -> None:
    again = {"language": Language.FI, "topic": TopicId("families"), "promised_by": TUESDAY}
    urgent = request().ask_again(urgent=True, **again)  # type: ignore[arg-type]
    assert urgent.urgent
    assert urgent.ask_again(urgent=False, **again).urgent  # type: ignore[arg-type]


def test_after_the_last_attempt_it_wants_a_counsellors_eye() -> None:
    it, now = request(), BEGIN
    for number in (1, 2, 3):
        it = calling(it, now).end_attempt(Result.NO_ANSWER, now=now, policy=POLICY)
        assert it.attempts[-1].number == number
        now += 30 * MIN
    assert it.status is Status.UNREACHED
    assert next_due(it, now, ALWAYS, POLICY) is None


def test_a_number_that_may_not_be_called_any_more_wants_a_counsellors_eye_and_says_why() -> None:
    refused = request(wanted=ANNA, not_before=BEGIN + MIN).refuse(Refused.FOREIGN)
    assert (refused.status, refused.refused, refused.wanted) == (
        Status.UNREACHED, Refused.FOREIGN, None,
    )  # fmt: skip
    assert decode(encode(refused)) == refused
    assert next_due(refused, BEGIN, ALWAYS, POLICY) is None
    assert refused.close(Because.SETTLED).refused is Refused.FOREIGN
    reopened = refused.postpone(BEGIN)
    assert (reopened.status, reopened.refused) == (Status.WAITING, None)
    assert due(reopened, BEGIN, ALWAYS, POLICY)


def test_a_counsellor_who_reopens_it_gives_it_all_its_attempts_anew() -> None:
    it = in_status(Status.UNREACHED).postpone(BEGIN + 60 * MIN)
    assert (it.tries, len(it.attempts)) == (0, 1)
    later = BEGIN + 60 * MIN
    it = calling(it, later).end_attempt(Result.BUSY, now=later, policy=POLICY)
    assert (it.status, it.attempts[-1].number) == (Status.WAITING, 2)


def test_who_asks_again_while_the_last_attempt_is_on_the_air_is_called_once_more() -> None:
    once = CallbackPolicy(attempts=1, between_min=30)
    asked = calling().ask_again(
        urgent=False, language=Language.FI, topic=TopicId("adults"), promised_by=TUESDAY
    )
    busy = asked.end_attempt(Result.BUSY, now=BEGIN, policy=once)
    assert busy.status is Status.WAITING
    assert next_due(busy, BEGIN, ALWAYS, once) == BEGIN + 30 * MIN
    again = calling(busy, BEGIN + 30 * MIN)
    over = again.end_attempt(Result.NO_ANSWER, now=BEGIN + 30 * MIN, policy=once)
    assert over.status is Status.UNREACHED


def test_whoever_gets_through_while_being_dialled_is_not_dialled_again() -> None:
    dialled = calling().answered_by_phone(THEIR_CALL)
    assert not due(dialled, BEGIN + 90 * MIN, ALWAYS, POLICY)
    ended = dialled.end_attempt(Result.BUSY, now=BEGIN, policy=POLICY)
    assert (ended.status, ended.answered_by) == (Status.ANSWERED_BY_PHONE, THEIR_CALL)
    reached = dialled.end_attempt(Result.REACHED, now=BEGIN, policy=POLICY)
    assert reached.status is Status.REACHED


def test_it_is_due_at_once_and_after_an_attempt_when_the_pause_is_over() -> None:
    assert due(request(), BEGIN, ALWAYS, POLICY)
    ended = calling().end_attempt(Result.BUSY, now=BEGIN + MIN, policy=POLICY)
    assert next_due(ended, BEGIN + MIN, ALWAYS, POLICY) == BEGIN + 31 * MIN
    assert not due(ended, BEGIN + 30 * MIN, ALWAYS, POLICY)
    assert due(ended, BEGIN + 31 * MIN, ALWAYS, POLICY)


def test_a_person_calls_when_they_like_and_the_line_keeps_its_distance_from_that() -> None:
    by_hand = request(not_before=BEGIN + 60 * MIN).begin_by_hand(counsellor=ANNA, began=BEGIN)
    assert by_hand.attempts[-1].by_hand
    assert not calling().attempts[-1].by_hand
    ended = by_hand.end_attempt(Result.NO_ANSWER, now=BEGIN + MIN, policy=POLICY)
    assert (ended.status, ended.tries) == (Status.WAITING, 1)
    assert next_due(ended, BEGIN + MIN, ALWAYS, POLICY) == BEGIN + 31 * MIN


def test_it_is_called_inside_the_hours_of_its_line_and_across_days() -> None:
    closing = datetime(2026, 11, 23, 12, 50, tzinfo=UTC)  # 14:50; the line closes at 15
    ended = calling(now=closing).end_attempt(Result.BUSY, now=closing, policy=POLICY)
    tuesday = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
    assert next_due(ended, closing, WORKDAYS, POLICY) == tuesday
    assert next_due(request(), tuesday - MIN, WORKDAYS, POLICY) == tuesday
    assert due(ended, tuesday, WORKDAYS, POLICY)


def test_it_is_called_at_the_time_that_was_agreed_and_then_as_any_other() -> None:
    agreed = request().postpone(BEGIN + 60 * MIN)
    assert not due(agreed, BEGIN + 59 * MIN, ALWAYS, POLICY)
    now = BEGIN + 60 * MIN
    ended = calling(agreed, now).end_attempt(Result.BUSY, now=now, policy=POLICY)
    assert ended.not_before is None


def test_who_has_taken_it_has_one_turn() -> None:
    taken = calling(request().take(ANNA))
    assert taken.wanted == ANNA
    assert taken.end_attempt(Result.BUSY, now=BEGIN, policy=POLICY).wanted is None


def test_a_clock_that_is_set_back_makes_no_attempt_end_before_it_began() -> None:
    ended = calling().end_attempt(Result.BUSY, now=BEGIN - 60 * MIN, policy=POLICY)
    assert ended.attempts[-1].ended == BEGIN
    assert not due(ended, BEGIN - 10 * MIN, ALWAYS, POLICY)


@pytest.mark.parametrize("status", Status)
def test_what_was_written_down_is_read_as_it_was(status: Status) -> None:
    it = replace(in_status(status), assessed_urgent=True, again=2)
    assert encode(it).isascii()
    assert decode(encode(it)) == it


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        encode(request()).replace('"v":1', '"v":0'),
        encode(request()).replace("waiting", "vanished"),
        encode(request()).replace("waiting", "calling"),
        encode(calling()).replace("calling", "waiting"),
        encode(request()).replace('"forgiven"', '"refused":"barred","forgiven"'),
        encode(calling()).replace('"number":1', '"number":2'),
        encode(calling()).replace('"number":1', '"number":1,"result":"busy"'),
        encode(calling()).replace('"attempts":[', '"attempts":[7,'),
        encode(request()).replace('"forgiven":0', '"forgiven":"none"'),
    ],
)
def test_what_does_not_fit_together_is_not_read(text: str) -> None:
    with pytest.raises(ValueError, match="unreadable callback"):
        decode(text)


def test_what_a_newer_version_says_beside_is_left_out() -> None:
    newer = encode(request()).replace('"v":1', '"v":2,"mood":"good"')
    assert decode(newer) == request()
