"""A callback is promised for a day on which it can be kept."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import Language
from ivr.domain.policy import CallbackPolicy
from ivr.domain.promise import offered_when_closed, promised_by
from ivr.domain.schedule import (
    HELSINKI,
    ExceptionalDay,
    Holiday,
    Hours,
    Schedule,
    forced_open,
    local,
    plan,
)
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


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=HELSINKI).astimezone(UTC)


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
    today = local(now).date()
    left = [
        _instant(today, hours.closes) - max(now, _instant(today, hours.opens))
        for hours in plan(schedule, today).hours
    ]
    enough = any(each > timedelta(minutes=margin_min) for each in left)
    assert (promised_by(_line(schedule, margin_min), now) == today) is enough


@pytest.mark.parametrize(
    ("now", "promised"),
    [
        (_at(0, 0), MONDAY),  # before opening
        (_at(8, 59), MONDAY),
        (_at(9, 0), MONDAY),
        (_at(13, 59), MONDAY),
        (_at(14, 0), MONDAY + timedelta(days=1)),  # exactly the margin is too little
        (_at(14, 59), MONDAY + timedelta(days=1)),
        (_at(15, 0), MONDAY + timedelta(days=1)),
        (_at(23, 59), MONDAY + timedelta(days=1)),
        (_at(12, 0, date(2026, 11, 28)), date(2026, 11, 30)),  # Saturday: on Monday
        (_at(14, 30, date(2026, 11, 27)), date(2026, 11, 30)),  # Friday: on Monday
    ],
)
def test_a_late_request_is_promised_for_the_next_day_of_opening(
    now: datetime, promised: date
) -> None:
    assert promised_by(_line(WORKDAYS), now) == promised


@pytest.mark.parametrize(
    ("reopens", "closes", "days"), [(13, 15, 0), (13, 14, 1)], ids=["for long", "for an hour"]
)
@pytest.mark.parametrize("minute", [15, 59])
def test_a_line_that_opens_again_today_promises_today_if_it_is_open_long_enough(
    reopens: int, closes: int, days: int, minute: int
) -> None:
    hours = (
        Hours(opens=time(9), closes=time(12)),
        Hours(opens=time(reopens), closes=time(closes)),
    )
    of = _line(Schedule(weekly=dict.fromkeys(range(5), hours)))
    for hour in (11, 12):  # before the break, and in it
        assert promised_by(of, _at(hour, minute)) == MONDAY + timedelta(days=days)


@pytest.mark.parametrize("exception", [ExceptionalDay(hours=()), None])
def test_a_day_on_which_the_line_is_closed_is_never_promised(
    exception: ExceptionalDay | None,
) -> None:
    tuesday = MONDAY + timedelta(days=1)
    holiday = Holiday(name=dict.fromkeys(Language, "Test"), eve=False)
    closed = replace(
        WORKDAYS,
        holidays={} if exception else {tuesday: holiday},
        exceptions={tuesday: exception} if exception else {},
    )
    for now in (_at(18, 0), _at(7, 0, tuesday), _at(10, 0, tuesday)):
        assert promised_by(_line(closed), now) == MONDAY + timedelta(days=2)


def test_outside_hours_a_callback_is_offered_where_the_line_says_so_and_opens_again() -> None:
    offering = CallbackPolicy(outside_hours=True)
    of, never = _line(WORKDAYS), _line(Schedule(weekly={}))
    assert offered_when_closed(replace(of, callback=offering), _at(18, 0))
    assert not offered_when_closed(of, _at(18, 0))
    assert not offered_when_closed(replace(never, callback=offering), _at(18, 0))
    off = replace(offering, enabled=False)
    assert not offered_when_closed(replace(of, callback=off), _at(18, 0))


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
