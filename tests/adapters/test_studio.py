from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ivr.adapters import clips, studio
from ivr.adapters.clips import Sounds
from ivr.domain.call import Language
from ivr.domain.phrase import PAUSE_S
from ivr.errors import Refusal
from tests.adapters.voices import SECONDS_PER_LETTER, Recorded, Tones, service
from tests.dying import dying_at

FI, SV = Language.FI, Language.SV


def files(out: Path) -> dict[str, tuple[int, int]]:
    """Every file, and what tells whether it was written again."""
    return {
        str(file.relative_to(out)): (file.stat().st_ino, file.stat().st_mtime_ns)
        for file in out.rglob("*")
        if file.is_file()
    }


def test_everything_is_spoken_once_in_each_language(tmp_path: Path) -> None:
    voice = Tones()
    made = studio.build(service(), tmp_path, voice).made
    assert made == len(list(tmp_path.rglob("*.alaw")))
    assert sorted({language for language, _ in voice.spoken}) == [FI, SV]
    assert (FI, "Olet jonossa seuraavana.") in voice.spoken
    assert (SV, "Du är näst i tur.") in voice.spoken


def test_every_clip_but_the_music_is_there_at_16_khz_too(once: Path) -> None:
    narrow = {file.with_suffix("") for file in once.rglob(f"*{clips.SUFFIX}")}
    wide = {file.with_suffix("") for file in once.rglob(f"*{clips.WIDE_SUFFIX}")}
    assert narrow - wide == {once / clips.MUSIC}
    assert not wide - narrow


def test_a_second_build_changes_nothing(out: Path) -> None:
    before, again = files(out), Tones()
    assert studio.build(service(), out, again).made == 0
    assert again.spoken == []
    assert files(out) == before


def test_a_changed_text_alone_is_spoken_anew(out: Path) -> None:
    again = Tones()
    studio.build(service({"queue_next": "Olet nyt seuraava."}), out, again)
    assert again.spoken == [(FI, "Olet nyt seuraava.")]


def test_another_voice_speaks_everything_anew(out: Path) -> None:
    other = Tones(voice="other tones")
    studio.build(service(), out, other)
    assert len(other.spoken) == sum(1 for made in clips.read_manifest(out).values() if made.text)


@pytest.mark.parametrize("suffix", [clips.SUFFIX, clips.WIDE_SUFFIX])
@pytest.mark.parametrize("spoil", [Path.unlink, lambda file: clips.write(file, b"half")])
def test_a_clip_that_was_lost_or_cut_is_spoken_anew(
    out: Path, spoil: Callable[[Path], object], suffix: str
) -> None:
    spoil(out / f"fi/queue_next{suffix}")
    again = Tones()
    studio.build(service(), out, again)
    assert again.spoken == [(FI, "Olet jonossa seuraavana.")]


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"fi/welcome": {"text": 1}}'])
def test_a_damaged_manifest_costs_only_a_build(few: Recorded, damage: str) -> None:
    before = clips.read_manifest(few.out)
    clips.write(few.out / "manifest.json", damage.encode())
    assert few.build().made == len(before)
    assert clips.read_manifest(few.out) == before


def test_clips_of_no_prompt_are_removed(out: Path) -> None:
    studio.build(service({"old_menu": "Vanha valikko."}), out, Tones())
    assert len(list(out.glob("fi/old_menu.*"))) == 2
    studio.build(service(), out, Tones())
    assert not list(out.glob("fi/old_menu.*"))
    assert "fi/old_menu" not in clips.read_manifest(out)


def test_what_was_spoken_before_a_failure_is_kept(tmp_path: Path) -> None:
    texts, failing = clips.wanted(service()), clips.ClipKey("fi/welcome")
    before = list(texts)[: list(texts).index(failing)]
    with pytest.raises(Refusal, match="no voice"):
        studio.build(service(), tmp_path, Tones(mute=texts[failing]))
    kept = clips.read_manifest(tmp_path)
    assert list(kept) == sorted(before) != []
    made = studio.build(service(), tmp_path, Tones()).made
    assert made == len(clips.read_manifest(tmp_path)) - len(kept)


def test_progress_is_told_up_to_the_last_clip(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    made = studio.build(service(), tmp_path, Tones(), progress=lambda *at: told.append(at)).made
    assert told == [(n, made) for n in range(1, made + 1)]


def test_the_apology_is_one_clip_with_the_crisis_number_in_it(out: Path) -> None:
    said = clips.read_manifest(out)[clips.ClipKey("fi/apology")].text
    assert said.startswith("Pahoittelemme.")
    assert "nolla yhdeksän, kahdeksan yksi kuusi, neljä kaksi neljä, kolme yhdeksän" in said
    assert said.endswith("soita yksi yksi kaksi.")


def test_the_county_is_named_in_the_welcome(tmp_path: Path) -> None:
    voice = Tones()
    studio.build(service(), tmp_path, voice)
    welcome = "Tervetuloa Länsi-Uudenmaan hyvinvointialueen sosiaalipalvelujen neuvontaan."
    assert (FI, welcome) in voice.spoken


def test_the_manifest_knows_how_long_each_clip_lasts(out: Path) -> None:
    made = clips.read_manifest(out)
    text = "Olet jonossa seuraavana."
    assert made[clips.ClipKey("fi/queue_next")].seconds == pytest.approx(
        len(text) * SECONDS_PER_LETTER, abs=0.001
    )
    assert made[clips.ClipKey("sv/pause")].seconds == PAUSE_S


def test_a_name_that_would_leave_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="cannot name a clip"):
        studio.build(service({"../../evil": "Hei."}), tmp_path, Tones())
    assert files(tmp_path) == {}


def test_a_folder_that_cannot_be_written_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "fi").write_text("a file where a folder belongs")
    with pytest.raises(Refusal, match=r"fi/.*\.alaw cannot be written"):
        studio.build(service(), tmp_path, Tones())


class Telling(Tones):
    """Two texts of one length sound differently."""

    def speak(self, text: str, language: Language) -> Sounds:
        sounds = super().speak(text, language)
        said = text.encode() * (len(sounds.narrow) // len(text) + 1)
        return replace(sounds, narrow=said[: len(sounds.narrow)])


def test_whenever_a_build_dies_no_clip_is_taken_for_another_text_than_it_says(
    few: Recorded,
) -> None:
    texts = "Tervetuloa neuvontaan.", "Tervetuloa puhelimeen."
    before, after = (service({"welcome": text}) for text in texts)
    clip, voice = clips.path(few.out, clips.ClipKey("fi/welcome")), Telling(voice="telling")
    studio.build(before, few.out, voice)
    operations = dying_at(None, lambda: studio.build(after, few.out, voice))
    assert operations > 5
    for operation in range(1, operations + 1):
        studio.build(before, few.out, voice)
        dying_at(operation, lambda: studio.build(after, few.out, voice))
        studio.build(before, few.out, voice)
        assert clip.read_bytes().startswith(texts[0].encode()), f"died at {operation}"
