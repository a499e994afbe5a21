"""`ivr notice` sets, lists and ends what callers are told; what cannot be said is refused."""

import json
import os
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr import backing
from ivr.adapters.clips import Sounds
from ivr.adapters.notice_folder import NoticeFolder
from ivr.adapters.steady_clock import SteadyClock, boot, since_boot
from ivr.cli import main
from ivr.config.prompts import SHIPPED
from ivr.domain.call import Language, LineId
from ivr.domain.notice import MOST, Notice, Spoken
from ivr.errors import Refusal
from ivr.settings import Settings
from ivr.source import Source
from tests.adapters.voices import Tones

FAMILIES = LineId("families")
SAID = ("--text-fi", "Verkko on poikki, soita 112", "--text-sv", "Nätet är nere.")
SOON = ("--until", f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d} 12:00")


class Mute:
    """Makes no sound of any text."""

    voice = "mute"

    def speak(self, text: str, language: Language) -> Sounds:
        raise Refusal(f"espeak-ng made no sound of {text!r}")


@pytest.fixture(autouse=True)
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("IVR_STATE_DIR", str(tmp_path))
    monkeypatch.setattr(backing, "voice", lambda _: Tones())
    (tmp_path / "outbox.sqlite").touch()
    return tmp_path


def folder(state: Path) -> NoticeFolder:
    return NoticeFolder(state / "notices", state / "prompts")


def told(state: Path) -> Notice | None:
    return folder(state).of(FAMILIES, datetime.now(UTC))


def test_it_is_spoken_in_each_language_and_holds_from_now_on(
    state_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["notice", "set", "families", *SAID, *SOON, "--close"]) == 0
    notice = told(state_dir)
    assert notice is not None
    assert notice.closes
    assert [each.text for each in notice.spoken.values()] == [SAID[1], SAID[3]]
    for spoken in notice.spoken.values():
        utterance = folder(state_dir).sound(spoken)
        assert Path(f"{utterance.media[0]}.alaw").stat().st_size / 8000 == spoken.seconds
    said = capsys.readouterr().out
    assert said.startswith("families: told to every caller until ")
    assert said.endswith("12:00; the line is closed meanwhile.\n")


