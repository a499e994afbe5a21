"""What a waiting caller hears between the announcements: a calm piece made here, nobody's rights.

Four chords under a sparse tune of struck notes, sixteen bars of four seconds. Notes
that ring past the end go on at the beginning, so that the piece loops without a seam.
"""

from typing import Final

import numpy as np

from ivr.adapters import sound
from ivr.adapters.clips import RATE
from ivr.adapters.sound import Samples

MUSIC_DBFS: Final = -20.0
BAR_S: Final = 4.0

# Chords and tune in semitones above A3 (220 Hz); None is a rest.
_CHORDS: Final = ((3, 7, 10, 14), (0, 3, 7, 10), (-4, 3, 8, 10), (-2, 5, 10, 12))
_TUNE: Final = (
    (22, None, 19, 15), (None, 19, 22, None), (20, None, 15, 17), (19, None, None, 17),
    (15, None, 19, 22), (24, None, 22, None), (20, 19, None, 15), (17, None, 14, None),
    (19, None, 22, 27), (None, 24, None, 22), (20, None, 24, 22), (17, None, 19, None),
    (22, 19, None, 15), (19, None, 15, None), (15, None, 12, 15), (14, None, None, None),
)  # fmt: skip
_HARMONICS: Final = ((1, 1.0), (2, 0.3), (3, 0.1))


def hold() -> bytes:
    """The hold music as A-law: 64 s, a whole number of packets, the same at every making."""
    piece = np.zeros(round(len(_TUNE) * BAR_S * RATE))
    for bar, notes in enumerate(_TUNE):
        start = bar * BAR_S
        for pitch in _CHORDS[bar % len(_CHORDS)]:
            _add(piece, start, 0.3 * _pad(pitch))
        for beat, note in enumerate(notes):
            if note is not None:
                _add(piece, start + beat * BAR_S / len(notes), 0.5 * _bell(note))
    return sound.alaw(sound.at_level(piece, MUSIC_DBFS))


def _add(piece: Samples, at_s: float, note: Samples) -> None:
    """Add a note, its ringing past the end to the beginning."""
    places = (round(at_s * RATE) + np.arange(len(note))) % len(piece)
    piece[places] += note


def _pad(pitch: int) -> Samples:
    """A soft note that swells and sinks into the next bar."""
    seconds = BAR_S * 1.5
    swell: Samples = np.sin(np.linspace(0.0, np.pi, round(seconds * RATE))) ** 2
    return _tone(pitch, seconds) * swell


def _bell(pitch: int) -> Samples:
    """A struck note that dies away."""
    seconds = 3.0
    time = np.arange(round(seconds * RATE)) / RATE
    dying = np.exp(-time / 0.7) * np.minimum((seconds - time) / 0.1, 1.0)
    struck: Samples = np.minimum(time / 0.02, 1.0) * dying
    return _tone(pitch, seconds) * struck


def _tone(pitch: int, seconds: float) -> Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    frequency = 220.0 * 2.0 ** (pitch / 12)
    tone = np.zeros(len(time))
    for harmonic, weight in _HARMONICS:
        tone += weight * np.sin(2 * np.pi * frequency * harmonic * time)
    return tone
