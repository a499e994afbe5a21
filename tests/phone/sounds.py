"""Sounds that are told apart like speech: noise of the telephone's band, from a seed."""

import numpy as np

from ivr.phone.repertoire import RATE, Pcm, decoded

_LEVELS = decoded(bytes(range(256)))
_RISING = np.argsort(_LEVELS)
_MIDDLES = (_LEVELS[_RISING][1:].astype(np.int32) + _LEVELS[_RISING][:-1]) / 2


def alaw(samples: Pcm) -> bytes:
    """Each sample at its nearest level (ITU-T G.711)."""
    return _RISING[np.searchsorted(_MIDDLES, samples)].astype(np.uint8).tobytes()


def noise(seed: int, seconds: float) -> bytes:
    """Loud noise between 300 and 3400 Hz."""
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(0.0, 3000.0, count))
    frequencies = np.fft.rfftfreq(count, 1 / RATE)
    spectrum[(frequencies < 300) | (frequencies > 3400)] = 0
    return alaw(np.clip(np.fft.irfft(spectrum, count), -32000, 32000).astype(np.int16))


def silence(seconds: float) -> bytes:
    """What a switch sends when nothing is said."""
    return b"\xd5" * round(seconds * RATE)


def sine(hz: float, seconds: float) -> Pcm:
    """A soft tone."""
    time = np.arange(round(seconds * RATE)) / RATE
    return (6000 * np.sin(2 * np.pi * hz * time)).astype(np.int16)


SOUNDS = {
    "fi/welcome": silence(0.04) + noise(1, 1.0) + silence(0.3) + noise(2, 0.5),
    "fi/question": silence(0.04) + noise(10, 3.0),
    "fi/digit/0": noise(3, 0.25),
    "fi/digit/4": silence(0.061) + noise(4, 0.2) + silence(0.1),
    "fi/number_confirm.0": noise(5, 0.8) + silence(0.25),
    "fi/number_confirm.1": silence(0.3) + noise(6, 0.6),
    "sv/welcome": noise(7, 1.2),
    "sv/digit/4": noise(8, 0.133),
}
MUSIC = {"music/hold": noise(9, 2.0)}
TEXTS = {
    "fi/welcome": "Tervetuloa.",
    "fi/question": "Palvelu suomeksi, paina 1.",
    "fi/number_confirm.0": "Soitat numerosta",
    "fi/number_confirm.1": "Jos haluat, että soitamme tähän numeroon, paina 1.",
    "sv/welcome": "Välkommen.",
}
