"""A number is called so often on one day and no more, whatever the clock and the schedule do."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.bounds import Held, Prospect, prospect, within_room
from ivr.domain.call import CallId, CounsellorId, Language
from ivr.domain.callback import Callback, Status, due
from ivr.domain.line import Available, Contact, Skills
from ivr.domain.routing import match
from ivr.domain.schedule import Schedule, local
from tests.domain.callbacks import ALWAYS, MIN, POLICY, in_status, request
from tests.fakes.service import FAMILIES, NEVER, WORKDAYS
from tests.fakes.time import BEGIN

TUESDAY_9 = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def _prospect(
    *calls: datetime, now: datetime = BEGIN, of: Callback | None = None, at: Schedule = WORKDAYS
) -> Prospect:
    return prospect(of or request(), now, at, POLICY, calls=calls, most=2)


def test_a_number_that_was_called_less_often_today_is_due_at_once() -> None:
    assert _prospect() == Prospect(at=BEGIN)
    assert _prospect(BEGIN - 50 * MIN) == Prospect(at=BEGIN)


def test_one_that_was_called_as_often_as_may_be_is_due_at_the_next_days_opening() -> None:
    told = _prospect(BEGIN - 50 * MIN, BEGIN - 5 * MIN)
    assert told == Prospect(at=TUESDAY_9, held_by=Held.CALLS_A_DAY)


def test_a_line_that_never_closes_calls_again_after_midnight_in_finland() -> None:
    told = _prospect(BEGIN, BEGIN, at=ALWAYS)
    assert told.at == datetime(2026, 11, 23, 22, 0, tzinfo=UTC)


def test_calls_of_the_day_before_do_not_count_and_those_of_an_agreed_day_do() -> None:
    assert _prospect(BEGIN - DAY, BEGIN - DAY).at == BEGIN
    agreed = request().postpone(TUESDAY_9)
    assert _prospect(BEGIN, BEGIN, of=agreed) == Prospect(at=TUESDAY_9)
    full = _prospect(TUESDAY_9, TUESDAY_9, of=agreed)  # the clock was set back since
    assert full == Prospect(at=TUESDAY_9 + DAY, held_by=Held.CALLS_A_DAY)


@pytest.mark.parametrize(
    ("night", "begins"),
    [
        (datetime(2026, 3, 28, 22, 30, tzinfo=UTC), datetime(2026, 3, 29, 21, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, 21, 30, tzinfo=UTC), datetime(2026, 10, 25, 22, 0, tzinfo=UTC)),
    ],
)
def test_a_day_is_as_long_as_it_is_in_the_nights_when_the_clocks_change(
    night: datetime, begins: datetime
) -> None:
    assert _prospect(night, night, now=night, at=ALWAYS).at == begins


def test_what_is_not_due_at_all_is_held_by_nothing() -> None:
    assert _prospect(BEGIN, BEGIN, at=Schedule(weekly={})) == Prospect(at=None)
    assert _prospect(BEGIN, BEGIN, of=in_status(Status.CLOSED)) == Prospect(at=None)


def _contact(name: str, joined: int) -> Contact:
    return Contact(
        id=CallId(name), topic=FAMILIES, language=Language.FI, joined=BEGIN + joined * MIN
    )


@pytest.mark.parametrize(
    ("room", "rung"),
    [
        (2, {"back-1": "anna", "back-2": "bertil"}),
        (1, {"back-1": "anna", "caller": "bertil"}),
        (0, {"caller": "anna"}),
        (-1, {"caller": "anna"}),
    ],
)
def test_who_is_beyond_the_room_takes_no_counsellor_from_whoever_comes_after(
    room: int, rung: dict[str, str]
) -> None:
    waiting = [_contact("back-1", 1), _contact("back-2", 2), _contact("caller", 3)]
    skills = Skills(topics={FAMILIES: 1}, languages={Language.FI: 1})
    free = [
        Available(id=CounsellorId(name), skills=skills, idle_since=BEGIN, order=order)
        for order, name in enumerate(("anna", "bertil"))
    ]
    pairs = within_room(
        room,
        {CallId("back-1"), CallId("back-2")},
        waiting,
        lambda contacts: match(contacts, free, now=BEGIN, routings={}),
    )
    assert {pair.contact.id: pair.counsellors[0] for pair in pairs} == rung


@given(
    calls=st.lists(st.integers(-3 * 1440, 3 * 1440), max_size=12),
    minutes=st.integers(-2 * 1440, 2 * 1440),
    most=st.integers(1, 3),
    schedule=st.sampled_from([ALWAYS, WORKDAYS, NEVER]),
)
def test_whenever_it_is_due_the_day_has_room_and_its_own_line_agrees(
    calls: list[int], minutes: int, most: int, schedule: Schedule
) -> None:
    now, began = BEGIN + minutes * MIN, [BEGIN + call * MIN for call in calls]
    at = prospect(request(), now, schedule, POLICY, calls=began, most=most).at
    assert at is not None
    assert at >= now
    assert sum(local(call).date() == local(at).date() for call in began) < most
    assert due(request(), at, schedule, POLICY)
    assert prospect(request(), at, schedule, POLICY, calls=began, most=most).at == at
