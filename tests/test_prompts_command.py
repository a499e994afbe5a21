"""`ivr prompts build`, `check` and `play`, as an administrator types them."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml

from ivr import config
from ivr.adapters import clips, studio, wav
from ivr.adapters.clips import ClipKey
from ivr.adapters.synthesis import EspeakNg, Spoken
from ivr.adapters.voices import Command, Installed
from ivr.cli import main
from ivr.settings import PROJECT_ROOT
from tests.adapters.voices import Tones, copied

EXAMPLE = PROJECT_ROOT / "config" / "examples" / "one-number"
SPEAKER = Path(__file__).parent / "adapters" / "speaker.py"
OTHERS = {"IVR_ARI_URL": "http://192.0.2.2:8088", "IVR_ARI_USER": "a", "IVR_ARI_PASSWORD": "b"}
WORDS = (sys.executable, str(SPEAKER), "{language}", "{stretch}", "{output}")


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prompts of the example in tones, as if by the command: it is slow for a thousand."""
    out = tmp_path_factory.mktemp("once")
    voice = Spoken(engine=Command(words=WORDS)).voice
    studio.build(config.load(EXAMPLE), out, Tones(voice=voice))
    return out


@pytest.fixture
def folder(once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration, the prompts of which are spoken."""
    monkeypatch.setenv("IVR_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setenv("IVR_SPEECH_COMMAND", " ".join(WORDS))
    copied(once, tmp_path / "state" / "prompts")
    shutil.copytree(EXAMPLE, tmp_path / "config")
    return tmp_path / "config"


def record(folder: Path, name: str, content: bytes | None = None) -> None:
    file = folder / "recordings" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    tone = 0.3 * np.sin(np.arange(2 * 44100) / 15)
    file.write_bytes(wav.written(tone, 44100) if content is None else content)


def change(folder: Path, prompt: str, text: str) -> None:
    (folder / "prompts.fi.yaml").write_text(yaml.safe_dump({prompt: text}))


def run(folder: Path, *words: str) -> int:
    return main(["--config", str(folder), "prompts", *words])


def test_build_speaks_what_has_changed_by_the_command_given(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "build") == 0
    change(folder, "goodbye", "Kiitos ja kuulemiin.")
    assert run(folder, "build") == 0
    state = tmp_path / "state" / "prompts"
    assert capsys.readouterr().out.splitlines() == [
        f"0 clips made in {state}",
        f"1 clips made in {state}",
    ]
    made = clips.read_manifest(state)[ClipKey("fi/goodbye")]
    assert made.text == "Kiitos ja kuulemiin."
    assert made.seconds == pytest.approx(1.33, abs=0.1)


def test_with_somebody_elses_asterisk_the_espeak_ng_of_this_host_speaks(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    state, program = tmp_path / "state" / "prompts", tmp_path / "bin" / "espeak-ng"
    studio.build(config.load(folder), state, Tones(voice=EspeakNg(programs=Installed()).voice))
    monkeypatch.delenv("IVR_SPEECH_COMMAND")
    for name, value in OTHERS.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "tone.wav").write_bytes(wav.written(0.3 * np.sin(np.arange(22050) / 9), 22050))
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nread text; echo "$2 $text" >> {tmp_path}/said; '
                       f"/bin/cat {tmp_path}/tone.wav\n")  # fmt: skip
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    change(folder, "goodbye", "Kiitos ja kuulemiin.")
    assert run(folder, "build") == 0
    assert (tmp_path / "said").read_text() == "fi Kiitos ja kuulemiin.\n"
    assert clips.read_manifest(state)[ClipKey("fi/goodbye")].by_machine


def test_build_names_every_recording_that_it_cannot_use_and_ends_with_1(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(folder, "fi/welcome.wav")
    record(folder, "fi/goodbye.wav", b"ID3 and so on")
    record(folder, "sv/godbye.wav")
    assert run(folder, "build") == 1
    told = capsys.readouterr()
    assert told.out.startswith("1 clips made")
    godbye, goodbye = told.err.splitlines()[-2:]
    assert goodbye.endswith("fi/goodbye.wav is an MP3 and no WAV: save it as WAV, 16 bit")
    assert godbye.endswith("there is no prompt sv/godbye; is it sv/goodbye?")


def test_a_recording_of_an_older_text_is_confirmed_by_its_name(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(folder, "fi/goodbye.wav")
    assert run(folder, "build") == 0
    change(folder, "goodbye", "Kiitos soitostasi, kuulemiin.")
    assert run(folder, "build") == 1
    assert "--confirm fi/goodbye" in capsys.readouterr().err
    assert run(folder, "build", "--confirm", "fi/goodbye") == 0
    assert run(folder, "check") == 0
    assert run(folder, "build", "--confirm", "goodbye") == 1
    last = capsys.readouterr().err.splitlines()[-1]
    assert last == "There is no prompt 'goodbye'; write it like fi/welcome."


def test_check_lists_what_a_machine_speaks_still_and_is_content(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(folder, "sv/digit/4.wav")
    assert run(folder, "build") == 0
    assert run(folder, "check") == 0
    told = capsys.readouterr().out
    assert "fi, spoken by machine still:" in told
    assert "count/ (99)" in told
    assert "digit/ (9)" in told.partition("sv, spoken by machine still:")[2]
    assert told.endswith(" clips, 1 of them recorded by people; none with something wrong.\n")


def test_check_ends_with_1_where_something_is_wrong(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(folder, "goodbye", "Kuulemiin.")
    record(folder, "sv/goodbye.wav", b"\xff\xfb")
    assert run(folder, "check") == 1
    told = capsys.readouterr().out.splitlines()
    assert "fi/goodbye does not say what the configuration says: run `ivr prompts build`" in told
    assert (
        f"{folder}/recordings/sv/goodbye.wav is an MP3 and no WAV: save it as WAV, 16 bit" in told
    )
    assert told[-1].endswith("; 2 with something wrong.")


@pytest.fixture
def player(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Makes a player the only one on this host; it notes what it plays in the file returned."""

    def make(script: str = 'echo "$@" >> "$0.played"') -> Path:
        program = tmp_path / "bin" / "paplay"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent))
        return program.with_name("paplay.played")

    return make


