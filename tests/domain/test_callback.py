"""A callback is promised for a day on which it can be kept, and to a number that may be called."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import Caller
from ivr.domain.callback import own_number, promised_by
from ivr.domain.policy import CallbackPolicy
from ivr.domain.schedule import HELSINKI, Hours, Schedule, closes_at, forced_open, local, plan
from ivr.domain.service import Charging, ServiceLine
from tests.fakes.service import NEVER, WORKDAYS, facts, line

MONDAY = date(2026, 11, 23)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
HOURS = st.tuples(st.integers(0, 22), st.integers(1, 23)).map(
    lambda span: Hours(opens=time(min(span)), closes=time(max(min(span) + 1, *span)))
)
WEEKS = st.dictionaries(st.integers(0, 6), st.tuples(HOURS), min_size=1)


def _line(schedule: Schedule, margin_min: int = 60) -> ServiceLine:
    any_line = line("any", "0291000001", Charging.EARLY_MEDIA, schedule=schedule)
    return replace(any_line, callback=CallbackPolicy(last_for_today_min=margin_min))


def _at(hour: int, minute: int, day: date = MONDAY) -> datetime:
    return datetime.combine(day, time(hour, minute), tzinfo=HELSINKI).astimezone(UTC)


@given(week=WEEKS, now=INSTANTS, margin_min=st.integers(0, 600))
def test_a_callback_is_promised_for_today_or_a_later_day_on_which_the_line_opens(
    week: dict[int, tuple[Hours, ...]], now: datetime, margin_min: int
) -> None:
    schedule = Schedule(weekly=week)
    day = promised_by(_line(schedule, margin_min), now)
    assert day >= local(now).date()
    assert plan(schedule, day).hours


@given(week=WEEKS, now=INSTANTS, margin_min=st.integers(0, 600))
def test_a_callback_is_promised_for_today_only_while_more_than_the_margin_is_left(
    week: dict[int, tuple[Hours, ...]], now: datetime, margin_min: int
) -> None:
    schedule = Schedule(weekly=week)
    closes = closes_at(schedule, now)
    enough = closes is not None and closes - now > timedelta(minutes=margin_min)
    today = local(now).date()
    assert (promised_by(_line(schedule, margin_min), now) == today) is enough


@pytest.mark.parametrize(
    ("now", "promised"),
    [
        (_at(9, 0), MONDAY),
        (_at(13, 59), MONDAY),
        (_at(14, 0), MONDAY + timedelta(days=1)),  # exactly the margin is too little
        (_at(14, 59), MONDAY + timedelta(days=1)),
        (_at(15, 0), MONDAY + timedelta(days=1)),
        (_at(14, 30, date(2026, 11, 27)), date(2026, 11, 30)),  # Friday: on Monday
    ],
)
def test_a_late_request_is_promised_for_the_next_day_of_opening(
    now: datetime, promised: date
) -> None:
    assert promised_by(_line(WORKDAYS), now) == promised


def test_a_line_that_is_always_open_promises_today() -> None:
    now = _at(23, 59)
    assert promised_by(_line(forced_open(NEVER)), now) == MONDAY


def test_a_line_that_never_opens_again_promises_tomorrow_rather_than_nothing() -> None:
    assert promised_by(_line(Schedule(weekly={})), _at(10, 0)) == MONDAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("caller", "number"),
    [
        (Caller(number="+358401234567", hidden=False), "+358401234567"),
        (Caller(number="+358401234567", hidden=True), None),
        (Caller(number=None, hidden=True), None),
        (Caller(number=None, hidden=False), None),
        (Caller(number="+358600123456", hidden=False), None),  # premium
    ],
)
def test_only_a_number_that_was_shown_and_may_be_called_is_the_callers_own(
    caller: Caller, number: str | None
) -> None:
    call = replace(facts(_line(WORKDAYS)), caller=caller)
    assert own_number(call) == number
