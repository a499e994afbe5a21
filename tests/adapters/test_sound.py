import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.adapters import clips, music, sound, wav
from ivr.adapters.clips import RATE


def narrow(samples: sound.Samples, rate: int, *, breath: bool = False) -> bytes:
    return sound.finished(sound.voice(samples, rate), breath=breath)[0]


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


@pytest.mark.parametrize("gain", [0.01, 0.3, 1.0])
@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100, 48000])
def test_a_clip_has_one_loudness_at_both_rates_whatever_it_was_made_of(
    gain: float, rate: int
) -> None:
    telephone, file = sound.finished(sound.voice(gain * tone(500, 1, rate), rate), breath=True)
    clip, wide = sound.from_alaw(telephone), wav.decoded(file)
    assert sound.dbfs(sound.level(clip)) == pytest.approx(sound.SPEECH_DBFS, abs=0.2)
    assert sound.dbfs(sound.level(wide.samples, wide.rate)) == pytest.approx(-18, abs=0.2)
    assert (wide.rate, len(wide.samples)) == (clips.WIDE_RATE, 2 * len(clip))


def test_peaks_stay_below_their_limit_and_the_level_is_kept_all_the_same() -> None:
    clicking = 0.05 * tone(500, 1, 16000)
    clicking[::400] = 1.0
    telephone, file = sound.finished(sound.voice(clicking, 16000), breath=False)
    for samples, rate in ((sound.from_alaw(telephone), RATE), (wav.decoded(file).samples, 16000)):
        assert sound.dbfs(np.abs(samples).max()) <= sound.PEAK_DBFS + 0.1
        assert sound.dbfs(sound.level(samples, rate)) == pytest.approx(sound.SPEECH_DBFS, abs=0.5)


def test_a_clip_begins_and_ends_in_silence_without_a_click() -> None:
    abrupt = np.pad(tone(500, 1, 22050) + 0.3, 22050)
    clip = sound.from_alaw(narrow(abrupt, 22050))
    edge = round(sound.EDGE_S * RATE)
    assert len(clip) / RATE == pytest.approx(1 + 2 * sound.EDGE_S, abs=0.06)
    assert np.abs(clip[: edge // 2]).max() < sound.amplitude(-40)
    assert np.abs(clip[-edge // 2 :]).max() < sound.amplitude(-40)


def test_a_sentence_ends_in_a_breath_and_a_whole_number_of_packets() -> None:
    short, long = narrow(tone(500, 1), RATE), narrow(tone(500, 1), RATE, breath=True)
    assert (len(long) - len(short)) / RATE == pytest.approx(sound.BREATH_S, abs=0.02)
    assert len(short) % sound.FRAME == len(long) % sound.FRAME == 0
    voice = sound.voice(tone(500, 1), RATE)
    assert sound.lasts(voice, breath=True) == len(long) / RATE


@pytest.mark.parametrize("hz", [60, 3950, 5000, 9000])
def test_what_the_telephone_cannot_carry_is_taken_out(hz: float) -> None:
    both = tone(1000, 1, 22050) + tone(hz, 1, 22050)
    clip = sound.from_alaw(narrow(both, 22050))[sound.FRAME * 4 : -sound.FRAME * 4]
    spectrum = np.abs(np.fft.rfft(clip * np.hanning(len(clip))))
    heard = np.fft.rfftfreq(len(clip), 1 / RATE)[spectrum > 0.03 * spectrum.max()]
    assert heard == pytest.approx(1000, abs=10)


def test_at_16_khz_it_is_heard_to_7_khz() -> None:
    both = sound.resampled(
        tone(1000, 1, 44100) + tone(6500, 1, 44100) + tone(9000, 1, 44100), 44100
    )
    spectrum = np.abs(np.fft.rfft(both))
    heard = np.fft.rfftfreq(len(both), 1 / clips.WIDE_RATE)[spectrum > 0.5 * spectrum.max()]
    assert {round(hz, -2) for hz in heard} == {1000, 6500}


def test_silence_stays_silence() -> None:
    assert not sound.from_alaw(narrow(np.zeros(8000), RATE, breath=True)).max() > 0.001


def test_loud_peaks_are_bent_and_not_cut() -> None:
    peaks = sound.limited(np.linspace(-8, 8, 1001))
    assert np.abs(peaks).max() <= sound.amplitude(sound.PEAK_DBFS)
    assert (np.diff(peaks) >= 0).all()


# --- the hold music ---


@pytest.fixture(scope="module")
def piece() -> sound.Samples:
    return sound.from_alaw(music.hold())


def test_the_hold_music_is_soft_and_never_silent(piece: sound.Samples) -> None:
    seconds = [sound.dbfs(sound.level(second)) for second in piece.reshape(-1, RATE)]
    assert sound.dbfs(sound.level(piece)) == pytest.approx(music.MUSIC_DBFS, abs=0.5)
    assert max(seconds) - min(seconds) < 10
    assert np.abs(piece).max() < sound.amplitude(sound.PEAK_DBFS)


def test_the_hold_music_loops_without_a_seam(piece: sound.Samples) -> None:
    assert len(piece) >= 60 * RATE
    assert len(piece) % sound.FRAME == 0
    assert abs(piece[0] - piece[-1]) < np.abs(np.diff(piece)).max() / 2


def test_the_hold_music_is_the_same_at_every_making() -> None:
    assert music.hold() == music.hold()
