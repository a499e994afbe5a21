"""A callback is promised for a day on which it can be kept."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.policy import CallbackPolicy
from ivr.domain.promise import promised_by
from ivr.domain.schedule import HELSINKI, Hours, Schedule, closes_at, forced_open, local, plan
from ivr.domain.service import Charging, ServiceLine
from tests.fakes.service import NEVER, WORKDAYS, line

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


def test_a_day_that_has_as_many_promises_as_can_be_kept_is_passed_over() -> None:
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    of = replace(_line(WORKDAYS), callback=CallbackPolicy(most_a_day=3))
    assert promised_by(of, _at(9, 0), {MONDAY: 2}) == MONDAY
    assert promised_by(of, _at(9, 0), {MONDAY: 3, tuesday: 2}) == tuesday
    assert promised_by(of, _at(9, 0), {MONDAY: 3, tuesday: 9}) == wednesday
    friday = date(2026, 11, 27)
    full = {friday: 3}
    assert promised_by(of, _at(9, 0, friday), full) == date(2026, 11, 30)


@given(week=WEEKS, now=INSTANTS, full=st.integers(0, 12))
def test_however_much_is_promised_the_promise_is_for_a_day_on_which_the_line_opens(
    week: dict[int, tuple[Hours, ...]], now: datetime, full: int
) -> None:
    of = replace(_line(Schedule(weekly=week)), callback=CallbackPolicy(most_a_day=1))
    promised: dict[date, int] = {}
    for _ in range(full):
        day = promised_by(of, now, promised)
        assert plan(of.schedule, day).hours
        assert day not in promised
        promised[day] = 1


def test_a_line_that_never_opens_again_promises_however_much_is_promised() -> None:
    of = replace(_line(Schedule(weekly={})), callback=CallbackPolicy(most_a_day=1))
    promised = {MONDAY + timedelta(days=ahead): 1 for ahead in range(1, 100)}
    assert promised_by(of, _at(10, 0), promised) > MONDAY
