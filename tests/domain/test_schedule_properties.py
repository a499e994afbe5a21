"""All questions that can be asked of a schedule agree, for any schedule and any instant."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import pairwise

from hypothesis import given, settings

from ivr.domain.schedule import (
    HORIZON,
    ExceptionalDay,
    Hours,
    Schedule,
    closes_at,
    intervals,
    local,
    next_opening,
    open_at,
    ordinary_plan,
    plan,
    why_closed,
)
from tests.domain.schedules import INSTANTS, SCHEDULES, YEARS


@settings(max_examples=25)
@given(SCHEDULES)
def test_intervals_are_in_order_apart_and_within_what_was_asked(schedule: Schedule) -> None:
    spans = list(intervals(schedule, *YEARS))
    assert all(span.start < span.end for span in spans)
    assert all(a.end < b.start for a, b in pairwise(spans))
    assert all(YEARS[0] <= span.start and span.end <= YEARS[1] for span in spans)


@settings(max_examples=25)
@given(SCHEDULES)
def test_the_line_is_open_exactly_in_its_intervals_over_two_years(schedule: Schedule) -> None:
    edge, moment = YEARS[0], timedelta(microseconds=1)
    for span in intervals(schedule, *YEARS):
        if edge < span.start:
            assert not any(open_at(schedule, at) for at in (edge, span.start - moment))
        assert all(open_at(schedule, at) for at in (span.start, span.end - moment))
        edge = span.end
    assert edge == YEARS[1] or not open_at(schedule, edge)


@given(SCHEDULES, INSTANTS)
def test_any_instant_is_open_if_and_only_if_an_interval_holds_it(
    schedule: Schedule, at: datetime
) -> None:
    around = intervals(schedule, at - timedelta(days=8), at + timedelta(days=8))
    assert open_at(schedule, at) == any(span.start <= at < span.end for span in around)


@given(SCHEDULES, INSTANTS)
def test_on_ordinary_days_a_clock_within_the_hours_is_what_opens_the_line(
    schedule: Schedule, at: datetime
) -> None:
    wall, noon = local(at), timedelta(hours=12)
    if local(at - noon).utcoffset() == local(at + noon).utcoffset():
        within = [
            hours.opens <= wall.time() and (wall.time() < hours.closes or hours.closes == time(0))
            for hours in plan(schedule, wall.date()).hours
        ]
        assert open_at(schedule, at) == any(within)


@given(SCHEDULES, INSTANTS)
def test_the_next_opening_is_the_first_open_instant(schedule: Schedule, at: datetime) -> None:
    opening = next_opening(schedule, at)
    end = opening or at + HORIZON
    assert opening is None or (opening >= at and open_at(schedule, opening))
    assert not list(intervals(schedule, at, end))


@given(SCHEDULES, INSTANTS)
def test_the_line_is_open_until_it_closes_and_not_at_its_closing(
    schedule: Schedule, at: datetime
) -> None:
    closing = closes_at(schedule, at)
    if closing is None:
        still_open = [span.end for span in intervals(schedule, at, at + HORIZON)][:1]
        assert not open_at(schedule, at) or still_open == [at + HORIZON]
    else:
        assert not open_at(schedule, closing)
        spans = [(span.start, span.end) for span in intervals(schedule, at, closing)]
        assert spans == [(at, closing)]


@given(SCHEDULES, INSTANTS)
def test_a_closed_line_always_has_a_reason_and_an_open_one_never(
    schedule: Schedule, at: datetime
) -> None:
    assert (why_closed(schedule, at) is None) == open_at(schedule, at)


@given(SCHEDULES, INSTANTS)
def test_shortened_hours_are_those_of_an_ordinary_day_that_lie_within_the_bounds(
    schedule: Schedule, at: datetime
) -> None:
    day = local(at).date()
    bounds = Hours(opens=time(10), closes=time(14, 30))
    shortened = replace(schedule, exceptions={day: ExceptionalDay(within=bounds)})
    usual = ordinary_plan(schedule, day).hours
    for minute in range(0, 24 * 60, 5):
        clock = time(minute // 60, minute % 60)
        within = bounds.opens <= clock < bounds.closes
        assert _holds(plan(shortened, day).hours, clock) == (within and _holds(usual, clock))


def _holds(hours: tuple[Hours, ...], clock: time) -> bool:
    return any(
        each.opens <= clock and (clock < each.closes or each.closes == time(0)) for each in hours
    )
