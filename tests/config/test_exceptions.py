"""Dated exceptions close, open, shorten or change what is said; two for one date are refused."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from ivr.adapters.dialplan import files
from ivr.config import load
from ivr.domain.schedule import DayPlan, Hours, Rule, plan
from tests.config.conftest import Problems, Spoil

TRAINING = """\
      - date: 2026-12-31
        closed: yes
        reason: "Training"
"""
OWN_FI = 'closed_christmas: "Neuvonta on joulun ajan kiinni. Avaamme {day} kello {time}."\n'
OWN_SV = 'closed_christmas: "Rådgivningen är stängd över julen. Vi öppnar {day} klockan {time}."\n'
TEN_TO_TWELVE = Hours(opens=time(10), closes=time(12))

REFUSED: list[tuple[str, list[str]]] = [
    ("{date: 2026-12-31}", [
        ('9:9: an exception needs closed: yes, hours: ["9:00-12:00"], shorten_to: "9:00-12:00" or'
         " a prompt; write one of them"),
    ]),
    ('{date: 2026-12-31, closed: yes, hours: ["9:00-10:00"]}', [
        ("9:28: an exception has one of closed, hours and shorten_to, and here are closed and"
         " hours; write one of them"),
    ]),
    ('{date: 2026-12-31, hours: ["9:00-10:00"], shorten_to: "9:00-12:00"}', [
        ("9:28: an exception has one of closed, hours and shorten_to, and here are hours and"
         " shorten_to; write one of them"),
    ]),
    ("{date: 2026-12-28, last_date: 2027-01-03, closed: yes, reason: \"New Year\"}", [
        ("9:16: the exception 'New Year' (2026-12-28 to 2027-01-03) overlaps the exception"
         " 2026-12-30 in line 8; let each date be in one of them"),
    ]),
    ("{date: 2026-12-31, last_date: 2026-12-30, closed: yes}", [
        ("9:39: 2026-12-30 is before 2026-12-31; write the last day of the exception, or leave"
         " it out"),
    ]),
    ("{date: 2026-12-31, last_date: 2206-12-31, closed: yes}", [
        ("9:39: from 2026-12-31 to 2206-12-31 is more than a year; write what is always so under"
         " weekly, or check the year"),
    ]),
    ("{date: 2026-12-31, last_date: 1.1.2027, closed: yes}", [
        "9:39: '1.1.2027' is no date here; write 2027-01-01",
    ]),
    ("{date: 2026-12-31, shorten_to: 9-12}", [
        "9:40: '9-12' are no hours; write them like 9:00-15:00",
    ]),
    ("{date: 2026-12-31, shorten: \"9:00-12:00\"}", [
        ("9:9: an exception needs closed: yes, hours: [\"9:00-12:00\"], shorten_to:"
         " \"9:00-12:00\" or a prompt; write one of them"),
        "9:28: unknown key 'shorten'; did you mean 'shorten_to'?",
    ]),
    ("{date: 2026-12-31, prompt: welcome}", [
        ("9:36: 'welcome' cannot be said on a closed day; give it a prompt of its own, whose name"
         " begins with closed_, such as closed_christmas"),
    ]),
    ("{date: 2026-12-31, prompt: closed_next}", [
        ("9:36: 'closed_next' cannot be said on a closed day; give it a prompt of its own, whose"
         " name begins with closed_, such as closed_christmas"),
    ]),
    ("{date: 2026-12-31, prompt: closed_cristmas}", [
        ("9:36: there is no prompt 'closed_cristmas' in prompts.fi.yaml; did you mean"
         " 'closed_christmas'? Or write it there."),
        "9:36: there is no prompt 'closed_cristmas' in prompts.sv.yaml; write it there",
    ]),
]  # fmt: skip


def says(spoil: Spoil, exception: str) -> None:
    """The schedule has this exception after that of 2026-12-30."""
    spoil("schedule", TRAINING, f"      - {exception}\n")


@pytest.fixture
def own_prompt(folder: Path) -> Path:
    (folder / "prompts.fi.yaml").write_text(OWN_FI, encoding="utf-8")
    (folder / "prompts.sv.yaml").write_text(OWN_SV, encoding="utf-8")
    return folder


@pytest.mark.parametrize(("exception", "told"), REFUSED)
def test_an_exception_that_says_two_things_or_nothing_is_refused(
    folder: Path, spoil: Spoil, problems: Problems, exception: str, told: list[str]
) -> None:
    (folder / "prompts.fi.yaml").write_text(OWN_FI, encoding="utf-8")
    says(spoil, exception)
    assert problems() == [f"schedule.yaml:{line}" for line in told]


def test_of_overlapping_exceptions_both_are_named_and_each_pair_once(
    spoil: Spoil, problems: Problems
) -> None:
    summer = '{date: 2027-06-01, last_date: 2027-07-31, closed: yes, reason: "Summer"}'
    party = '{date: 2027-06-11, hours: ["9:00-10:00"], reason: "Party"}'
    repairs = '{date: 2027-07-30, last_date: 2027-08-02, closed: yes, reason: "Repairs"}'
    says(spoil, f"{summer}\n      - {party}\n      - {repairs}")
    of_summer = "the exception 'Summer' (2027-06-01 to 2027-07-31) in line 9"
    assert problems() == [
        (
            f"schedule.yaml:10:16: the exception 'Party' (2027-06-11) overlaps {of_summer};"
            " let each date be in one of them"
        ),
        (
            "schedule.yaml:11:16: the exception 'Repairs' (2027-07-30 to 2027-08-02) overlaps"
            f" {of_summer}; let each date be in one of them"
        ),
    ]


def test_a_span_of_dates_is_every_date_of_it_and_shortening_opens_nothing(
    folder: Path, spoil: Spoil
) -> None:
    says(spoil, '{date: 2027-01-04, last_date: 2027-01-10, shorten_to: "10:00-12:00"}')
    schedule = load(folder).lines[0].schedule
    week = [plan(schedule, date(2027, 1, day)) for day in range(3, 12)]
    ten_to_eleven = Hours(opens=time(10), closes=time(11))
    assert [day.hours for day in week] == [
        (),
        *[(ten_to_eleven,)] * 2,  # of 9-11 and 12-15
        (),  # Epiphany
        (ten_to_eleven,),
        (TEN_TO_TWELVE,),  # Friday, of 9-14
        *[()] * 2,
        (Hours(opens=time(9), closes=time(11)), Hours(opens=time(12), closes=time(15))),
    ]
    assert [day.rule for day in week][:4] == [
        Rule.WEEKLY,
        Rule.EXCEPTION,
        Rule.EXCEPTION,
        Rule.HOLIDAY,
    ]


def test_an_exception_may_change_only_what_is_said(own_prompt: Path, spoil: Spoil) -> None:
    says(spoil, "{date: 2026-12-24, last_date: 2026-12-27, prompt: closed_christmas}")
    schedule = load(own_prompt).lines[0].schedule
    christmas = [plan(schedule, date(2026, 12, day)) for day in (24, 25, 27)]
    assert [(day.rule, day.hours, day.prompt) for day in christmas] == [
        (Rule.HOLIDAY_EVE, (), "closed_christmas"),
        (Rule.HOLIDAY, (), "closed_christmas"),
        (Rule.WEEKLY, (), "closed_christmas"),
    ]
    assert plan(schedule, date(2026, 12, 28)).prompt is None


def test_a_prompt_of_ones_own_may_say_when_the_line_opens_and_nothing_else(
    own_prompt: Path, spoil: Spoil, problems: Problems
) -> None:
    (own_prompt / "prompts.sv.yaml").write_text('closed_christmas: "Ring {number}."\n')
    says(spoil, "{date: 2026-12-24, prompt: closed_christmas}")
    assert problems() == [
        (
            "prompts.sv.yaml:1:19: there is no slot {number} in 'closed_christmas'; it may hold"
            " {day}, {region}, {time}"
        )
    ]


def test_one_date_may_have_a_prompt_and_hours(own_prompt: Path, spoil: Spoil) -> None:
    says(spoil, '{date: 2026-12-24, hours: ["10:00-12:00"], prompt: closed_christmas}')
    found = plan(load(own_prompt).lines[0].schedule, date(2026, 12, 24))
    assert found == DayPlan(
        day=date(2026, 12, 24),
        rule=Rule.EXCEPTION,
        hours=(TEN_TO_TWELVE,),
        prompt="closed_christmas",
    )


def test_the_dialplan_alone_says_the_same_words(own_prompt: Path, spoil: Spoil) -> None:
    says(spoil, "{date: 2026-12-24, prompt: closed_christmas}")
    said = "".join(files(load(own_prompt), datetime(2026, 12, 23, tzinfo=UTC)).values())
    line, *_ = [each for each in said.splitlines() if "fi/closed_christmas.1" in each]
    clips = ["closed_christmas.1", "weekday/1", "closed_christmas.2", "hour_end/9", "crisis.1"]
    assert [each for each in clips if f"fi/{each}" in line] == clips
