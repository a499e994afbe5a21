"""What is printed of any schedule is what the line does."""

import re
from datetime import date, datetime, time, timedelta

from hypothesis import given, settings

from ivr.domain.explaining import explain, midnight, month_told
from ivr.domain.schedule import ExceptionalDay, Hours, Schedule, open_at
from ivr.domain.schedule_diff import changes
from ivr.schedule import explained, listed
from ivr.schedule.words import said_change, said_clock
from tests.domain.schedules import INSTANTS, SCHEDULES

QUARTER = timedelta(minutes=15)
SPAN = re.compile(r"([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})")
UNTIL_TWO = Schedule(weekly={6: (Hours(opens=time(0), closes=time(2)),)})


@settings(max_examples=20)
@given(SCHEDULES)
def test_the_hours_printed_for_a_month_are_those_in_which_the_line_is_open(
    schedule: Schedule,
) -> None:
    printed = list(listed(month_told(schedule, 2026, 12)))  # a month without a change of clocks
    assert len(printed) == 31 + 2
    for number, line in enumerate(printed[:31], 1):
        shown = line.split(maxsplit=2)[2].split("  ")[0]
        spans = [tuple(map(int, found.groups())) for found in SPAN.finditer(shown)]
        assert bool(spans) is (shown != "closed")
        begin = midnight(date(2026, 12, number))
        for quarter in range(96):
            at = (quarter // 4, quarter % 4 * 15)
            within = any(span[:2] <= at < span[2:] for span in spans)
            assert within is open_at(schedule, begin + quarter * QUARTER)


@given(SCHEDULES, INSTANTS)
def test_an_explanation_says_open_or_closed_and_each_of_its_questions_once(
    schedule: Schedule, at: datetime
) -> None:
    told = explain(schedule, at)
    first, *rows = explained(told)
    assert first.endswith(": OPEN" if open_at(schedule, at) else ": CLOSED")
    names = [row[2:15].strip() for row in rows if row[2:15].strip()]
    until = "open until" if told.open else "closed until"
    usual = ["without it"] if told.day.plan != told.day.usual else []
    assert names == ["decided by", "this day", *usual, until, "next opening"]


@settings(max_examples=20)
@given(SCHEDULES, SCHEDULES)
def test_a_change_is_one_sentence_that_says_what_becomes_of_which_days(
    old: Schedule, new: Schedule
) -> None:
    for change in changes(old, new, date(2026, 10, 1), 60):
        said = said_change(change)
        assert said.isprintable()
        assert said.endswith(".")
        assert (" becomes " in said) is not (" as before" in said)


def test_on_the_night_on_which_the_clocks_go_back_it_is_said_which_of_two_hours_is_meant() -> None:
    first = datetime.fromisoformat("2026-10-25T00:30:00+00:00")
    assert said_clock(first) == "3:30 (summer time)"
    assert said_clock(first + timedelta(hours=1)) == "3:30 (winter time)"
    assert said_clock(first + timedelta(hours=2)) == "4:30"


def test_what_only_changes_what_callers_hear_is_said_so() -> None:
    night = date(2026, 10, 4)
    own = Schedule(weekly=UNTIL_TWO.weekly, exceptions={night: ExceptionalDay(prompt="closed_own")})
    (change,) = changes(UNTIL_TWO, own, date(2026, 10, 1), 7)
    assert said_change(change) == (
        "Sunday 4.10.2026: 0:00-2:00 as before (a dated exception changes no hours; while closed it"
        " says closed_own)."
    )
    (back,) = changes(own, UNTIL_TWO, date(2026, 10, 1), 7)
    assert said_change(back) == "Sunday 4.10.2026: 0:00-2:00 as before (an ordinary day)."
