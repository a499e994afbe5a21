"""What the line can run by, but hardly as it is meant, is told apart from mistakes."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.config import examine
from tests.config.conftest import Spoil

MONDAY = datetime(2026, 11, 23, 6, tzinfo=UTC)
WEEKLY = """\
      mon-thu: ["9:00-11:00", "12:00-15:00"]
      fri: ["9:00-14:00"]
"""
SUMMER = "    exceptions:\n      - {date: 2026-11-20, last_date: 2026-12-20, closed: yes}\n"


def doubts(folder: Path, now: datetime | None = MONDAY) -> list[str]:
    found = examine(folder, now)
    assert found.mistakes == ()
    return [str(each).removeprefix(f"{folder}/") for each in found.doubts]


def test_files_that_are_as_they_are_meant_raise_no_doubt(folder: Path) -> None:
    assert doubts(folder) == []


def test_a_schedule_that_does_not_open_in_two_weeks_is_doubtful_and_its_next_opening_told(
    folder: Path, spoil: Spoil
) -> None:
    spoil("schedule", "    exceptions:\n", SUMMER)
    assert doubts(folder) == [
        (
            "schedule.yaml:2:3: 'office' has no opening in the next 14 days; the next one is on"
            " 2026-12-21; check weekly and exceptions"
        )
    ]
    assert doubts(folder, datetime(2026, 12, 7, 8, tzinfo=UTC)) == []
    assert doubts(folder, None) == []


def test_a_schedule_that_never_opens_is_doubtful(folder: Path, spoil: Spoil) -> None:
    spoil("schedule", WEEKLY, "      mon-fri: []\n")
    spoil("schedule", "2026-12-30", "2026-10-30")
    assert doubts(folder) == [
        (
            "schedule.yaml:2:3: 'office' has no opening in a year: every caller hears that the line"
            " is closed; check weekly and exceptions"
        )
    ]


@pytest.mark.parametrize(
    "exception",
    [
        '{date: 2026-12-24, shorten_to: "9:00-12:00"}',  # closed as Christmas Eve
        '{date: 2026-12-25, last_date: 2026-12-27, shorten_to: "9:00-12:00"}',
        '{date: 2026-12-23, shorten_to: "8:00-16:00"}',
    ],
)
def test_shortened_hours_that_change_no_day_are_doubtful_with_what_would_open_the_line(
    folder: Path, spoil: Spoil, exception: str
) -> None:
    spoil("schedule", "    exceptions:\n", f"    exceptions:\n      - {exception}\n")
    (doubt,) = doubts(folder)
    assert doubt.startswith("schedule.yaml:8:")
    assert "shorten_to changes nothing here: what it leaves out is closed anyway" in doubt
    assert "write hours: ['" in doubt
    assert doubts(folder, datetime(2026, 12, 28, 8, tzinfo=UTC)) == []


@pytest.mark.parametrize(
    "exception",
    [
        '{date: 2026-12-23, last_date: 2026-12-27, shorten_to: "9:00-12:00"}',
        '{date: 2026-12-24, shorten_to: "9:00-12:00", prompt: closed_today}',
    ],
)
def test_shortened_hours_that_change_a_day_or_what_is_said_are_not(
    folder: Path, spoil: Spoil, exception: str
) -> None:
    spoil("schedule", "    exceptions:\n", f"    exceptions:\n      - {exception}\n")
    for language in ("fi", "sv"):
        (folder / f"prompts.{language}.yaml").write_text("closed_today: Hei.\n")
    assert doubts(folder) == []


def test_a_topic_to_which_no_line_leads_is_doubtful(folder: Path, spoil: Spoil) -> None:
    spoil("lines", "topics:\n  families:", "topics:\n  pets:\n    key: 3\n"
          '    name: {fi: "Lemmikit", sv: "Husdjur"}\n  families:')  # fmt: skip
    assert doubts(folder) == [
        (
            "lines.yaml:4:3: no line leads to the topic 'pets'; add it to the topics of a line, or"
            " take it away"
        )
    ]


def test_a_schedule_that_no_line_has_is_doubtful(folder: Path, spoil: Spoil) -> None:
    spoil("schedule", "schedules:\n", 'schedules:\n  old:\n    weekly: {mon: ["9:00-15:00"]}\n'
          "    holidays: none\n")  # fmt: skip
    assert doubts(folder) == [
        "schedule.yaml:2:3: no line has the schedule 'old'; name it in lines.yaml, or take it away"
    ]


PETRA = """
  petra:
    name: "Petra"
    account: c103
    number: 103
    topics: [families]
    languages: [sv]
