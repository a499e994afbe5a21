"""What was recorded by telephone is as loud as the prompts, and as long as it was."""

import asyncio
import stat
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import structlog.testing

from ivr.adapters import recorded, sound
from ivr.adapters.notice_folder import NoticeFolder
from ivr.domain.call import Language
from ivr.domain.notice import RECORDING, Spoken
from tests.adapters.test_notice_folder import LINE, notice
from tests.fakes.time import BEGIN

SPOKEN = Spoken(sound=f"{RECORDING}families-fi-a", seconds=2.0)
BY_PHONE = replace(notice(), spoken={Language.FI: SPOKEN})


def talk(amplitude: float) -> bytes:
    """Two seconds of a voice, with a pause in it."""
    at = np.arange(16000) / 8000
    return sound.alaw(amplitude * np.sin(2 * np.pi * 440 * at) * (at % 1.0 < 0.7))


def dbfs(file: Path) -> float:
    return sound.dbfs(sound.level(sound.from_alaw(file.read_bytes())))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "recording").mkdir()
    return tmp_path / "recording" / "families-fi-a.alaw"


def folder(at: Path) -> NoticeFolder:
    return NoticeFolder(at / "notices", at / "prompts", at / "recording")


@pytest.mark.parametrize("amplitude", [0.01, 0.05, 0.9])
def test_a_faint_and_a_loud_one_are_levelled_before_anybody_hears_them(
    file: Path, tmp_path: Path, amplitude: float
) -> None:
    file.write_bytes(talk(amplitude))
    file.chmod(0o640)
    asyncio.run(folder(tmp_path).put(BY_PHONE))
    assert dbfs(file) == pytest.approx(sound.SPEECH_DBFS, abs=0.5)
    assert len(file.read_bytes()) == 16000
    # Asterisk, which may be another user, reads it by its group.
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_one_in_which_nothing_is_said_is_not_made_into_noise(file: Path, tmp_path: Path) -> None:
    hiss = sound.alaw(np.random.default_rng(1).normal(0, 0.0005, 16000))
    file.write_bytes(hiss)
    asyncio.run(folder(tmp_path).put(BY_PHONE))
    assert file.read_bytes() == hiss


def test_one_that_is_not_at_hand_is_heard_as_it_is(tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as said:
        asyncio.run(folder(tmp_path).put(BY_PHONE))
    assert "notice.not_levelled" in [entry["event"] for entry in said]
    assert folder(tmp_path).of(LINE, BEGIN) == BY_PHONE


def test_one_that_cannot_be_replaced_stays_whole(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = talk(0.05)
    file.write_bytes(before)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "chmod", full)
    recorded.level(file)
    assert file.read_bytes() == before
    assert [each.name for each in file.parent.iterdir()] == [file.name]
