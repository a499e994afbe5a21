"""What was received in a call, on the clock of the call."""

from typing import Final

import numpy as np

from ivr.phone.repertoire import RATE, WINDOW, Pcm

_QUIET: Final = 50  # mean |sample| of 20 ms in which nothing is to be heard
_LATE: Final = round(0.15 * RATE)  # packets come in bursts: less than this is no gap
_STOPPED_S: Final = 0.3  # twice that: what is less late than a gap stays late


class Tape:
    """Sound by the time of its arrival: where nothing arrived there are zeros.

    No level of A-law is zero, so a gap is told from silence that was sent.
    """

    def __init__(self) -> None:
        self._samples = np.zeros(60 * RATE, np.int16)
        self._length = 0
        self._now = 0
        self._flowing_since = 0

    @property
    def pcm(self) -> Pcm:
        """All of it so far; valid until the next recording."""
        return self._samples[: self._length]

    @property
    def waited_s(self) -> float:
        """How long nothing has come in."""
        return max(self._now - self._length, 0) / RATE

    @property
    def flowing_since(self) -> int:
        """The sample since which sound has come in without a gap."""
        return self._flowing_since

    def record(self, pcm: Pcm, at_s: float | None) -> None:
        """Add what ended at `at_s` (seconds from the beginning); None: right after the last."""
        end = self._length + len(pcm)
        self._now = end if at_s is None else round(at_s * RATE)
        if not len(pcm):
            return
        if self._now - end > _LATE:
            end = self._now
            self._flowing_since = end - len(pcm)
        self._make_room(end)
        self._samples[end - len(pcm) : end] = pcm
        self._length = end

    def silences(self, min_s: float) -> tuple[tuple[float, float], ...]:
        """Where nothing was to be heard for so long: start and length in seconds, to 20 ms."""
        self._make_room(self._now)  # what has not come in is zeros
        end = max(self._length, self._now) // WINDOW * WINDOW
        frames = self._samples[:end].reshape(-1, WINDOW)
        quiet = np.abs(frames.astype(np.int32)).mean(axis=1) < _QUIET
        edges = np.diff(np.concatenate(([0], quiet.view(np.int8), [0])))
        starts, ends = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
        spans = zip(starts * WINDOW / RATE, (ends - starts) * WINDOW / RATE, strict=True)
        return tuple((float(start), float(length)) for start, length in spans if length >= min_s)

    def tone(self, hz: float) -> bool:
        """Whether the last 0.1 s is mostly a tone of this frequency (to 10 Hz)."""
        last = self.pcm[-RATE // 10 :].astype(np.float64)
        if self.waited_s > _STOPPED_S or len(last) < RATE // 10 or np.abs(last).mean() < _QUIET:
            return False
        power = np.abs(np.fft.rfft(last * np.hanning(len(last)))) ** 2
        nearest = round(hz * len(last) / RATE)
        return bool(power[nearest - 2 : nearest + 3].sum() > power.sum() / 2)

    def _make_room(self, end: int) -> None:
        if end > len(self._samples):
            longer = np.zeros(max(end, 2 * len(self._samples)), np.int16)
            longer[: self._length] = self.pcm
            self._samples = longer
