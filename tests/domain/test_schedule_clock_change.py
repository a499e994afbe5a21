"""The two nights of the year on which a wall time is skipped or occurs twice."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest

from ivr.domain.schedule import (
    HELSINKI,
    Hours,
    Schedule,
    closes_at,
    intervals,
    local,
    next_opening,
    open_at,
)

# Last Sundays of March and October: the clock jumps at 01:00 UTC (directive 2000/84/EC).
SPRING = [date(2026, 3, 29), date(2027, 3, 28), date(2028, 3, 26)]
AUTUMN = [date(2026, 10, 25), date(2027, 10, 31), date(2028, 10, 29)]
SUNDAY = 6


def schedule(*hours: str) -> Schedule:
    """Sunday hours such as `03:30-04:15`."""
    bounds = [[time.fromisoformat(bound) for bound in text.split("-")] for text in hours]
    return Schedule(weekly={SUNDAY: tuple(Hours(opens=a, closes=b) for a, b in bounds)})


def utc(day: date, clock: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=UTC)


def night(week: Schedule, day: date) -> list[tuple[str, str]]:
    """The open UTC times of the night and the morning."""
    midnight = datetime.combine(day, time(0), tzinfo=HELSINKI)
    spans = intervals(week, midnight, midnight + timedelta(hours=12))
    return [(f"{span.start:%H:%M}", f"{span.end:%H:%M}") for span in spans]


@pytest.mark.parametrize("day", SPRING + AUTUMN)
def test_daytime_hours_keep_their_wall_time_on_the_day_the_clocks_change(day: date) -> None:
    (span,) = intervals(
        schedule("09:00-15:00"), utc(day, "00:00"), utc(day, "00:00") + timedelta(days=1)
    )
    assert (local(span.start).time(), local(span.end).time()) == (time(9), time(15))
    assert span.end - span.start == timedelta(hours=6)


@pytest.mark.parametrize("day", SPRING)
@pytest.mark.parametrize(
    ("hours", "open_utc"),
    [
        (["02:00-05:00"], [("00:00", "02:00")]),  # an hour shorter on the clock's face
        (["03:30-06:00"], [("01:30", "03:00")]),  # begins at 04:30, half an hour past the jump
        (["02:00-03:30"], [("00:00", "01:30")]),  # ends at 04:30
        (["03:15-03:45"], [("01:15", "01:45")]),  # skipped whole: an hour later on the face
        (["03:30-04:15"], []),  # would end before it begins
        (["02:00-03:30", "04:00-05:00"], [("00:00", "02:00")]),  # they meet: one opening
    ],
)
def test_a_skipped_time_is_taken_with_the_offset_before_the_change(
    day: date, hours: list[str], open_utc: list[tuple[str, str]]
) -> None:
    assert night(schedule(*hours), day) == open_utc


@pytest.mark.parametrize("day", AUTUMN)
@pytest.mark.parametrize(
    ("hours", "open_utc"),
    [
        (["02:00-05:00"], [("23:00", "03:00")]),  # an hour longer
        (["03:30-06:00"], [("00:30", "04:00")]),  # begins at the first 03:30
        (["02:00-03:30"], [("23:00", "00:30")]),  # ends at the first 03:30
        (["03:15-03:45"], [("00:15", "00:45")]),  # open once, not twice
        (["02:00-04:00"], [("23:00", "02:00")]),  # 04:00 occurs once, after the second 03:59
    ],
)
def test_a_repeated_time_is_its_first_occurrence(
    day: date, hours: list[str], open_utc: list[tuple[str, str]]
) -> None:
    assert night(schedule(*hours), day) == open_utc


@pytest.mark.parametrize("day", SPRING + AUTUMN)
@pytest.mark.parametrize(
    "hours",
    [
        ["00:00-00:00"],
        ["02:00-03:30"],
        ["02:45-03:15", "03:30-04:15"],
        ["03:00-03:15", "03:20-03:40", "03:50-04:10"],
    ],
)
def test_every_question_agrees_minute_by_minute_through_the_night(
    day: date, hours: list[str]
) -> None:
    week = schedule(*hours)
    start = datetime.combine(day, time(1, 30), tzinfo=HELSINKI).astimezone(UTC)
    minutes = [start + timedelta(minutes=n) for n in range(240)]
    spans = list(intervals(week, minutes[0], minutes[-1] + timedelta(minutes=1)))
    for at, after in pairwise(minutes):
        is_open = open_at(week, at)
        assert is_open == any(span.start <= at < span.end for span in spans)
        assert (next_opening(week, at) == at) == is_open
        if is_open:
            closing = closes_at(week, at)
            assert closing is not None
            assert (closing == after) == (not open_at(week, after))
