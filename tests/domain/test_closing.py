"""A closed line says why it is closed and when it opens, as its schedule has it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import Language
from ivr.domain.closing import Said, closed_notice
from ivr.domain.phrase import Day, TimeOfDay
from ivr.domain.schedule import (
    HELSINKI,
    ExceptionalDay,
    Holiday,
    Hours,
    Schedule,
    local,
    next_opening,
    open_at,
)

SCHEDULE = Schedule(
    weekly={day: (Hours(opens=time(9), closes=time(15)),) for day in range(5)},
    holidays={
        date(2026, 12, 24): Holiday(name={Language.FI: "jouluaatto"}, eve=True),
        date(2026, 12, 25): Holiday(name={Language.FI: "joulupäivä"}, eve=False),
    },
    exceptions={date(2026, 11, 25): ExceptionalDay(hours=(), reason="training")},
)
NINE = TimeOfDay(time(9))


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=HELSINKI).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "hour", "said"),
    [
        (date(2026, 11, 23), 8, ("closed_later_today", {"time": NINE})),
        (
            date(2026, 11, 23),
            15,
            ("closed_next", {"day": Day(date(2026, 11, 24), date(2026, 11, 23)), "time": NINE}),
        ),
        (
            date(2026, 11, 25),  # an exceptional day is no holiday
            10,
            ("closed_next", {"day": Day(date(2026, 11, 26), date(2026, 11, 25)), "time": NINE}),
        ),
        (
            date(2026, 12, 24),
            10,
            ("holiday_eve", {"day": Day(date(2026, 12, 28), date(2026, 12, 24)), "time": NINE}),
        ),
        (
            date(2026, 12, 25),
            10,
            ("holiday", {"day": Day(date(2026, 12, 28), date(2026, 12, 25)), "time": NINE}),
        ),
    ],
)
def test_the_notice_follows_the_rule_that_closed_the_line(day: date, hour: int, said: Said) -> None:
    assert closed_notice(SCHEDULE, _at(day, hour)) == said


def test_a_line_that_opens_no_more_says_only_that_it_is_closed() -> None:
    never = replace(SCHEDULE, weekly={})
    assert closed_notice(never, _at(date(2026, 11, 23), 10)) == ("closed", {})


@given(now=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_opening_said_is_the_next_one_whenever_the_line_is_closed(now: datetime) -> None:
    if open_at(SCHEDULE, now):
        return
    opening = next_opening(SCHEDULE, now)
    assert opening is not None
    name, slots = closed_notice(SCHEDULE, now)
    assert slots["time"] == TimeOfDay(local(opening).time())
    if name == "closed_later_today":
        assert local(opening).date() == local(now).date()
    else:
        assert slots["day"] == Day(local(opening).date(), local(now).date())


@pytest.mark.parametrize(("hour", "opening"), [(8, date(2026, 11, 25)), (16, date(2026, 11, 26))])
def test_an_exception_says_its_own_words_and_when_the_line_opens(hour: int, opening: date) -> None:
    day = date(2026, 11, 25)
    own = replace(SCHEDULE, exceptions={day: ExceptionalDay(prompt="closed_own")})
    slots = {"day": Day(opening, day), "time": NINE}
    assert closed_notice(own, _at(day, hour)) == ("closed_own", slots)


def test_who_never_opens_again_does_not_say_when() -> None:
    day = date(2026, 11, 25)
    never = Schedule(weekly={}, exceptions={day: ExceptionalDay(prompt="closed_own")})
    assert closed_notice(never, _at(day, 12)) == ("closed", {})
