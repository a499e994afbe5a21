"""`ivr schedule` says in plain words when a line is open, why, and what would change."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.adapters.notice_folder import NoticeFolder
from ivr.cli import main
from ivr.domain.call import Language, LineId
from ivr.domain.notice import Notice, Spoken
from tests.config.conftest import Spoil

Out = pytest.CaptureFixture[str]


def said(folder: Path, capsys: Out, *arguments: str) -> list[str]:
    """What the command prints, line by line."""
    assert main(["--config", str(folder), "schedule", *arguments]) == 0
    return capsys.readouterr().out.splitlines()


def refused(folder: Path, capsys: Out, *arguments: str) -> str:
    assert main(["--config", str(folder), "schedule", *arguments]) == 1
    return capsys.readouterr().err.strip()


def test_an_open_line_is_explained(folder: Path, capsys: Out) -> None:
    assert said(folder, capsys, "explain", "main", "--at", "2026-11-26 10:00") == [
        "main (Neuvonta / Rådgivning)",
        "Thursday 26.11.2026 at 10:00: OPEN",
        "  decided by    the weekly hours of Thursdays",
        "  this day      9:00-11:00, 12:00-15:00",
        "  open until    Thursday 26.11.2026 at 11:00",
        "  next opening  Thursday 26.11.2026 at 12:00",
    ]


def test_what_somebody_has_closed_for_a_while_is_explained_as_callers_find_it(
    folder: Path, tmp_path: Path, capsys: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, began = tmp_path / "state", datetime(2026, 11, 26, 7, 30, tzinfo=UTC)
    monkeypatch.setenv("IVR_STATE_DIR", str(state))
    until = began + timedelta(hours=3)
    told = {Language.FI: "Vika.", Language.SV: None}  # the latter is recorded on the phone
    spoken = {lang: Spoken(sound="notices/x", seconds=2.0, text=told[lang]) for lang in told}
    NoticeFolder(state / "notices", state / "prompts").write(
        Notice(line=LineId("main"), since=began, until=until, closes=True, spoken=spoken)
    )
    closes = (
        "closes it from Thursday 26.11.2026 at 9:30 until Thursday 26.11.2026 at 12:30"
        " (`ivr notice list`)"
    )
    assert said(folder, capsys, "explain", "main", "--at", "2026-11-26 10:00")[1:11] == [
        "Thursday 26.11.2026 at 10:00: CLOSED",
        f"  decided by    a notice, which {closes}",
        "  otherwise     the weekly hours of Thursdays",
        "  this day      9:00-9:30, 12:30-15:00",
        "  closed until  Thursday 26.11.2026 at 12:30",
        "  next opening  Thursday 26.11.2026 at 12:30",
        "  callers hear  a notice, until Thursday 26.11.2026 at 12:30",
        "                fi  Vika.",
        "                sv  recorded on the phone",
        "  callers hear  closed_later_today",
    ]
    before = said(folder, capsys, "explain", "0291512360", "--at", "2026-11-26 9:15")
    assert not any("notice" in line for line in before)
    before = said(folder, capsys, "explain", "main", "--at", "2026-11-26 9:15")
    assert before[1:4] == [
        "Thursday 26.11.2026 at 9:15: OPEN",
        "  decided by    the weekly hours of Thursdays",
        f"  a notice      {closes}",
    ]
    assert before[5] == "  open until    Thursday 26.11.2026 at 9:30"
    month = said(folder, capsys, "calendar", "main", "--month", "2026-11")
    assert f"  Thu 26.11.  9:00-9:30, 12:30-15:00   a notice {closes}" in month
    simulated = ["simulate", "main", "--at", "2026-11-26 10:00"]
    assert main(["--config", str(folder), *simulated]) == 0
    walked = capsys.readouterr().out
    assert f"Thursday 26.11.2026 at 10:00: CLOSED\na notice {closes}\n" in walked
    heard = [line.split()[2] for line in walked.splitlines() if "  hears  " in line]
    assert heard == ["notice", "closed_later_today", "crisis"] * 2
    assert "         fi  Vika.\n         sv  recorded on the phone\n" in walked


def test_now_is_a_time(folder: Path, capsys: Out) -> None:
    told = said(folder, capsys, "explain", "main", "--at", "now")
    assert told[0] == said(folder, capsys, "explain", "main")[0]


def test_an_eve_is_explained_with_what_callers_hear_in_each_language(
    folder: Path, capsys: Out
) -> None:
    assert said(folder, capsys, "explain", "06 218 9400", "--at", "24.12.2026 10:00") == [
        "main (Neuvonta / Rådgivning)",
        "Thursday 24.12.2026 at 10:00: CLOSED",
        "  decided by    an eve, Jouluaatto / Julafton",
        "  this day      closed",
        "  closed until  Monday 28.12.2026 at 9:00",
        "  next opening  Monday 28.12.2026 at 9:00",
        "  callers hear  holiday_eve",
        (
            "                fi  Puhelinpalvelumme on tänään suljettu. Palvelemme seuraavan kerran"
            " maanantaina kello yhdeksän."
        ),
        (
            "                sv  Vår telefontjänst är stängd i dag. Vi betjänar dig nästa gång på"
            " måndag klockan nio."
        ),
    ]


def test_an_exception_is_named_with_what_the_day_would_be_without_it(
    folder: Path, capsys: Out
) -> None:
    told = said(folder, capsys, "explain", "other", "--at", "2026-12-31T10:00")
    assert told[1:6] == [
        "Thursday 31.12.2026 at 10:00: CLOSED",
        '  decided by    a dated exception "Training"',
        "  this day      closed",
        "  without it    9:00-11:00, 12:00-15:00",
        "  closed until  Monday 4.1.2027 at 9:00",
    ]


def nightly(spoil: Spoil) -> None:
    """Open on Sundays in the night, when the clocks may change."""
    spoil("schedule", '      fri: ["9:00-14:00"]', '      sun: ["2:30-3:30", "5:00-6:00"]')


def test_hours_in_the_night_on_which_the_clocks_go_back_are_told_by_the_clock(
    folder: Path, spoil: Spoil, capsys: Out
) -> None:
    nightly(spoil)
    told = said(folder, capsys, "explain", "main", "--at", "2026-10-25 03:15")
    assert told[1:] == [
        "Sunday 25.10.2026 at 3:15 (summer time): OPEN",
        "  decided by    the weekly hours of Sundays",
        "  this day      2:30-3:30 (summer time), 5:00-6:00",
        "                the clocks are put back from 4:00 to 3:00",
        "                written as 2:30-3:30, 5:00-6:00",
        "  open until    Sunday 25.10.2026 at 3:30 (summer time)",
        "  next opening  Sunday 25.10.2026 at 5:00",
    ]
    again = said(folder, capsys, "explain", "main", "--at", "2026-10-25T03:15+02:00")
    assert again[1] == "Sunday 25.10.2026 at 3:15 (winter time): CLOSED"


def test_the_night_on_which_the_clocks_go_forward_stands_in_the_calendar(
    folder: Path, spoil: Spoil, capsys: Out
) -> None:
    nightly(spoil)
    told = said(folder, capsys, "calendar", "main", "--month", "2028-03")
    assert told[:2] == ["main (Neuvonta / Rådgivning)", "March 2028"]
    assert (
        "  Sun  26.3.  2:30-4:30, 5:00-6:00     the clocks are put forward from 3:00 to 4:00;"
        " written as 2:30-3:30, 5:00-6:00"
    ) in told


def test_a_month_has_a_line_for_each_day_and_says_why_a_day_differs(
    folder: Path, capsys: Out
) -> None:
    told = said(folder, capsys, "calendar", "main", "--month", "2026-12")
    assert told[3] == "  Tue  1.12.  9:00-11:00, 12:00-15:00"
    assert told[26:34] == [
        "  Thu 24.12.  closed                   an eve, Jouluaatto / Julafton",
        "  Fri 25.12.  closed                   a public holiday, Joulupäivä / Juldagen",
        "  Sat 26.12.  closed                   a public holiday, Tapaninpäivä / Annandag jul",
        "  Sun 27.12.  closed",
        "  Mon 28.12.  9:00-11:00, 12:00-15:00",
        "  Tue 29.12.  9:00-11:00, 12:00-15:00",
        "  Wed 30.12.  10:00-12:00              a dated exception",
        '  Thu 31.12.  closed                   a dated exception "Training"',
    ]
    assert told[34:] == ["", "  open on 20 days, 97 hours in all"]


def changed(folder: Path, tmp_path: Path, *changes: tuple[str, str]) -> Path:
    """Another folder, in whose schedule.yaml this is replaced by that."""
    new = tmp_path / "new"
    new.mkdir()
    for file in folder.glob("*.yaml"):
        (new / file.name).write_text(file.read_text("utf-8"), "utf-8")
    text = (new / "schedule.yaml").read_text("utf-8")
    for old, right in changes:
        assert text.count(old) == 1
        text = text.replace(old, right)
    (new / "schedule.yaml").write_text(text, "utf-8")
    return new


def test_a_change_is_told_in_words_and_lines_that_change_alike_together(
    folder: Path, tmp_path: Path, capsys: Out
) -> None:
    new = changed(
        folder,
        tmp_path,
        ('fri: ["9:00-14:00"]', 'fri: ["9:00-12:00"]'),
        ('hours: ["10:00-12:00"]}', 'last_date: 2027-01-01, closed: yes, reason: "New Year"}'),
        ('      - date: 2026-12-31\n        closed: yes\n        reason: "Training"\n', ""),
    )
    told = said(folder, capsys, "diff", str(folder), str(new), "--from", "2026-12-01")
    assert told == [
        "From Tuesday 1.12.2026 to Tuesday 4.1.2028:",
        "",
        "main, other",
        "  Fridays, from 4.12.2026 on: 9:00-14:00 becomes 9:00-12:00.",
        (
            "  Wednesday 30.12.2026: 10:00-12:00 (a dated exception) becomes closed (a dated"
            ' exception "New Year").'
        ),
        (
            '  Friday 1.1.2027: closed as before (a dated exception "New Year"; also a public'
            " holiday, Uudenvuodenpäivä / Nyårsdagen)."
        ),
    ]


def test_two_files_are_compared_by_the_names_of_their_schedules(
    folder: Path, tmp_path: Path, capsys: Out
) -> None:
    new = changed(folder, tmp_path, ("  office:", "  offices:"))
    old_file, new_file = str(folder / "schedule.yaml"), str(new / "schedule.yaml")
    told = said(folder, capsys, "diff", old_file, new_file)
    assert told[2:] == ["offices is new.", "office is gone."]
    assert said(folder, capsys, "diff", old_file, str(folder))[2:] == [
        "office",
        "  Nothing changes.",
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["explain", "mian"],
            (
                "There is no line 'mian' in lines.yaml; did you mean 'main'? (Or its number:"
                " 062189400 or 0291512360.)"
            ),
        ),
        (
            ["explain", "main", "--at", "soon"],
            (
                "'soon' is no time; write year-month-day and the time, like \"2026-12-24 10:00\""
                " (years 2020 to 2099)."
            ),
        ),
        (
            ["calendar", "main", "--month", "December"],
            "'December' is no month; write year-month, like 2026-12.",
        ),
        (
            ["calendar", "main", "--month", "2026-13"],
            "'2026-13' is no month; write year-month, like 2026-12.",
        ),
        (
            ["diff", "x", "y", "--from", "1.13.2026"],
            "There is no folder x; name the folder that holds lines.yaml.",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line(
    folder: Path, capsys: Out, arguments: list[str], told: str
) -> None:
    assert refused(folder, capsys, *arguments) == told


def test_a_schedule_with_a_mistake_is_compared_with_nothing(
    folder: Path, tmp_path: Path, capsys: Out
) -> None:
    new = changed(folder, tmp_path, ("date: 2026-12-31", "date: 2026-12-30"))
    told = refused(folder, capsys, "diff", str(folder), str(new / "schedule.yaml"))
    assert "schedule.yaml:9:15: the exception 'Training' (2026-12-30) overlaps" in told


def test_a_file_is_compared_though_the_prompts_that_it_names_are_elsewhere(
    folder: Path, tmp_path: Path, capsys: Out
) -> None:
    said_anew = ("        closed: yes\n", "        closed: yes\n        prompt: closed_own\n")
    new = changed(folder, tmp_path, said_anew) / "schedule.yaml"
    told = said(folder, capsys, "diff", str(folder), str(new), "--from", "2026-12-01")
    assert told[3:] == [
        (
            '  Thursday 31.12.2026: closed as before (a dated exception "Training"; while closed it'
            " says closed_own)."
        )
    ]
