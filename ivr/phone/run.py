"""How far received sound equals a clip, and which of several clips explains it best."""

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from ivr.phone.repertoire import RATE, WINDOW, Clip, Pcm

_LEAST: Final = 2  # loud windows without which a clip is not believed to be heard
_MISSED_FIRST: Final = 5  # loud windows
_MISSED_LAST: Final = 2
_GO_BACK: Final = 4 * RATE  # no clip begins with a longer silence


@dataclass(kw_only=True)
class Run:
    """Received sound that equals a clip, from sample `start` to `end` of the tape.

    `origin` is where the clip's first sample lies or would lie.
    """

    clip: Clip
    origin: int
    start: int
    end: int
    alive: bool = True

    def follow(self, tape: Pcm) -> None:
        """Go on as far as the sound and the clip are equal."""
        heard = tape[self.end :]
        expected = self.clip.samples[self.end - self.origin :][: len(heard)]
        other = np.flatnonzero(expected != heard[: len(expected)])
        self.end += int(other[0]) if len(other) else len(expected)
        self.alive = not len(other) and self.end - self.origin < len(self.clip.samples)

    def go_back(self, tape: Pcm) -> None:
        """Begin as early as the sound and the clip are equal."""
        before = min(self.start, self.start - self.origin, _GO_BACK)
        heard = tape[self.start - before : self.start]
        expected = self.clip.samples[: self.start - self.origin][-before:] if before else heard
        other = np.flatnonzero(expected != heard)
        self.start -= before - (int(other[-1]) + 1 if len(other) else 0)

    @property
    def sound(self) -> tuple[int, int, int]:
        """Where on the tape its loud part begins and ends, and how many loud windows it has."""
        begin, end, count = self.clip.loud_span(self.start - self.origin, self.end - self.origin)
        return self.origin + begin, self.origin + end, count

    @property
    def begins(self) -> bool:
        """Whether the beginning of the clip's sound is in it.

        A phone whose way for sound opens late misses a few packets, and no caller minds.
        """
        missed = self.clip.loud_span(0, self.start - self.origin + WINDOW - 1)[2]
        return missed <= min(_MISSED_FIRST, self.clip.loud // 4)

    @property
    def finishes(self) -> bool:
        """Whether the end of the clip's sound is in it, but for a packet or two that got lost."""
        heard = self.end - self.origin
        missed = self.clip.loud_span(heard - WINDOW + 1, len(self.clip.samples))[2]
        return missed <= min(_MISSED_LAST, self.clip.loud // 8)

    @property
    def believable(self) -> bool:
        """Whether there is enough of it."""
        return self.sound[2] >= min(_LEAST, self.clip.loud)

    def outdoes(self, other: Self) -> bool:
        """Whether all of the other's sound is in this one's, which explains more."""
        mine, its = self.sound, other.sound
        if its[0] < mine[0] - WINDOW or its[1] > mine[1] + WINDOW:
            return False
        if mine[2] == its[2] and not self.alive:
            return (self.finishes, self.end) > (other.finishes, other.end)
        return mine[2] > its[2]
