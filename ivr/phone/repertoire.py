"""Which clips there are to be heard, and where in them any 20 ms of sound may come from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ivr.domain.call import Language

Pcm = npt.NDArray[np.int16]
"""Sound: mono, RATE samples a second, as decoded A-law."""

RATE: Final = 8000
WINDOW: Final = 160  # samples: 20 ms, one packet
MUSIC: Final = "music"

_SUFFIX: Final = ".alaw"
_LOUD: Final = 100  # mean |sample| of a window that is sound and no background
_SAME_SOUND_KEPT: Final = 32  # places remembered for one sound: a tone is alike everywhere
_LONGEST_PIECE: Final = 4096

_Words = npt.NDArray[np.uint64]


class Place(NamedTuple):
    """A window that matched: `at` samples into the piece, `offset` samples into the clip."""

    at: int
    clip: "Clip"
    offset: int


@dataclass(frozen=True, eq=False, kw_only=True)
class Clip:
    """One sound and its names, such as `fi/welcome`; two clips that sound alike are one.

    `loud_before[n]` counts the loud windows among the first n whole ones.
    """

    names: tuple[str, ...]
    samples: Pcm
    loud_before: npt.NDArray[np.int64]

    @classmethod
    def of(cls, names: Iterable[str], samples: Pcm) -> Self:
        """A clip; it can be recognised only where it is loud."""
        loud = np.abs(_windows(samples).astype(np.int32)).mean(axis=1) >= _LOUD
        counts = np.concatenate(([0], np.cumsum(loud, dtype=np.int64)))
        return cls(names=tuple(sorted(names)), samples=samples, loud_before=counts)

    @property
    def is_music(self) -> bool:
        """Hold music goes round and round, and where it begins says nothing."""
        return self.names[0].startswith(f"{MUSIC}/")

    @property
    def loud(self) -> int:
        """How many windows of it are loud."""
        return int(self.loud_before[-1])

    def loud_windows(self) -> npt.NDArray[np.intp]:
        """The numbers of its loud windows."""
        return np.flatnonzero(np.diff(self.loud_before))

    def loud_span(self, start: int, end: int) -> tuple[int, int, int]:
        """The sound in samples `start` to `end`: where it begins, where it ends, its windows."""
        first, last = -(-start // WINDOW), max(end // WINDOW, 0)
        count = int(self.loud_before[last] - self.loud_before[first]) if last > first else 0
        if count == 0:
            return start, start, 0
        begin = int(np.searchsorted(self.loud_before, self.loud_before[first], side="right")) - 1
        finish = int(np.searchsorted(self.loud_before, self.loud_before[last], side="left"))
        return begin * WINDOW, finish * WINDOW, count


class Repertoire:
    """All clips, searchable by sound.

    A window of any 160 samples is found by a polynomial hash (mod 2^64) that
    rolls over the sound by prefix sums, so a search at every sample offset
    takes a few array operations whatever the number of clips.
    """

    def __init__(self, clips: Iterable[Clip]) -> None:
        self._clips = [clip for clip in clips if clip.loud]
        hashes, numbers, offsets = self._all_windows()
        order = np.argsort(hashes, kind="stable")
        kept = order[_rank_among_equals(hashes[order]) < _SAME_SOUND_KEPT]
        self._hashes, self._numbers, self._offsets = hashes[kept], numbers[kept], offsets[kept]

    @classmethod
    def load(cls, prompts_dir: Path, more: Mapping[str, bytes] = MappingProxyType({})) -> Self:
        """Read `{fi,sv,music}/**/*.alaw` (headerless 8 kHz A-law, ITU-T G.711), and `more`."""
        folders = (*Language, MUSIC)
        files = [file for name in folders for file in (prompts_dir / name).rglob(f"*{_SUFFIX}")]
        sounds = {_name(file, prompts_dir): file.read_bytes() for file in sorted(files)}
        return cls.of({**sounds, **more})

    @classmethod
    def of(cls, sounds: Mapping[str, bytes]) -> Self:
        """Clips by name (`fi/welcome`, `music/hold`) as A-law."""
        alike: dict[bytes, list[str]] = {}
        for name, sound in sounds.items():
            alike.setdefault(sound, []).append(name)
        return cls(Clip.of(names, decoded(sound)) for sound, names in alike.items())

    def search(self, piece: Pcm) -> list[Place]:
        """Every place where 160 samples of the piece are a loud window of a clip."""
        found: list[Place] = []
        if not self._clips:
            return found
        for start in range(0, len(piece) - WINDOW + 1, _LONGEST_PIECE - WINDOW + 1):
            part = piece[start : start + _LONGEST_PIECE]
            found += self._search(part, start) if len(part) >= WINDOW else []
        return found

    def _search(self, piece: Pcm, start: int) -> list[Place]:
        hashes = _rolling(piece)
        left = np.searchsorted(self._hashes, hashes)
        hits = np.flatnonzero(self._hashes[np.minimum(left, len(self._hashes) - 1)] == hashes)
        return [
            Place(start + int(at), self._clips[self._numbers[entry]], int(self._offsets[entry]))
            for at in hits
            for entry in range(left[at], np.searchsorted(self._hashes, hashes[at], side="right"))
        ]

    def _all_windows(self) -> tuple[_Words, npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """The hash, the clip's number and the offset of every loud window."""
        loud = [clip.loud_windows() for clip in self._clips]
        places = zip(self._clips, loud, strict=True)
        hashes = [_hashes(_windows(clip.samples)[windows]) for clip, windows in places]
        numbers = np.repeat(np.arange(len(loud)), [len(windows) for windows in loud])
        nothing = np.empty(0, np.uint64)
        offsets = np.concatenate([np.empty(0, np.intp), *loud]) * WINDOW
        return np.concatenate([nothing, *hashes]), numbers, offsets


