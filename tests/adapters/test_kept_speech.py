"""A version of the prompts sounds the same to its calls, whatever is built after it."""

import os
import time
from pathlib import Path

import pytest

from ivr.adapters import clips
from ivr.adapters.clips import ClipKey
from ivr.adapters.kept_speech import kept
from ivr.adapters.speech import Prompts

WELCOME = ClipKey("fi/welcome.1")


def built(out: Path, sound: bytes, *, only: bool = True) -> Prompts:
    """The version in which the welcome sounds so, as a build leaves it."""
    clips.write(clips.path(out, WELCOME), sound)
    clips.write(clips.path(out, ClipKey("fi/of_no_prompt")), b"left over")
    return kept(
        Prompts(folder=out, scripts={}, seconds={WELCOME: len(sound) / clips.RATE}), only=only
    )


def sound(prompts: Prompts) -> bytes:
    return clips.path(prompts.folder, WELCOME).read_bytes()


def test_the_sound_of_calls_in_progress_stays_when_a_text_is_spoken_anew_or_is_no_more(
    tmp_path: Path,
) -> None:
    before = built(tmp_path, b"before")
    after = built(tmp_path, b"after")
    clips.path(tmp_path, WELCOME).unlink()
    assert after.folder != before.folder
    assert (sound(before), sound(after)) == (b"before", b"after")


def test_the_same_sound_is_the_same_version_and_takes_no_more_room(tmp_path: Path) -> None:
    first = built(tmp_path, b"before")
    assert kept(Prompts(folder=tmp_path, scripts={}, seconds=first.seconds), only=True) == first
    assert clips.path(first.folder, WELCOME).stat().st_nlink == 2
    assert [file.name for file in first.folder.rglob("*.*")] == ["welcome.1.alaw"]


def test_a_version_that_nobody_plays_any_more_goes_the_next_day(tmp_path: Path) -> None:
    first = built(tmp_path, b"first")
    second = built(tmp_path, b"second")
    assert first.folder.is_dir()
    yesterday = time.time() - 25 * 3600
    os.utime(first.folder / ".until", (yesterday, yesterday))
    third = built(tmp_path, b"third")
    assert not first.folder.exists()
    assert second.folder.is_dir()
    assert third.folder.is_dir()


def test_a_standby_lets_go_of_nothing_that_another_may_play(tmp_path: Path) -> None:
    running = built(tmp_path, b"running")
    built(tmp_path, b"of the standby", only=False)
    assert not (running.folder / ".until").exists()


def test_where_nothing_can_be_linked_it_is_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError("not here")

    monkeypatch.setattr("os.link", refused)
    assert sound(built(tmp_path, b"before")) == b"before"
