"""What was measured, and what follows from it: quantiles, costs a call, growth."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self


class Name(StrEnum):
    """The two that are compared."""

    OURS = "ours"  # this system: the controller and its Asterisk
    QUEUE = "queue"  # the same menu and Queue() in plain dialplan


class Delay(StrEnum):
    """What a caller or a counsellor waits for; commented by its two ends."""

    SET_UP = "set_up"  # INVITE sent -> first packet of the first prompt
    KEY = "key"  # last packet of a key sent -> first packet of the prompt that follows
    CALLER_HEARS = "caller_hears"  # counsellor's 200 sent, whisper over -> caller hears them
    BOTH_HEAR = "both_hear"  # the same -> each hears the other


@dataclass(frozen=True, kw_only=True)
class Cpu:
    """CPU seconds, user and system, of all threads."""

    asterisk: float = 0.0
    controller: float = 0.0
    postgres: float = 0.0

    def __sub__(self, earlier: "Cpu") -> "Cpu":
        return Cpu(
            asterisk=self.asterisk - earlier.asterisk,
            controller=self.controller - earlier.controller,
            postgres=self.postgres - earlier.postgres,
        )

    def __add__(self, other: "Cpu") -> "Cpu":
        return self - (Cpu() - other)


@dataclass(frozen=True, kw_only=True)
class Calls:
    """How many calls were made, how many of them failed, and the most that there were at once."""

    made: int = 0
    failed: int = 0
    at_once: int = 0

    def __add__(self, other: "Calls") -> "Calls":
        return Calls(
            made=self.made + other.made,
            failed=self.failed + other.failed,
            at_once=max(self.at_once, other.at_once),
        )

    def beside(self, other: "Calls") -> "Calls":
        """Both loads together, made at the same time."""
        both = self + other
        return Calls(made=both.made, failed=both.failed, at_once=self.at_once + other.at_once)


Delays = Mapping[Delay, Sequence[float]]
"""Seconds, in the order in which they were measured."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What one side did in its rounds. Rounds add up."""

    calls: Calls = field(default_factory=Calls)
    cpu: Cpu = field(default_factory=Cpu)
    delays: Delays = field(default_factory=dict)

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            calls=self.calls + other.calls,
            cpu=self.cpu + other.cpu,
            delays={d: [*self.delays.get(d, ()), *other.delays.get(d, ())] for d in Delay},
        )

    @classmethod
    def sum(cls, rounds: Iterable[Self]) -> "Figures":
        """All rounds of a side."""
        total: Figures = Figures()
        for each in rounds:
            total += each
        return total

    def quantile(self, delay: Delay, q: float) -> float:
        """A quantile of a delay in seconds; NaN where it was never measured."""
        return quantile(self.delays.get(delay, ()), q)

    def ms_a_call(self, cpu_s: float) -> float:
        """CPU seconds spread over the calls, in milliseconds; NaN without calls."""
        return 1000 * cpu_s / self.calls.made if self.calls.made else math.nan

    @property
    def total_ms_a_call(self) -> float:
        """Asterisk and the controller together. The record's Postgres is shown beside it."""
        return self.ms_a_call(self.cpu.asterisk + self.cpu.controller)


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One rate that was tried, calls a second, and whether no call failed."""

    side: Name
    rate: int
    calls: Calls

    @property
    def held(self) -> bool:
        """Whether the rate was sustained."""
        return self.calls.made > 0 and self.calls.failed == 0


@dataclass(frozen=True, kw_only=True)
class Memory:
    """The controller's resident memory in MB (10^6 bytes) after, or with, so many calls."""

    calls: int
    mb: float


@dataclass(frozen=True, kw_only=True)
class Results:
    """Everything that one run of the bench measured. `other` are the calls of no comparison."""

    ours: Figures
    queue: Figures
    attempts: Sequence[Attempt]
    waiting: Sequence[Memory]
    served: Sequence[Memory]
    other: Calls

    def of(self, side: Name) -> Figures:
        """The figures of one side."""
        return self.ours if side is Name.OURS else self.queue

    def sustained(self, side: Name) -> int:
        """The highest rate that was held, calls a second; 0 if none was."""
        held = (a.rate for a in self.attempts if a.side is side and a.held)
        return max(held, default=0)

    @property
    def growth_mb(self) -> float:
        """How much more memory the controller took at the end of the calls than at first."""
        return growth(self.served)

    @property
    def most_waiting_mb(self) -> float:
        """The memory with the most callers waiting; NaN if that was not measured."""
        return max((memory.mb for memory in self.waiting), default=math.nan)


def quantile(values: Sequence[float], q: float) -> float:
    """The smallest value that a share `q` of the values does not exceed (nearest rank)."""
    if not values:
        return math.nan
    return sorted(values)[max(0, math.ceil(q * len(values)) - 1)]


def growth(samples: Sequence[Memory]) -> float:
    """The straight line through the later half of the samples: its rise over all calls, in MB.

    The first half is left out: caches fill, and the allocator finds its size. NaN for
    fewer than four samples.
    """
    late = samples[len(samples) // 2 :]
    if len(samples) < 4:
        return math.nan
    calls = [float(sample.calls) for sample in late]
    mean_calls, mean_mb = sum(calls) / len(late), sum(s.mb for s in late) / len(late)
    spread = sum((c - mean_calls) ** 2 for c in calls)
    together = sum((s.calls - mean_calls) * (s.mb - mean_mb) for s in late)
    return together / spread * (samples[-1].calls - samples[0].calls) if spread else math.nan


def next_rate(held: int, failed: int, step: int) -> int | None:
    """Which rate to try between one that was held and one that was not; None when it is found."""
    return (held + failed) // 2 if failed - held > step else None
