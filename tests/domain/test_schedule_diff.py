"""What changes from one schedule to another: every day of it, once, and no other."""

from dataclasses import replace
from datetime import date, time, timedelta

from hypothesis import given, settings

from ivr.domain.explaining import day_told
from ivr.domain.schedule import ExceptionalDay, Hours, Rule, Schedule
from ivr.domain.schedule_diff import Change, changes, essence
from tests.domain.schedules import CHRISTMAS_EVE, SCHEDULES

FIRST = date(2026, 11, 23)  # a Monday
NINE_TO_THREE = (Hours(opens=time(9), closes=time(15)),)
NINE_TO_TWO = (Hours(opens=time(9), closes=time(14)),)
EVE, EPIPHANY = date(2026, 12, 24), date(2027, 1, 6)
OFFICE = Schedule(weekly=dict.fromkeys(range(5), NINE_TO_THREE), holidays={EVE: CHRISTMAS_EVE})


def found(old: Schedule, new: Schedule) -> list[Change]:
    return changes(old, new, FIRST, 60)


def excepted(exceptions: dict[date, ExceptionalDay]) -> Schedule:
    return replace(OFFICE, exceptions=exceptions)


@settings(max_examples=30, deadline=None)
@given(SCHEDULES, SCHEDULES)
def test_each_day_that_differs_is_told_once_and_what_is_told_of_it_is_so(
    old: Schedule, new: Schedule
) -> None:
    told: dict[date, Change] = {}
    for change in found(old, new):
        for day in change.days:
            assert day not in told
            told[day] = change
    for n in range(60):
        day = FIRST + timedelta(n)
        before, after = essence(day_told(old, day)), essence(day_told(new, day))
        assert (day in told) == (before != after)
        if day in told:
            assert (before, after) == (essence(told[day].before), essence(told[day].after))


@settings(max_examples=10, deadline=None)
@given(SCHEDULES)
def test_a_schedule_does_not_differ_from_itself(schedule: Schedule) -> None:
    assert found(schedule, schedule) == []


def test_weekly_hours_that_change_are_told_once_for_all_their_days() -> None:
    shorter = replace(OFFICE, weekly={**OFFICE.weekly, 3: NINE_TO_TWO, 4: NINE_TO_TWO})
    (change,) = found(OFFICE, shorter)
    assert change.weekdays == (3, 4)
    assert change.days[0] == date(2026, 11, 26)
    assert EVE not in change.days


def test_dates_that_change_alike_and_follow_one_another_are_told_together() -> None:
    closed = ExceptionalDay(hours=(), reason="Training")
    days = [date(2026, 12, 1), date(2026, 12, 2), date(2026, 12, 4)]
    told = found(OFFICE, excepted(dict.fromkeys(days, closed)))
    assert [change.days for change in told] == [tuple(days[:2]), tuple(days[2:])]
    assert {change.after.plan.rule for change in told} == {Rule.EXCEPTION}


def test_a_weekend_that_is_closed_once_more_is_no_change() -> None:
    closed = ExceptionalDay(hours=())
    assert found(OFFICE, excepted({date(2026, 11, 28): closed, date(2026, 11, 29): closed})) == []


def test_hours_that_are_written_otherwise_and_mean_the_same_are_no_change() -> None:
    halves = (Hours(opens=time(12), closes=time(15)), Hours(opens=time(9), closes=time(12)))
    assert found(OFFICE, replace(OFFICE, weekly=dict.fromkeys(range(5), halves))) == []


def test_a_day_that_is_told_otherwise_to_callers_is_a_change_though_its_hours_are_not() -> None:
    own = found(OFFICE, excepted({EVE: ExceptionalDay(prompt="closed_own")}))
    assert [(change.days, change.after.plan.prompt) for change in own] == [((EVE,), "closed_own")]
    plain = found(OFFICE, excepted({EVE: ExceptionalDay(hours=())}))
    assert [change.days for change in plain] == [(EVE,)]  # no holiday_eve is said any more
