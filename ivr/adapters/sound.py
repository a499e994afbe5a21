"""How speech is made fit for the telephone: its band, its level, its edges, its A-law.

A clip is made twice: for telephones that hear 300 to 3400 Hz, and at 16 kHz for those that
hear to 7 kHz (G.722). Both have the same level and the same length.
"""

from functools import cache
from math import gcd
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ivr.adapters import wav
from ivr.adapters.clips import RATE, WIDE_RATE

Samples = NDArray[np.float64]
"""Sound at WIDE_RATE or RATE, one channel, full scale ±1."""

FRAME: Final = 160  # 20 ms at RATE, what the switch sends in one packet
SPEECH_DBFS: Final = -18.0
PEAK_DBFS: Final = -3.0
EDGE_S: Final = 0.04
BREATH_S: Final = 0.25

_KNEE: Final = 0.5  # the limiter leaves what is below this as it is
_FADE_S: Final = 0.01
_LEVELLINGS: Final = 3  # bent peaks cost level: so often it is made up for
# Where the band begins and ends, with the slopes outside it, Hz (ITU-T G.712 and G.722).
_TELEPHONE: Final = (40.0, 240.0, 3400.0, 3950.0)
_WIDE: Final = (30.0, 100.0, 7000.0, 7900.0)


def amplitude(dbfs: float) -> float:
    """The amplitude of a level in dB below full scale."""
    return float(10.0 ** (dbfs / 20.0))


def dbfs(level: float) -> float:
    """An amplitude in dB below full scale; that of silence is -200."""
    return 20.0 * float(np.log10(max(level, 1e-10)))


def voice(samples: Samples, rate: int) -> Samples:
    """What is said in sound sampled at `rate`: at WIDE_RATE, without the silence around it."""
    return trimmed(resampled(samples, rate))


def lasts(voice: Samples, *, breath: bool) -> float:
    """How many seconds the clip of this voice will last."""
    return len(framed(voice, BREATH_S if breath else 0.0)) / WIDE_RATE


def finished(voice: Samples, *, breath: bool) -> tuple[bytes, bytes]:
    """A voice as A-law at RATE, and as a WAV at WIDE_RATE.

    `breath` adds the silence that ends a sentence.
    """
    wide = framed(voice, BREATH_S if breath else 0.0)
    narrow = _filtered(wide, WIDE_RATE, RATE, _TELEPHONE)
    loud = at_level(wide, SPEECH_DBFS, WIDE_RATE)
    return alaw(at_level(narrow, SPEECH_DBFS)), wav.written(loud, WIDE_RATE)


def resampled(samples: Samples, rate: int) -> Samples:
    """The sound at WIDE_RATE, in the band that this can carry so that nothing folds back.

    Silence of EDGE_S and more is put around it: the filter sounds a little past both ends.
    """
    edge = round(2 * EDGE_S * rate)
    step = rate // gcd(rate, WIDE_RATE)
    padded = np.pad(samples, (edge, edge + -(len(samples) + 2 * edge) % step))
    return _filtered(padded, rate, WIDE_RATE, _WIDE)


def _filtered(samples: Samples, rate: int, to: int, band: tuple[float, ...]) -> Samples:
    """Sound of a whole number of steps common to both rates, at the other rate."""
    frequencies = np.fft.rfftfreq(len(samples), 1 / rate)
    passed = np.interp(frequencies, band, (0.0, 1.0, 1.0, 0.0))
    smooth = np.sin(passed * np.pi / 2) ** 2  # a gentle slope rings shortly
    count = len(samples) * to // rate
    spectrum = np.fft.rfft(samples) * smooth
    return np.fft.irfft(spectrum[: count // 2 + 1], count) * (count / len(samples))


def trimmed(samples: Samples) -> Samples:
    """The sound without the silence around it, faded in and out over its last milliseconds."""
    loud = np.flatnonzero(np.abs(samples) > np.abs(samples).max(initial=0.0) * amplitude(-40.0))
    if not len(loud):
        return samples[:0]
    edge = round(EDGE_S * WIDE_RATE)
    kept = samples[max(loud[0] - edge, 0) : loud[-1] + edge].copy()
    fade = min(round(_FADE_S * WIDE_RATE), len(kept))
    ramp = np.sin(np.linspace(0.0, np.pi / 2, fade)) ** 2
    kept[:fade] *= ramp
    kept[len(kept) - fade :] *= ramp[::-1]
    return kept


def level(samples: Samples, rate: int = RATE) -> float:
    """The root mean square of the sound where it is not silent (within 30 dB of its loudest)."""
    frame = FRAME * rate // RATE
    frames = np.pad(samples, (0, -len(samples) % frame)).reshape(-1, frame)
    power = np.mean(frames**2, axis=1)
    active = power[power > power.max(initial=0.0) * amplitude(-30.0) ** 2]
    return float(np.sqrt(active.mean())) if len(active) else 0.0


def at_level(samples: Samples, wanted_dbfs: float, rate: int = RATE) -> Samples:
    """The sound at a level in dB below full scale, its peaks below PEAK_DBFS; silence stays."""
    gain = 1.0
    for _ in range(_LEVELLINGS):
        present = level(limited(gain * samples), rate)
        gain *= amplitude(wanted_dbfs) / present if present else 1.0
    return limited(gain * samples)


def limited(samples: Samples) -> Samples:
    """The sound with its peaks bent softly below PEAK_DBFS."""
    room = amplitude(PEAK_DBFS) - _KNEE
    bent, loud = samples.copy(), np.abs(samples) > _KNEE
    bent[loud] = np.sign(samples[loud]) * (
        _KNEE + room * np.tanh((np.abs(samples[loud]) - _KNEE) / room)
    )
    return bent


def framed(samples: Samples, silence_s: float) -> Samples:
    """The sound with silence after it, to a whole number of packets."""
    frame = FRAME * WIDE_RATE // RATE
    length = len(samples) + round(silence_s * WIDE_RATE)
    return np.pad(samples, (0, length + -length % frame - len(samples)))


def alaw(samples: Samples) -> bytes:
    """The sound as A-law (ITU-T G.711), each sample at its nearest level."""
    levels, codes = _alaw_table()
    middles = (levels[1:] + levels[:-1]) / 2
    return codes[np.searchsorted(middles, samples)].tobytes()


def from_alaw(data: bytes) -> Samples:
    """A-law (ITU-T G.711) as sound."""
    levels, codes = _alaw_table()
    by_code = np.empty(256)
    by_code[codes] = levels
    return by_code[np.frombuffer(data, np.uint8)]


@cache
def _alaw_table() -> tuple[Samples, NDArray[np.uint8]]:
    """The 256 levels of A-law in rising order, and the code of each."""
    codes = np.arange(256, dtype=np.uint8)
    plain = (codes ^ 0x55).astype(np.int64)
    segment, step = (plain >> 4) & 7, (plain & 15) * 16
    magnitude = np.where(segment == 0, step + 8, (step + 264) << np.maximum(segment - 1, 0))
    levels = np.where(plain & 0x80, magnitude, -magnitude) / 32768
    order = np.argsort(levels)
    return levels[order], codes[order]