"""


@pytest.mark.parametrize(
    ("routing", "told"),
    [
        ("", ["counsellors.yaml:14:3: no call leads to 'petra'"]),
        ("    routing: {anyone_after_s: 20}\n", []),
    ],
)
def test_a_counsellor_to_whom_no_call_leads_is_doubtful(
    folder: Path, spoil: Spoil, routing: str, told: list[str]
) -> None:
    spoil("lines", "  main:", "  first:")
    lines = folder / "lines.yaml"
    text = lines.read_text().replace("topics: [families, adults]", "topics: [adults]")
    text = text.replace("    topic_prompt: topic_menu_2\n", "")
    lines.write_text(text.replace("    key: 2\n", f"    key: 2\n{routing}"))
    people = folder / "counsellors.yaml"
    people.write_text(people.read_text() + PETRA.removeprefix("\n"))
    assert [each.partition(":  no line")[0][: len(want)] for each, want in
            zip(doubts(folder), told, strict=True)] == told  # fmt: skip


def test_who_takes_what_overflows_is_reached(folder: Path, spoil: Spoil) -> None:
    spoil("counsellors", "topics: [adults]", "topics: [pets]")
    spoil("lines", "topics:\n  families:\n    key: 1\n", "topics:\n  pets:\n    key: 3\n"
          '    name: {fi: "Lemmikit", sv: "Husdjur"}\n  families:\n    key: 1\n'
          "    routing: {overflow_after_s: 20, overflow_topic: pets}\n")  # fmt: skip
    assert doubts(folder) == []


def test_a_prompt_that_nothing_says_is_doubtful(folder: Path) -> None:
    for language in ("fi", "sv"):
        (folder / f"prompts.{language}.yaml").write_text('summer: "Hei."\n')
    assert doubts(folder) == [
        (
            f"prompts.{language}.yaml:1:1: nothing has the line say the prompt 'summer'; name it in"
            " a topic_prompt or an exception, or take it away"
        )
        for language in ("fi", "sv")
    ]


def test_a_prompt_of_ones_own_in_one_language_alone_is_doubtful(folder: Path) -> None:
    (folder / "prompts.sv.yaml").write_text('topic_menu_own: "Tryck 1."\n')
    assert doubts(folder) == [
        (
            "prompts.sv.yaml:1:1: the prompt 'topic_menu_own' is not in prompts.fi.yaml; write it"
            " there, too"
        )
    ]


def test_a_misspelt_prompt_would_never_be_heard_and_is_a_mistake(folder: Path) -> None:
    (folder / "prompts.sv.yaml").write_text('welcom: "Hej."\n')
    (mistake,) = examine(folder).mistakes
    assert str(mistake).endswith(
        "prompts.sv.yaml:1:1: the line has no prompt 'welcom'; did you mean 'welcome'?"
    )


def test_doubts_are_told_beside_mistakes_of_another_file(folder: Path, spoil: Spoil) -> None:
    spoil("schedule", "    exceptions:\n", SUMMER)
    spoil("counsellors", "topics: [adults]", "topics: [adult]")
    found = examine(folder, MONDAY)
    assert [each.file.name for each in found.mistakes] == ["counsellors.yaml"]
    assert [each.file.name for each in found.doubts] == ["schedule.yaml"]