def test_in_the_middle_of_an_edit_it_goes_by_what_the_line_runs_by(
    state_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edited = tmp_path / "config"
    shutil.copytree(SHIPPED, edited, ignore=shutil.ignore_patterns("examples", "schemas"))
    settings = Settings.from_environment({"IVR_STATE_DIR": str(state_dir)})
    source = Source(settings=settings, folder=edited, open_now=False, say=lambda _: None)
    command = ["--config", str(edited), "notice", "set", "families", *SAID, *SOON]
    (edited / "lines.yaml").write_text((edited / "lines.yaml").read_text() + "  half: [writ")

    assert main(command) == 1  # no line has run by this folder
    assert "lines.yaml:" in capsys.readouterr().err
    shutil.copyfile(SHIPPED / "lines.yaml", edited / "lines.yaml")
    source.keep(source.check()[0])
    for spoil in ("  half: [writ", None):
        if spoil is None:
            (edited / "lines.yaml").unlink()
        else:
            (edited / "lines.yaml").write_text((edited / "lines.yaml").read_text() + spoil)
        assert main(command) == 0
        said = capsys.readouterr().out.splitlines()
        assert said[0] == (
            "The configuration as saved has mistakes (`ivr check`): by the last good one."
        )
        assert said[1].startswith("families: told to every caller until ")
    assert told(state_dir) is not None


def test_figures_are_spelled_and_a_sentence_is_ended(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice = Tones()
    monkeypatch.setattr(backing, "voice", lambda _: voice)
    main(["notice", "set", "families", *SAID, *SOON])
    assert (Language.FI, "Verkko on poikki, soita yksi yksi kaksi.") in voice.spoken
    assert (Language.SV, "Nätet är nere.") in voice.spoken


def test_it_is_listed_and_ended(state_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["notice", "list"])
    main(["notice", "set", "families", *SAID, *SOON])
    capsys.readouterr()
    main(["notice", "list"])
    listed = capsys.readouterr().out.splitlines()
    assert listed[0].startswith("families: told to every caller until ")
    assert listed[1:] == [f"  fi: {SAID[1]}", f"  sv: {SAID[3]}"]
    assert main(["notice", "end", "families"]) == 0
    main(["notice", "list"])
    assert capsys.readouterr().out.splitlines() == ["families: ended.", "No notices."]
    assert main(["notice", "end", "families"]) == 1
    assert "No notice holds for families" in capsys.readouterr().err


def test_a_new_one_takes_the_place_of_the_one_before(state_dir: Path) -> None:
    main(["notice", "set", "families", *SAID, *SOON, "--close"])
    main(["notice", "set", "families", *SAID, *SOON])
    notice = told(state_dir)
    assert notice is not None
    assert not notice.closes


def test_several_lines_are_told_at_once_or_none_is(
    state_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["notice", "set", "families", "no_such", *SAID, *SOON]) == 1
    assert not folder(state_dir).known
    assert main(["notice", "set", "families", "adults", *SAID, *SOON]) == 0
    first, second = folder(state_dir).known.values()
    assert {first.line, second.line} == {"families", "adults"}
    assert first.spoken == second.spoken
    assert main(["notice", "end", "families", "no_such"]) == 1
    assert len(folder(state_dir).known) == 2
    assert main(["notice", "end", "families", "adults"]) == 0
    assert not folder(state_dir).known


def test_it_can_be_ended_while_the_configuration_is_damaged(
    state_dir: Path, tmp_path: Path
) -> None:
    main(["notice", "set", "families", *SAID, *SOON])
    assert main(["--config", str(tmp_path / "nowhere"), "notice", "end", "families"]) == 0
    assert told(state_dir) is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("no_such", *SAID, *SOON), "There is no line no_such; there are families,"),
        (("families", *SAID, "--until", "soon"), "--until: 'soon' is no time; write a time like"),
        (("families", *SAID, "--until", "2020-01-01 12:00"), "has gone by"),
        (("families", *SAID, "--until", "2099-01-01 12:00"), "more than 7 days ahead"),
        (("families", *SAID[:2], *SOON), "--text-sv is missing"),
        (("families", "--text-fi", " ", *SAID[2:], *SOON), "--text-fi is missing"),
        (("families", "--text-fi", "a" * 601, *SAID[2:], *SOON), "601 characters, where 600 fit"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_and_nobody_hears_anything(
    state_dir: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    assert main(["notice", "set", *arguments]) == 1
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
    assert told(state_dir) is None


def test_where_no_line_has_run_nobody_would_hear_it(
    state_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (state_dir / "outbox.sqlite").unlink()
    assert main(["notice", "set", "families", *SAID, *SOON]) == 1
    assert f"No line has run with {state_dir}" in capsys.readouterr().err
    assert told(state_dir) is None


def test_an_end_must_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["notice", "set", "families", *SAID])
    assert "--until" in capsys.readouterr().err


def test_what_cannot_be_spoken_is_refused_and_what_held_before_holds(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["notice", "set", "families", *SAID, *SOON])
    before = told(state_dir)
    monkeypatch.setattr(backing, "voice", lambda _: Mute())
    assert main(["notice", "set", "families", "--text-fi", "…", *SAID[2:], *SOON]) == 1
    assert "made no sound" in capsys.readouterr().err
    assert told(state_dir) == before


def test_what_takes_too_long_to_say_is_refused(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ivr.notice.MOST_S", 0.1)
    assert main(["notice", "set", "families", *SAID, *SOON]) == 1
    assert "s to say, where 0 s fit: shorten it" in capsys.readouterr().err
    assert told(state_dir) is None
    assert not list((state_dir / "prompts").rglob("*.alaw"))


def test_clips_that_no_notice_can_need_any_more_go(state_dir: Path) -> None:
    main(["notice", "set", "families", *SAID, *SOON])
    clips = state_dir / "prompts" / "notices"
    old, late = clips / "old.alaw", clips / "late.alaw"
    for file, days in ((old, MOST.days + 2), (late, MOST.days)):
        file.write_bytes(b"")
        then = time.time() - days * 86400
        os.utime(file, (then, then))
    main(["notice", "set", "families", *SAID, *SOON])
    assert not old.exists()
    assert late.exists()


def test_a_recording_is_listed_as_such(state_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now = datetime.now(UTC)
    spoken = {Language.FI: Spoken(sound="recording:x", seconds=2.0)}
    until = now + timedelta(hours=1)
    folder(state_dir).write(
        Notice(line=FAMILIES, since=now, until=until, closes=False, spoken=spoken)
    )
    main(["notice", "list"])
    assert capsys.readouterr().out.splitlines()[1] == "  fi: recorded on the phone"


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(hours=-1)])
def test_it_holds_at_once_on_a_line_that_has_not_followed_a_step_of_the_clock(
    state_dir: Path, ahead: timedelta
) -> None:
    began = datetime.now(UTC) - timedelta(seconds=since_boot()) + ahead
    kept = {"boot": boot(), "began": began.isoformat()}
    (state_dir / "clock.json").write_text(json.dumps(kept))
    assert main(["notice", "set", "families", *SAID, *SOON, "--close"]) == 0
    clock = SteadyClock.open(Clock(), state_dir / "clock.json")
    notice = folder(state_dir).of(FAMILIES, clock.now())
    assert notice is not None
    assert clock.now() - notice.since < timedelta(minutes=5)


def test_what_has_gone_by_for_the_line_is_refused_whatever_the_clock_of_the_machine_says(
    state_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began = datetime.now(UTC) - timedelta(seconds=since_boot()) + timedelta(days=3)
    kept = {"boot": boot(), "began": began.isoformat()}
    (state_dir / "clock.json").write_text(json.dumps(kept))
    assert main(["notice", "set", "families", *SAID, *SOON]) == 1
    assert "has gone by" in capsys.readouterr().err
    assert not folder(state_dir).known


class Clock:
    """The machine's."""

    def now(self) -> datetime:
        return datetime.now(UTC)