def decoded(alaw: bytes) -> Pcm:
    """A-law (ITU-T G.711) as 16-bit samples."""
    return _LEVELS[np.frombuffer(alaw, np.uint8)]


def _name(file: Path, prompts_dir: Path) -> str:
    return file.relative_to(prompts_dir).with_suffix("").as_posix()


def _windows(samples: Pcm) -> Pcm:
    """The samples cut into whole windows, one a row."""
    return samples[: len(samples) // WINDOW * WINDOW].reshape(-1, WINDOW)


def _rank_among_equals(rising: _Words) -> npt.NDArray[np.intp]:
    """For each element of a sorted array, how many equal ones stand before it."""
    return np.arange(len(rising)) - np.searchsorted(rising, rising)


def _hashes(windows: Pcm) -> _Words:
    """The hash of each row."""
    terms = _WORDS[windows.view(np.uint16)] * _POWERS[:WINDOW]
    sums: _Words = np.add.reduce(terms, axis=1, dtype=np.uint64)
    return sums


def _rolling(piece: Pcm) -> _Words:
    """The hash of the window that begins at each sample."""
    terms = _WORDS[piece.view(np.uint16)] * _POWERS[: len(piece)]
    sums = np.concatenate((_ZERO, np.add.accumulate(terms, dtype=np.uint64)))
    hashes: _Words = (sums[WINDOW:] - sums[:-WINDOW]) * _INVERSES[: len(piece) - WINDOW + 1]
    return hashes


def _levels() -> Pcm:
    codes = np.arange(256) ^ 0x55
    segment, step = (codes >> 4) & 7, (codes & 15) * 16
    magnitude = np.where(segment == 0, step + 8, (step + 264) << np.maximum(segment - 1, 0))
    return np.where(codes & 0x80, magnitude, -magnitude).astype(np.int16)


def _powers(base: int) -> _Words:
    factors = np.full(_LONGEST_PIECE, base, np.uint64)
    factors[0] = 1
    powers: _Words = np.multiply.accumulate(factors)
    return powers


_LEVELS: Final = _levels()
_BASE: Final = 0x9E3779B97F4A7C15  # odd, so it has an inverse modulo 2^64
_POWERS: Final = _powers(_BASE)
_INVERSES: Final = _powers(pow(_BASE, -1, 2**64))
_ZERO: Final = np.zeros(1, np.uint64)
# A word for each sample value, so that small differences of sound change all bits of the hash.
_WORDS: Final = np.random.default_rng(0).integers(1, 2**63, 2**16, np.uint64)
