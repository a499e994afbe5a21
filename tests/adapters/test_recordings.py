import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ivr.adapters import clips, recordings, sound, studio, wav
from ivr.adapters.clips import ClipKey, Flaw, Made
from ivr.adapters.inspection import inspect
from ivr.domain.call import Language
from tests.adapters.voices import Tones, copied, service

FI = Language.FI
WELCOME = ClipKey("fi/welcome")


def melody(seconds: float = 2.0, rate: int = 48000, amplitude: float = 0.3) -> sound.Samples:
    at = np.arange(round(seconds * rate)) / rate
    spoken: sound.Samples = amplitude * np.sin(2 * np.pi * 500 * at) * (at % 0.5 < 0.4)
    return spoken


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prompts as shipped, spoken in tones; not to be changed."""
    out = tmp_path_factory.mktemp("once")
    studio.build(service(), out, Tones())
    return out


@pytest.fixture
def out(once: Path, tmp_path: Path) -> Path:
    """The same, of the test's own."""
    return copied(once, tmp_path / "prompts")


@pytest.fixture
def record(tmp_path: Path) -> Callable[..., Path]:
    """Puts a recording into the folder."""

    def put(name: str = "fi/welcome.wav", content: bytes | None = None) -> Path:
        file = tmp_path / "recordings" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(wav.written(melody(), 48000) if content is None else content)
        return file

    return put


@pytest.fixture
def build(out: Path, tmp_path: Path) -> Callable[..., studio.Built]:
    """Builds with the recordings there are, Finnish texts changed as said."""

    def built(confirmed: tuple[ClipKey, ...] = (), **changes: str) -> studio.Built:
        return studio.build(
            service(changes), out, Tones(), recorded=tmp_path / "recordings", confirmed=confirmed
        )

    return built


def made(out: Path, clip: ClipKey = WELCOME) -> Made:
    return clips.read_manifest(out)[clip]


def wrong(out: Path, **changes: str) -> list[str]:
    return list(inspect(service(changes), out, out.parent / "recordings").wrong)


def test_a_recording_replaces_the_machine_levelled_and_at_both_rates(
    out: Path, record: Callable[..., Path], build: Callable[..., studio.Built]
) -> None:
    record()
    assert build() == studio.Built(made=1, unused=[])
    assert not made(out).by_machine
    assert made(out).seconds == pytest.approx(1.9 + 2 * sound.EDGE_S + sound.BREATH_S, abs=0.03)
    telephone = sound.from_alaw(clips.path(out, WELCOME).read_bytes())
    wide = wav.decoded(clips.wide_path(out, WELCOME).read_bytes())
    for samples, rate in ((telephone, 8000), (wide.samples, wide.rate)):
        assert sound.dbfs(sound.level(samples, rate)) == pytest.approx(-18, abs=0.3)
    assert build().made == 0


def test_a_recording_taken_away_gives_its_prompt_back_to_the_machine(
    out: Path, record: Callable[..., Path], build: Callable[..., studio.Built]
) -> None:
    file = record()
    build()
    file.unlink()
    assert build().made == 1
    assert made(out).by_machine


def test_a_new_recording_of_the_same_prompt_is_taken(
    out: Path, record: Callable[..., Path], build: Callable[..., studio.Built]
) -> None:
    record()
    build()
    record(content=wav.written(melody(3), 48000))
    assert wrong(out) == ["fi/welcome was recorded, and is not built yet: run `ivr prompts build`"]
    assert build().made == 1
    assert made(out).seconds > 2.9
    assert wrong(out) == []


# --- a text that changes: what the line says is true ---


def test_a_recording_of_another_text_is_used_no_more(
    out: Path, record: Callable[..., Path], build: Callable[..., studio.Built]
) -> None:
    file = record("fi/free_call.wav")
    build()
    changed = "Tämä puhelu maksaa sinulle."
    (sentence,) = build(free_call=changed).unused
    assert sentence == (
        f"{file} is not used: it was recorded for 'Tämä puhelu on sinulle maksuton.'; record it"
        " anew, or say that it is right: ivr prompts build --confirm fi/free_call"
    )
    entry = made(out, ClipKey("fi/free_call"))
    assert (entry.text, entry.by_machine) == (changed, True)
    assert build(free_call=changed).unused == [sentence]
    assert wrong(out, free_call=changed) == [sentence]