def test_play_plays_the_pieces_of_a_prompt_in_their_order(
    folder: Path,
    tmp_path: Path,
    player: Callable[..., Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    played = player()
    assert run(folder, "play", "queue_pos_n", "--lang", "sv") == 0
    place = tmp_path / "state" / "prompts" / "sv"
    assert played.read_text().splitlines() == [
        f"{place}/queue_pos_n.1.wav16",
        f"{place}/queue_pos_n.2.wav16",
    ]
    assert "sv/queue_pos_n.1: Före dig i kön finns," in capsys.readouterr().out


def test_play_says_where_the_files_are_when_there_is_no_player(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run(folder, "play", "goodbye") == 0
    finnish, swedish, reason = capsys.readouterr().out.splitlines()
    place = tmp_path / "state" / "prompts"
    assert finnish == f"{place}/fi/goodbye.wav16: Kiitos soitostasi. Kuulemiin."
    assert swedish.startswith(f"{place}/sv/goodbye.wav16: Tack")
    assert reason == "There is no aplay, paplay, ffplay here to play them with."


def test_play_tells_why_a_player_fails(
    folder: Path, player: Callable[..., Path], capsys: pytest.CaptureFixture[str]
) -> None:
    player("echo no sound card >&2; exit 1")
    assert run(folder, "play", "goodbye", "--lang", "fi") == 1
    assert capsys.readouterr().err.endswith("fi/goodbye.wav16: no sound card\n")


def test_play_knows_what_is_meant_by_a_misspelt_name(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(folder, "play", "godbye") == 1
    assert capsys.readouterr().err == "There is no prompt 'godbye': is it 'goodbye'?\n"
