"""How speech is made fit for the telephone: its band, its level, its edges, its A-law."""

from functools import cache
from math import gcd
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ivr.adapters.clips import RATE

Samples = NDArray[np.float64]
"""Sound at RATE, one channel, full scale ±1."""

FRAME: Final = 160  # 20 ms, what the switch sends in one packet
SPEECH_DBFS: Final = -18.0
PEAK_DBFS: Final = -3.0
EDGE_S: Final = 0.04
BREATH_S: Final = 0.25

_KNEE: Final = 0.5  # the limiter leaves what is below this as it is
_FADE_S: Final = 0.01


def amplitude(dbfs: float) -> float:
    """The amplitude of a level in dB below full scale."""
    return float(10.0 ** (dbfs / 20.0))


def spoken(samples: Samples, rate: int, *, breath: bool) -> bytes:
    """Speech sampled at `rate` as a clip; `breath` adds the silence that ends a sentence."""
    voice = limited(levelled(trimmed(resampled(samples, rate)), SPEECH_DBFS))
    return alaw(framed(voice, BREATH_S if breath else 0.0))


def resampled(samples: Samples, rate: int) -> Samples:
    """The sound at RATE, in the telephone's band (ITU-T G.712) so that nothing folds back.

    Silence of EDGE_S and more is put around it: the filter sounds a little past both ends.
    """
    step = rate // gcd(rate, RATE)
    edge = round(2 * EDGE_S * rate)
    padded = np.pad(samples, (edge, edge + -(len(samples) + 2 * edge) % step))
    frequencies = np.fft.rfftfreq(len(padded), 1 / rate)
    band = np.interp(frequencies, (40.0, 240.0, 3400.0, 3950.0), (0.0, 1.0, 1.0, 0.0))
    smooth = np.sin(band * np.pi / 2) ** 2  # a gentle slope rings shortly
    count = len(padded) * RATE // rate
    spectrum = (np.fft.rfft(padded) * smooth)[: count // 2 + 1]
    return np.fft.irfft(spectrum, count) * (count / len(padded))


def trimmed(samples: Samples) -> Samples:
    """The sound without the silence around it, faded in and out over its last milliseconds."""
    loud = np.flatnonzero(np.abs(samples) > np.abs(samples).max(initial=0.0) * amplitude(-40.0))
    if not len(loud):
        return samples[:0]
    edge = round(EDGE_S * RATE)
    kept = samples[max(loud[0] - edge, 0) : loud[-1] + edge].copy()
    fade = min(round(_FADE_S * RATE), len(kept))
    ramp = np.sin(np.linspace(0.0, np.pi / 2, fade)) ** 2
    kept[:fade] *= ramp
    kept[len(kept) - fade :] *= ramp[::-1]
    return kept


def level(samples: Samples) -> float:
    """The root mean square of the sound where it is not silent (within 30 dB of its loudest)."""
    frames = np.pad(samples, (0, -len(samples) % FRAME)).reshape(-1, FRAME)
    power = np.mean(frames**2, axis=1)
    active = power[power > power.max(initial=0.0) * amplitude(-30.0) ** 2]
    return float(np.sqrt(active.mean())) if len(active) else 0.0


def levelled(samples: Samples, dbfs: float) -> Samples:
    """The sound at a level in dB below full scale; silence stays silence."""
    present = level(samples)
    return samples * (amplitude(dbfs) / present) if present else samples


def limited(samples: Samples) -> Samples:
    """The sound with its peaks bent softly below PEAK_DBFS."""
    room = amplitude(PEAK_DBFS) - _KNEE
    over = np.maximum(np.abs(samples) - _KNEE, 0.0)
    bent = np.minimum(np.abs(samples), _KNEE) + room * np.tanh(over / room)
    return np.sign(samples) * bent


def framed(samples: Samples, silence_s: float) -> Samples:
    """The sound with silence after it, to a whole number of packets."""
    length = len(samples) + round(silence_s * RATE)
    return np.pad(samples, (0, length + -length % FRAME - len(samples)))


def from_pcm16(data: bytes) -> Samples:
    """16-bit little-endian samples as sound."""
    return np.frombuffer(data, "<i2") / 32768


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