def test_it_is_used_again_when_a_person_confirms_it_or_the_text_comes_back(
    out: Path, record: Callable[..., Path], build: Callable[..., studio.Built]
) -> None:
    clip = ClipKey("fi/free_call")
    record("fi/free_call.wav")
    build()
    build(free_call="Tämä puhelu on maksuton.")
    assert build().unused == []
    assert not made(out, clip).by_machine
    build(free_call="Tämä puhelu on maksuton.")
    assert build(free_call="Tämä puhelu on maksuton.", confirmed=(clip,)).unused == []
    assert not made(out, clip).by_machine
    assert build(free_call="Tämä puhelu on maksuton.") == studio.Built(made=0, unused=[])


# --- files that are no recordings ---


def header(form: int, bits: int, rate: int = 48000, channels: int = 1) -> bytes:
    told = struct.pack("<HHIIHH", form, channels, rate, rate * bits // 8, bits // 8, bits)
    return b"WAVEfmt " + struct.pack("<I", 16) + told + b"data" + struct.pack("<I", 0)


GOOD = wav.written(melody(), 48000)
BAD = {
    "an MP3": (b"ID3\x04" + bytes(2000), "is an MP3 and no WAV: save it as WAV, 16 bit"),
    "a bare MP3": (b"\xff\xfb\x90\x00" + bytes(2000), "is an MP3 and no WAV"),
    "an M4A": (b"\0\0\0\x20ftypM4A " + bytes(200), "is an MP4 or M4A and no WAV"),
    "nothing": (b"", "is empty and no WAV"),
    "a text": (b"Tervetuloa\n" * 9, "is something else and no WAV"),
    "half": (GOOD[: len(GOOD) // 2], f"is cut off: {len(GOOD) - len(GOOD) // 2} bytes are missing"),
    "a header": (GOOD[:20], "is cut off"),
    "its beginning": (GOOD[:12], "is a damaged WAV"),
    "no sound": (GOOD[:36], "is a WAV without sound"),
    "telephone WAV": (b"RIFF\0\0\0\0" + header(6, 8), "of a kind that is not read (format 6"),
    "a strange rate": (b"RIFF\0\0\0\0" + header(1, 16, rate=4000), "1 channels at 4000 Hz"),
    "no channels": (b"RIFF\0\0\0\0" + header(1, 16, channels=0), "has 0 channels"),
    "silence": (wav.written(np.zeros(48000), 48000), "is silent: record it again"),
}


@pytest.mark.parametrize(("content", "reason"), BAD.values(), ids=BAD)
def test_what_is_no_recording_is_refused_with_a_clear_line_and_changes_nothing(
    out: Path,
    record: Callable[..., Path],
    build: Callable[..., studio.Built],
    content: bytes,
    reason: str,
) -> None:
    before, sounds = made(out), clips.path(out, WELCOME).read_bytes()
    file = record(content=content)
    built = build()
    assert built.made == 0
    (sentence,) = built.unused
    assert sentence.startswith(f"{file} ")
    assert reason in sentence
    assert made(out) == before
    assert clips.path(out, WELCOME).read_bytes() == sounds
    assert wrong(out) == [sentence]


def test_a_bad_recording_of_a_new_text_leaves_it_to_the_machine(
    out: Path, record: Callable[..., Path], build: Callable[..., studio.Built]
) -> None:
    record(content=b"ID3")
    built = build(welcome="Hei ja tervetuloa.")
    assert built.made == len(built.unused) == 1
    assert (made(out).text, made(out).by_machine) == ("Hei ja tervetuloa.", True)


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("fi/welcom.wav", "there is no prompt fi/welcom; is it fi/welcome?"),
        ("en/welcome.wav", "there is no prompt en/welcome"),
        ("welcome.wav", "there is no prompt welcome"),
        ("fi/welcome.mp3", "only WAV is; save it as fi/welcome.wav"),
        ("fi/queue_pos_n.wav", "said in pieces; record fi/queue_pos_n.1, fi/queue_pos_n.2"),
    ],
)
def test_a_file_of_no_prompt_is_named_with_what_is_meant(
    out: Path,
    record: Callable[..., Path],
    build: Callable[..., studio.Built],
    name: str,
    cure: str,
) -> None:
    file = record(name)
    (sentence,) = build().unused
    assert sentence.startswith(f"{file} is not used: ")
    assert cure in sentence


def test_a_link_to_nowhere_and_a_huge_file_are_refused(
    out: Path,
    record: Callable[..., Path],
    build: Callable[..., studio.Built],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record("fi/goodbye.wav").unlink()
    (out.parent / "recordings/fi/goodbye.wav").symlink_to("nowhere.wav")
    monkeypatch.setattr(recordings, "MOST_BYTES", 1000)
    record()
    nowhere, huge = build().unused
    assert nowhere.endswith("goodbye.wav cannot be read: No such file or directory")
    assert "welcome.wav is not used: it is larger than" in huge


def test_hidden_files_and_notes_are_nobodys_concern(
    record: Callable[..., Path], build: Callable[..., studio.Built]
) -> None:
    record("fi/.welcome.wav.swp", b"")
    record("README.md", b"")
    assert build().unused == []


# --- what check finds ---


@pytest.mark.parametrize(
    ("content", "flaw"),
    [
        (wav.written(np.clip(melody(amplitude=1.6), -1, 1), 48000), Flaw.CLIPPED),
        (wav.written(melody(amplitude=0.005), 48000), Flaw.QUIET),
    ],
)
def test_a_recording_that_is_clipped_or_too_quiet_is_used_and_named(
    out: Path,
    record: Callable[..., Path],
    build: Callable[..., studio.Built],
    content: bytes,
    flaw: Flaw,
) -> None:
    record(content=content)
    assert build().unused == []
    (sentence,) = wrong(out)
    assert sentence.startswith(f"fi/welcome is {flaw}: record it again")


def test_a_recording_as_loud_as_can_be_is_not_clipped(
    out: Path, record: Callable[..., Path], build: Callable[..., studio.Built]
) -> None:
    record(content=wav.written(melody(amplitude=1.0), 48000))
    build()
    assert wrong(out) == []


def test_a_recording_over_20_seconds_is_too_long(
    out: Path, record: Callable[..., Path], build: Callable[..., studio.Built]
) -> None:
    record(content=wav.written(melody(21, 8000), 8000))
    build()
    (sentence,) = wrong(out)
    assert sentence.startswith("fi/welcome is too long: 21 s")


def test_what_is_missing_or_says_another_text_is_named(out: Path) -> None:
    clips.path(out, WELCOME).unlink()
    assert wrong(out, goodbye="Hei hei.") == [
        "fi/welcome is missing: run `ivr prompts build`",
        "fi/goodbye does not say what the configuration says: run `ivr prompts build`",
    ]


def test_a_recording_said_in_a_hurry_is_doubtful(
    out: Path, record: Callable[..., Path], build: Callable[..., studio.Built]
) -> None:
    record("fi/hold_thanks.wav", wav.written(melody(1), 48000))
    build()
    seen = inspect(service(), out, out.parent / "recordings")
    mine = [doubt for doubt in seen.doubtful if "fi/hold_thanks" in doubt]
    assert mine == ["fi/hold_thanks is said at 333 words a minute: 110 to 140 are easy to follow"]


def test_what_a_machine_speaks_still_is_listed(
    out: Path, record: Callable[..., Path], build: Callable[..., studio.Built]
) -> None:
    record()
    build()
    seen = inspect(service(), out, out.parent / "recordings")
    assert len(seen.by_machine) == seen.clips - 1
    assert WELCOME not in seen.by_machine
    assert ClipKey("sv/welcome") in seen.by_machine
