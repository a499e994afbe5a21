import os
import struct

import numpy as np
import pytest

from ivr.adapters import clips, recordings, sound, studio, wav
from ivr.adapters.clips import ClipKey
from ivr.errors import Refusal
from tests.adapters.voices import Recorded, Tones, melody, service
from tests.dying import dying_at

WELCOME = ClipKey("fi/welcome")


def test_a_recording_replaces_the_machine_levelled_and_at_both_rates(
    few: Recorded,
) -> None:
    few.record()
    assert few.build() == studio.Built(made=1, unused=[])
    assert not few.made().by_machine
    assert few.made().seconds == pytest.approx(1.9 + 2 * sound.EDGE_S + sound.BREATH_S, abs=0.03)
    telephone = sound.from_alaw(clips.path(few.out, WELCOME).read_bytes())
    wide = wav.decoded(clips.wide_path(few.out, WELCOME).read_bytes())
    for samples, rate in ((telephone, 8000), (wide.samples, wide.rate)):
        assert sound.dbfs(sound.level(samples, rate)) == pytest.approx(-18, abs=0.3)
    assert few.build().made == 0


def test_a_recording_taken_away_gives_its_prompt_back_to_the_machine(
    few: Recorded,
) -> None:
    file = few.record()
    few.build()
    file.unlink()
    assert few.build().made == 1
    assert few.made().by_machine


def test_a_new_recording_of_the_same_prompt_is_taken(
    few: Recorded,
) -> None:
    few.record()
    few.build()
    few.record(content=wav.written(melody(3), 48000))
    assert few.wrong() == ["fi/welcome was recorded, and is not built yet: run `ivr prompts build`"]
    assert few.build().made == 1
    assert few.made().seconds > 2.9
    assert few.wrong() == []


# --- a text that changes: what the line says is true ---


def test_a_recording_of_another_text_is_used_no_more(
    few: Recorded,
) -> None:
    file = few.record("fi/free_call.wav")
    few.build()
    changed = "Tämä puhelu maksaa sinulle."
    (sentence,) = few.build(free_call=changed).unused
    assert sentence == (
        f"{file} is not used: it was recorded for 'Tämä puhelu on sinulle maksuton.'; record it"
        " anew, or say that it is right: ivr prompts build --confirm fi/free_call"
    )
    entry = few.made("fi/free_call")
    assert (entry.text, entry.by_machine) == (changed, True)
    assert few.build(free_call=changed).unused == [sentence]
    assert few.wrong(free_call=changed) == [sentence]


def test_whenever_a_build_dies_a_recording_of_another_text_is_used_no_more(
    few: Recorded,
) -> None:
    few.record("fi/free_call.wav")
    few.build()
    changed = "Tämä puhelu maksaa sinulle."
    operations = dying_at(None, lambda: few.build(free_call=changed))
    assert operations > 3
    for operation in range(1, operations + 1):
        few.build()
        assert not few.made("fi/free_call").by_machine
        dying_at(operation, lambda: few.build(free_call=changed))
        few.build(free_call=changed)
        assert few.made("fi/free_call").by_machine, f"died at {operation} of {operations}"


def test_a_build_that_fails_does_not_forget_for_which_text_a_recording_was_made(
    few: Recorded,
) -> None:
    few.record("fi/free_call.wav")
    few.build()
    changed = "Tämä puhelu maksaa sinulle."
    with pytest.raises(Refusal, match="no voice"):
        studio.build(
            service({"free_call": changed}), few.out, Tones(mute=changed), recorded=few.folder
        )
    few.build(free_call=changed)
    assert few.made("fi/free_call").by_machine


def test_it_is_used_again_when_a_person_confirms_it_or_the_text_comes_back(
    few: Recorded,
) -> None:
    clip = ClipKey("fi/free_call")
    few.record("fi/free_call.wav")
    few.build()
    few.build(free_call="Tämä puhelu on maksuton.")
    assert few.build().unused == []
    assert not few.made(clip).by_machine
    few.build(free_call="Tämä puhelu on maksuton.")
    assert few.build(clip, free_call="Tämä puhelu on maksuton.").unused == []
    assert not few.made(clip).by_machine
    assert few.build(free_call="Tämä puhelu on maksuton.") == studio.Built(made=0, unused=[])


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
    few: Recorded,
    content: bytes,
    reason: str,
) -> None:
    before, sounds = few.made(), clips.path(few.out, WELCOME).read_bytes()
    file = few.record(content=content)
    built = few.build()
    assert built.made == 0
    (sentence,) = built.unused
    assert sentence.startswith(f"{file} ")
    assert reason in sentence
    assert few.made() == before
    assert clips.path(few.out, WELCOME).read_bytes() == sounds
    assert few.wrong() == [sentence]


def test_a_bad_recording_of_a_new_text_leaves_it_to_the_machine(
    few: Recorded,
) -> None:
    few.record(content=b"ID3")
    built = few.build(welcome="Hei ja tervetuloa.")
    assert built.made == len(built.unused) == 1
    assert (few.made().text, few.made().by_machine) == ("Hei ja tervetuloa.", True)


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
    few: Recorded,
    name: str,
    cure: str,
) -> None:
    file = few.record(name)
    (sentence,) = few.build().unused
    assert sentence.startswith(f"{file} is not used: ")
    assert cure in sentence


def test_a_link_to_nowhere_and_a_huge_file_are_refused(
    few: Recorded,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few.record("fi/goodbye.wav").unlink()
    (few.folder / "fi/goodbye.wav").symlink_to("nowhere.wav")
    monkeypatch.setattr(recordings, "MOST_BYTES", 1000)
    few.record()
    nowhere, huge = few.build().unused
    assert nowhere.endswith("goodbye.wav cannot be read: No such file or directory")
    assert "welcome.wav is not used: it is larger than" in huge


@pytest.mark.parametrize("kind", ["pipe", "endless"])
def test_what_is_no_file_is_not_waited_for(few: Recorded, kind: str) -> None:
    file = few.folder / "fi" / "welcome.wav"
    file.parent.mkdir(parents=True)
    if kind == "pipe":
        os.mkfifo(file)
    else:
        file.symlink_to("/dev/zero")
    before = few.made()
    (sentence,) = few.build().unused
    assert sentence.startswith(f"{file} is no file but a folder or a device")
    assert few.made() == before


def test_hidden_files_and_notes_are_nobodys_concern(
    few: Recorded,
) -> None:
    few.record("fi/.welcome.wav.swp", b"")
    few.record("README.md", b"")
    assert few.build().unused == []
