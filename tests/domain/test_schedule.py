"""What decides a day, why a line is closed, and when it opens and closes."""

from datetime import UTC, date, datetime, time, timedelta, timezone

import pytest

from ivr.domain.call import Language
from ivr.domain.schedule import (
    HELSINKI,
    ExceptionalDay,
    Holiday,
    Hours,
    Rule,
    Schedule,
    closes_at,
    forced_open,
    intervals,
    local,
    next_opening,
    open_at,
    plan,
    why_closed,
)

NINE_TO_THREE = (Hours(opens=time(9), closes=time(15)),)
CHRISTMAS_DAY = Holiday(name={Language.FI: "Joulupäivä", Language.SV: "Juldagen"}, eve=False)
CHRISTMAS_EVE = Holiday(name={Language.FI: "Jouluaatto", Language.SV: "Julafton"}, eve=True)
OFFICE = Schedule(
    weekly=dict.fromkeys(range(5), NINE_TO_THREE),
    holidays={date(2026, 12, 24): CHRISTMAS_EVE, date(2026, 12, 25): CHRISTMAS_DAY},
    exceptions={
        date(2026, 12, 30): ExceptionalDay(hours=(Hours(opens=time(10), closes=time(12)),)),
        date(2026, 12, 31): ExceptionalDay(hours=(), reason="training"),
    },
)
YEARS = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC))


def helsinki(month: int, day: int, hour: int, minute: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=HELSINKI)


@pytest.mark.parametrize(
    ("day", "rule", "hours"),
    [
        (date(2026, 12, 23), Rule.WEEKLY, NINE_TO_THREE),
        (date(2026, 12, 24), Rule.HOLIDAY_EVE, ()),
        (date(2026, 12, 25), Rule.HOLIDAY, ()),
        (date(2026, 12, 26), Rule.WEEKLY, ()),
        (date(2026, 12, 30), Rule.EXCEPTION, (Hours(opens=time(10), closes=time(12)),)),
        (date(2026, 12, 31), Rule.EXCEPTION, ()),
    ],
)
def test_a_day_has_its_hours_and_the_rule_behind_them(
    day: date, rule: Rule, hours: tuple[Hours, ...]
) -> None:
    assert (plan(OFFICE, day).rule, plan(OFFICE, day).hours) == (rule, hours)


def test_a_plan_names_its_holiday_or_its_reason() -> None:
    assert plan(OFFICE, date(2026, 12, 25)).holiday == CHRISTMAS_DAY
    assert plan(OFFICE, date(2026, 12, 31)).reason == "training"


def test_an_exception_opens_the_line_even_on_a_holiday() -> None:
    open_day = ExceptionalDay(hours=NINE_TO_THREE)
    schedule = Schedule(
        weekly={}, holidays=OFFICE.holidays, exceptions={date(2026, 12, 25): open_day}
    )
    assert open_at(schedule, helsinki(12, 25, 9))


def test_the_line_opens_at_the_first_minute_and_is_closed_at_the_last() -> None:
    assert not open_at(OFFICE, helsinki(11, 20, 8, 59))
    assert open_at(OFFICE, helsinki(11, 20, 9))
    assert open_at(OFFICE, helsinki(11, 20, 14, 59))
    assert not open_at(OFFICE, helsinki(11, 20, 15))


@pytest.mark.parametrize(
    ("instant", "reason"),
    [
        (helsinki(11, 20, 12), None),
        (helsinki(11, 20, 8), Rule.WEEKLY),
        (helsinki(11, 21, 12), Rule.WEEKLY),
        (helsinki(12, 24, 12), Rule.HOLIDAY_EVE),
        (helsinki(12, 25, 12), Rule.HOLIDAY),
        (helsinki(12, 30, 9), Rule.EXCEPTION),
        (helsinki(12, 31, 12), Rule.EXCEPTION),
    ],
)
def test_a_closed_line_says_why(instant: datetime, reason: Rule | None) -> None:
    assert why_closed(OFFICE, instant) == reason


def test_both_eves_are_closed_and_the_next_opening_skips_the_whole_holiday() -> None:
    assert next_opening(OFFICE, helsinki(12, 23, 15)) == helsinki(12, 28, 9)


def test_an_open_line_opens_next_at_this_very_instant() -> None:
    assert next_opening(OFFICE, helsinki(11, 20, 10)) == helsinki(11, 20, 10)


def test_a_lunch_break_closes_the_line_in_between() -> None:
    day = (Hours(opens=time(9), closes=time(11)), Hours(opens=time(12), closes=time(15)))
    schedule = Schedule(weekly={4: day})
    assert closes_at(schedule, helsinki(11, 20, 10)) == helsinki(11, 20, 11)
    assert next_opening(schedule, helsinki(11, 20, 11)) == helsinki(11, 20, 12)


def test_hours_that_meet_are_one_opening_even_across_midnight() -> None:
    evening = Hours(opens=time(18), closes=time(0))
    morning = (Hours(opens=time(0), closes=time(3)), Hours(opens=time(3), closes=time(6)))
    schedule = Schedule(weekly={0: (evening,), 1: morning})
    assert closes_at(schedule, helsinki(11, 23, 20)) == helsinki(11, 24, 6)


def test_a_line_that_never_opens_has_no_next_opening() -> None:
    assert next_opening(Schedule(weekly={}), helsinki(11, 20, 10)) is None


def test_a_line_that_is_always_open_has_no_closing() -> None:
    round_the_clock = dict.fromkeys(range(7), (Hours(opens=time(0), closes=time(0)),))
    assert closes_at(Schedule(weekly=round_the_clock), helsinki(11, 20, 10)) is None


def test_a_closed_line_has_no_closing() -> None:
    assert closes_at(OFFICE, helsinki(11, 21, 12)) is None


def test_a_line_forced_open_is_open_at_any_instant_and_never_closes() -> None:
    schedule, christmas = forced_open(OFFICE), helsinki(12, 25, 3)
    assert open_at(schedule, christmas)
    assert why_closed(schedule, christmas) is None
    assert closes_at(schedule, christmas) is None
    assert next_opening(schedule, christmas) == christmas
    assert [(i.start, i.end) for i in intervals(schedule, *YEARS)] == [YEARS]
    assert list(intervals(schedule, *reversed(YEARS))) == []
    assert not OFFICE.forced_open


def test_an_instant_may_come_in_any_zone_and_answers_are_in_utc() -> None:
    new_york = timezone(timedelta(hours=-5))
    assert open_at(OFFICE, datetime(2026, 11, 20, 5, tzinfo=new_york))
    closing = closes_at(OFFICE, datetime(2026, 11, 20, 5, tzinfo=new_york))
    assert closing == helsinki(11, 20, 15)
    assert closing is not None
    assert closing.tzinfo is UTC
    assert local(closing).hour == 15


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a time zone"):
        open_at(OFFICE, datetime(2026, 11, 20, 12))  # noqa: DTZ001


@pytest.mark.parametrize(("opens", "closes"), [(time(15), time(9)), (time(9), time(9))])
def test_hours_that_end_before_they_begin_are_refused(opens: time, closes: time) -> None:
    with pytest.raises(ValueError, match="hours end at 09:00:00"):
        Hours(opens=opens, closes=closes)
