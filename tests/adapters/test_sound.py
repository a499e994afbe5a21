import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.adapters import clips, music, sound, studio
from ivr.adapters.clips import RATE, ClipKey, Made
from ivr.adapters.speech import Prompts
from ivr.adapters.synthesis import EspeakNg, Programs
from ivr.domain.call import Language
from ivr.errors import Refusal
from tests.adapters.voices import service


def dbfs(amplitude: float) -> float:
    return float(20 * np.log10(amplitude))


def tone(hz: float, seconds: float, rate: int = RATE) -> sound.Samples:
    wave: sound.Samples = np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate)
    return wave


# --- A-law ---


def test_alaw_is_that_of_g711() -> None:
    # ITU-T G.711 table 1a: the ends of the scale, and the two levels around zero.
    decoded = sound.from_alaw(bytes((0xAA, 0x2A, 0xD5, 0x55))) * 32768
    assert decoded.tolist() == [32256, -32256, 8, -8]


def test_every_level_of_alaw_is_its_own_code() -> None:
    codes = bytes(range(256))
    assert sound.alaw(sound.from_alaw(codes)) == codes


@given(st.floats(-1, 1))
def test_a_sample_becomes_its_nearest_level(sample: float) -> None:
    levels = sound.from_alaw(bytes(range(256)))
    kept = sound.from_alaw(sound.alaw(np.array([sample])))[0]
    assert abs(kept - sample) == pytest.approx(np.abs(levels - sample).min())


# --- making a clip ---


def test_a_clip_has_one_loudness_whatever_it_was_made_of() -> None:
    for gain in (0.01, 0.3, 1.0):
        clip = sound.from_alaw(sound.spoken(gain * tone(500, 2, 22050), 22050, breath=False))
        assert dbfs(sound.level(clip)) == pytest.approx(sound.SPEECH_DBFS, abs=0.5)


def test_a_clip_begins_and_ends_in_silence_without_a_click() -> None:
    abrupt = np.pad(tone(500, 1, 22050) + 0.3, 22050)
    clip = sound.from_alaw(sound.spoken(abrupt, 22050, breath=False))
    edge = round(sound.EDGE_S * RATE)
    assert len(clip) / RATE == pytest.approx(1 + 2 * sound.EDGE_S, abs=0.04)
    assert np.abs(clip[: edge // 2]).max() < sound.amplitude(-40)
    assert np.abs(clip[-edge // 2 :]).max() < sound.amplitude(-40)


def test_a_sentence_ends_in_a_breath_and_a_whole_number_of_packets() -> None:
    short = sound.spoken(tone(500, 1), RATE, breath=False)
    long = sound.spoken(tone(500, 1), RATE, breath=True)
    assert (len(long) - len(short)) / RATE == pytest.approx(sound.BREATH_S, abs=0.02)
    assert len(short) % sound.FRAME == len(long) % sound.FRAME == 0


@pytest.mark.parametrize("hz", [60, 3950, 6000])
def test_what_the_telephone_cannot_carry_is_taken_out(hz: float) -> None:
    both = sound.resampled(tone(1000, 1, 22050) + tone(hz, 1, 22050), 22050)
    assert dbfs(sound.level(both)) == pytest.approx(dbfs(np.sqrt(0.5)), abs=0.2)


def test_silence_stays_silence() -> None:
    assert not sound.from_alaw(sound.spoken(np.zeros(8000), RATE, breath=True)).max() > 0.001


def test_loud_peaks_are_bent_and_not_cut() -> None:
    peaks = sound.limited(np.linspace(-8, 8, 1001))
    assert np.abs(peaks).max() <= sound.amplitude(sound.PEAK_DBFS)
    assert (np.diff(peaks) >= 0).all()


# --- the hold music ---


@pytest.fixture(scope="module")
def piece() -> sound.Samples:
    return sound.from_alaw(music.hold())


def test_the_hold_music_is_soft_and_never_silent(piece: sound.Samples) -> None:
    seconds = [dbfs(sound.level(second)) for second in piece.reshape(-1, RATE)]
    assert dbfs(sound.level(piece)) == pytest.approx(music.MUSIC_DBFS, abs=0.5)
    assert max(seconds) - min(seconds) < 10
    assert np.abs(piece).max() < sound.amplitude(sound.PEAK_DBFS)


def test_the_hold_music_loops_without_a_seam(piece: sound.Samples) -> None:
    assert len(piece) >= 60 * RATE
    assert len(piece) % sound.FRAME == 0
    assert abs(piece[0] - piece[-1]) < np.abs(np.diff(piece)).max() / 2


def test_the_hold_music_is_the_same_at_every_making() -> None:
    assert music.hold() == music.hold()


# --- the real voice ---


@pytest.fixture(scope="module")
def spoken(
    programs: Programs, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Mapping[ClipKey, Made]]:
    """Every prompt as shipped, spoken by espeak-ng."""
    out = tmp_path_factory.mktemp("spoken")
    studio.build(service(), out, EspeakNg(programs=programs))
    return out, clips.read_manifest(out)


def test_every_spoken_clip_has_the_level_of_speech(
    spoken: tuple[Path, Mapping[ClipKey, Made]],
) -> None:
    out, made = spoken
    for clip in (clip for clip, entry in made.items() if entry.text):
        samples = sound.from_alaw(clips.path(out, clip).read_bytes())
        assert dbfs(sound.level(samples)) == pytest.approx(sound.SPEECH_DBFS, abs=1.5), clip
        assert dbfs(np.abs(samples).max()) <= sound.PEAK_DBFS + 0.1, clip


def test_long_prompts_are_spoken_at_a_calm_speed(
    spoken: tuple[Path, Mapping[ClipKey, Made]],
) -> None:
    # Counted in syllables: a Finnish word is half as long again as a Swedish one.
    vowels = re.compile("[aeiouyåäö]+", re.IGNORECASE)
    for clip, entry in spoken[1].items():
        syllables = len(vowels.findall(entry.text))
        if syllables >= 15:
            assert 2.5 <= syllables / entry.seconds <= 5.5, clip


def test_the_real_voice_speaks_nothing_twice(
    spoken: tuple[Path, Mapping[ClipKey, Made]], programs: Programs
) -> None:
    out, made = spoken
    assert studio.build(service(), out, EspeakNg(programs=programs)) == 0
    assert clips.read_manifest(out) == made
    Prompts.load(out, service())


def test_a_text_without_a_sound_is_refused(programs: Programs, tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="no sound"):
        EspeakNg(programs=programs).speak("…", Language.FI, tmp_path / "clip.alaw")


def test_a_voice_that_fails_is_refused_with_its_reason(tmp_path: Path) -> None:
    class Broken:
        def command(self, program: str, *args: str) -> list[str]:
            return ["sh", "-c", "echo no voice of that name >&2; exit 1"]

        def environment(self) -> Mapping[str, str]:
            return {}

    with pytest.raises(Refusal, match="did not speak 'Hei': no voice of that name"):
        EspeakNg(programs=Broken()).speak("Hei", Language.FI, tmp_path / "clip.alaw")
