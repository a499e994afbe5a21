"""A time that is keyed in is read as it was meant, and one that does not exist is none."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ivr.domain.agreed_time import agreed, keyed_time, next_day
from ivr.domain.schedule import HELSINKI, Hours, Schedule, local, open_at

FORWARD, BACK = date(2027, 3, 28), date(2026, 10, 25)  # the nights on which the clocks change
OFFICE = Schedule(weekly={day: (Hours(opens=time(9), closes=time(15)),) for day in range(5)})
DAYS = st.dates(date(2026, 1, 1), date(2030, 12, 31))
MINUTES = st.times().map(lambda at: at.replace(second=0, microsecond=0))
INSTANTS = st.integers(0, 5 * 365 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@pytest.mark.parametrize(
    ("digits", "at"),
    [("0930", time(9, 30)), ("930", time(9, 30)), ("0000", time(0)), ("2359", time(23, 59))],
)
def test_four_digits_are_a_time_and_so_are_three(digits: str, at: time) -> None:
    assert keyed_time(digits) == at


@pytest.mark.parametrize(
    "digits", ["", "9", "09", "2400", "0960", "960", "9999", "09300", "*930", "09:30", "٠٩٣٠"]
)
def test_anything_else_is_no_time(digits: str) -> None:
    assert keyed_time(digits) is None


@given(MINUTES)
def test_every_time_can_be_keyed(at: time) -> None:
    assert keyed_time(f"{at:%H%M}") == at


@given(st.text(max_size=6))
def test_no_text_breaks_it(text: str) -> None:
    at = keyed_time(text)
    assert at is None or int(text) == at.hour * 100 + at.minute


@given(DAYS, MINUTES, INSTANTS)
@example(FORWARD, time(3, 30), datetime(2027, 3, 27, tzinfo=UTC))
@example(BACK, time(3, 30), datetime(2026, 10, 25, 1, tzinfo=UTC))
def test_what_is_agreed_is_still_to_come_and_is_what_the_clock_will_show(
    day: date, at: time, now: datetime
) -> None:
    until = agreed(day, at, now)
    if until is not None:
        assert until >= now
        assert until.utcoffset() == timedelta(0)
        assert (local(until).date(), local(until).time()) == (day, at)
    else:
        gone = datetime.combine(day, at, tzinfo=HELSINKI).replace(fold=1) < now
        assert gone or (day.month == 3 and at.hour == 3)


def test_a_time_that_the_clocks_skip_is_none() -> None:
    assert agreed(FORWARD, time(3, 30), datetime(2027, 3, 27, tzinfo=UTC)) is None


def test_of_a_time_that_comes_twice_the_first_is_meant_that_is_still_to_come() -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert agreed(BACK, time(3, 30), first - timedelta(days=1)) == first
    assert agreed(BACK, time(3, 30), first) == first
    assert agreed(BACK, time(3, 30), first + timedelta(minutes=1)) == second
    assert agreed(BACK, time(3, 30), second + timedelta(minutes=1)) is None


def test_after_friday_comes_monday_and_a_line_that_never_opens_has_no_day() -> None:
    friday = datetime(2026, 11, 27, 10, tzinfo=UTC)
    assert next_day(OFFICE, friday) == date(2026, 11, 30)
    assert next_day(OFFICE, datetime(2026, 11, 29, 22, 30, tzinfo=UTC)) == date(2026, 12, 1)
    assert next_day(Schedule(weekly={}), friday) is None


@given(INSTANTS)
def test_the_next_day_is_one_of_opening_and_never_today(now: datetime) -> None:
    day = next_day(OFFICE, now)
    assert day is not None
    assert local(now).date() < day <= local(now).date() + timedelta(days=3)
    assert open_at(OFFICE, datetime.combine(day, time(12), tzinfo=HELSINKI))
