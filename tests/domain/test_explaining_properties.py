"""Whatever the schedule, it is explained without contradiction, and as the line goes by it.

The clocks change twice in each of the two years; hours may lie in those nights.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis.strategies import none, timedeltas, tuples

from ivr.domain.alone import pieces
from ivr.domain.call import CallId, SceneName
from ivr.domain.closing import closed_notice
from ivr.domain.explaining import DayTold, Explanation, day_told, explain, midnight, month_told
from ivr.domain.reception import receive
from ivr.domain.schedule import (
    HELSINKI,
    HORIZON,
    ExceptionalDay,
    Hours,
    Interval,
    Rule,
    Schedule,
    closes_at,
    intervals,
    local,
    next_opening,
    open_at,
    shut,
    why_closed,
)
from ivr.domain.service import Service
from tests.domain.schedules import CLOCK_CHANGES, INSTANTS, SCHEDULES, YEARS
from tests.fakes.service import FREE, changed, service

MOMENT, DAYS = timedelta(microseconds=1), timedelta(days=7)
UNTIL_NOON = Hours(opens=time(0), closes=time(12))
NIGHTLY = Schedule(  # also in the nights on which the clocks change
    weekly=dict.fromkeys(
        (5, 6),
        (
            Hours(opens=time(0), closes=time(2, 30)),
            Hours(opens=time(3, 15), closes=time(3, 45)),
            Hours(opens=time(22), closes=time(0)),
        ),
    )
)
MONTHS = [(year, month) for year in (2026, 2027) for month in range(1, 13)]


def stretches(schedule: Schedule) -> Iterator[tuple[Interval, Explanation]]:
    """The two years, from one change of state to the next, and what is said of each stretch."""
    at = YEARS[0]
    while at < YEARS[1]:
        told = explain(schedule, at)
        end = min(told.until or at + HORIZON, YEARS[1])
        yield Interval(start=at, end=end), told
        at = end


@settings(max_examples=10, deadline=None)
@example(schedule=NIGHTLY)
@given(SCHEDULES)
def test_two_years_are_explained_stretch_by_stretch_without_contradiction(
    schedule: Schedule,
) -> None:
    told = list(stretches(schedule))
    for (_, one), (_, next_one) in pairwise(told):
        assert one.open is (next_one.open if one.until is None else not next_one.open)
    opened = [stretch for stretch, each in told if each.open]
    assert joined(opened) == list(intervals(schedule, *YEARS))
    for stretch, each in told:
        last = explain(schedule, stretch.end - MOMENT)
        assert last.open is each.open
        if each.until is not None:
            assert last.until == each.until
        if each.opens is not None:
            assert last.opens == each.opens


def joined(opened: list[Interval]) -> list[Interval]:
    """Open time that goes on beyond HORIZON comes in pieces."""
    whole: list[Interval] = []
    for span in opened:
        if whole and whole[-1].end == span.start:
            whole[-1] = replace(whole[-1], end=span.end)
        else:
            whole.append(span)
    return whole


@settings(max_examples=10, deadline=None)
@given(SCHEDULES)
def test_the_calendar_shows_the_open_time_of_two_years_and_nothing_else(
    schedule: Schedule,
) -> None:
    days = [told for year, month in MONTHS for told in month_told(schedule, year, month)]
    assert [told.plan.day for told in days] == [date(2026, 1, 1) + timedelta(n) for n in range(730)]
    whole = intervals(schedule, midnight(date(2026, 1, 1)), midnight(date(2028, 1, 1)))
    shown = [span for told in days for span in told.opened]
    assert sum((s.end - s.start for s in shown), timedelta()) == sum(
        (s.end - s.start for s in whole), timedelta()
    )
    for told in days:
        assert all(local(span.start).date() == told.plan.day for span in told.opened)
        assert bool(told.opened) <= bool(told.plan.hours)


# Since when and until when somebody has closed it, seen from an instant; none for None.
CLOSURES = none() | tuples(timedeltas(-DAYS, DAYS), timedeltas(MOMENT, DAYS))


@given(SCHEDULES, INSTANTS, CLOSURES)
def test_explanation_calendar_and_the_live_line_say_the_same_of_any_instant(
    schedule: Schedule, at: datetime, closed: tuple[timedelta, timedelta] | None
) -> None:
    if closed is not None:
        begun, lasts = closed
        during = Interval(start=at + begun, end=at + begun + lasts)
        schedule = shut(schedule, during)
        assert not (explain(schedule, at).open and during.start <= at < during.end)
        assert day_told(schedule, local(during.start).date()).shut == during
    agree(schedule, at)
    today = local(at).date()
    assert explain(schedule, at).day in month_told(schedule, today.year, today.month)


@pytest.mark.parametrize("day", CLOCK_CHANGES)
@settings(max_examples=5, deadline=None)
@given(schedule=SCHEDULES)
def test_they_agree_quarter_by_quarter_through_the_nights_on_which_the_clocks_change(
    day: date, schedule: Schedule
) -> None:
    hours = {day: ExceptionalDay(hours=(Hours(opens=time(2, 15), closes=time(3, 45)),))}
    for nightly in (schedule, replace(schedule, exceptions={**schedule.exceptions, **hours})):
        for quarter in range(8 * 4):
            agree(nightly, midnight(day) + timedelta(minutes=15 * quarter))


def agree(schedule: Schedule, at: datetime) -> None:
    """Nothing that is said of the instant is at odds with anything else, or with what is done."""
    told = explain(schedule, at)
    day = day_told(schedule, local(at).date())
    assert told.day == day
    assert told.open == any(span.start <= at < span.end for span in day.opened)
    the_line_agrees(schedule, told)
    the_dialplan_agrees(schedule, told)
    the_reception_agrees(schedule, told)
    the_rule_is_one_that_holds(schedule, day)


def the_line_agrees(schedule: Schedule, told: Explanation) -> None:
    """What the scenes ask: open, until when, why not, when again, and what is said."""
    at = told.at
    assert told.open == open_at(schedule, at)
    assert told.until == (closes_at(schedule, at) if told.open else next_opening(schedule, at))
    assert why_closed(schedule, at) == (None if told.open else told.day.plan.rule)
    assert told.notice == (None if told.open else closed_notice(schedule, at))
    assert told.until is None or at < told.until <= at + HORIZON
    assert told.opens is None or (told.until is not None and told.until <= told.opens)
    if not told.open:
        assert told.opens == told.until
        assert (told.until is None) <= (told.notice == ("closed", {}))


def the_dialplan_agrees(schedule: Schedule, told: Explanation) -> None:
    """What it is told beforehand for the time in which it is alone."""
    (piece,) = [each for each in pieces(schedule, told.at, 1) if each.start <= told.at < each.end]
    assert piece.notice == told.notice


def the_reception_agrees(schedule: Schedule, told: Explanation) -> None:
    """A call that comes at this instant is received or hears that the line is closed."""
    facts = receive(
        line_with(schedule),
        call_id=CallId("n1-1.1"),
        dialled=FREE,
        caller="",
        hidden=True,
        now=told.at,
        objection=lambda _: None,
    )
    assert facts.scene is (SceneName.LANGUAGE if told.open else SceneName.CLOSED)


def the_rule_is_one_that_holds(schedule: Schedule, day: DayTold) -> None:
    """The rule named is there for this day, and no stronger one decides otherwise."""
    exception, holiday = schedule.exceptions.get(day.plan.day), schedule.holidays.get(day.plan.day)
    match day.plan.rule:
        case Rule.EXCEPTION:
            assert exception is not None
            assert exception.hours is not None or day.plan.hours != day.usual.hours
        case Rule.HOLIDAY | Rule.HOLIDAY_EVE as rule:
            assert holiday is not None
            assert holiday.eve is (rule is Rule.HOLIDAY_EVE)
            assert (day.plan.hours, day.opened) == ((), ())
        case Rule.WEEKLY:
            assert holiday is None
            assert day.plan.hours == schedule.weekly.get(day.plan.day.weekday(), ())
    if exception is None:
        assert day.plan == day.usual
    else:
        assert (day.plan.prompt, day.plan.reason) == (exception.prompt, exception.reason)


def line_with(schedule: Schedule) -> Service:
    return changed(service(), "free", schedule=schedule)


def test_the_eve_closes_and_the_days_after_it_are_explained_to_the_next_opening() -> None:
    week = dict.fromkeys(range(5), (Hours(opens=time(9), closes=time(15)),))
    schedule = Schedule(
        weekly=week,
        exceptions={
            date(2026, 12, 31): ExceptionalDay(within=Hours(opens=time(0), closes=time(12)))
        },
    )
    at = datetime(2026, 12, 31, 11, 59, tzinfo=HELSINKI)
    told = explain(schedule, at)
    assert (told.open, told.day.plan.rule) == (True, Rule.EXCEPTION)
    assert told.until == datetime(2026, 12, 31, 12, tzinfo=HELSINKI)
    assert told.opens == datetime(2027, 1, 1, 9, tzinfo=HELSINKI)
