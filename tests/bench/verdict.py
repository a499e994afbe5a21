"""Which figures are compared with what, and whether each reaches its aim."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from tests.bench.figures import Delay, Figures, Name, Results

KEY_MS = 60.0
ANSWER_MS = 100.0
CPU_RATIO = 1.25
RATE_RATIO = 0.95
WAITING_MB = 150.0
# What the allocator's ups and downs may look like; a leak of 1 kB a call is more.
GROWTH_MB = 3.0

_TITLES = {
    Delay.SET_UP: "call set-up to first sound",
    Delay.KEY: "key to next prompt",
    Delay.CALLER_HEARS: "counsellor's answer to caller's first audio, whisper apart",
    Delay.BOTH_HEAR: "counsellor's answer to both-way audio, whisper apart",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table. NaN: not measured, or it makes no sense there.

    `aim` says in words what is asked; `reached` is None where nothing is asked.
    """

    what: str
    unit: str
    ours: float
    queue: float = math.nan
    aim: str = ""
    reached: bool | None = None

    @property
    def ratio(self) -> float:
        """Ours to the queue's."""
        return self.ours / self.queue if self.queue else math.nan


def rows(results: Results) -> list[Row]:
    """The table."""
    return [
        *_calls(results),
        *(row for delay in Delay for row in _delay(results, delay)),
        *_cpu(results),
        _rate(results),
        *_memory(results),
    ]


def failed_calls(results: Results) -> int:
    """How many calls failed where none may: everywhere but above the sustained rate."""
    return results.ours.calls.failed + results.queue.calls.failed + results.other.failed


def missed(results: Results) -> list[Row]:
    """The rows that do not reach their aim."""
    return [row for row in rows(results) if row.reached is False]


def _calls(results: Results) -> Iterator[Row]:
    ours, queue = results.ours.calls, results.queue.calls
    yield Row(what="calls in the rounds", unit="", ours=ours.made, queue=queue.made)
    yield Row(what="most calls at once", unit="", ours=ours.at_once, queue=queue.at_once)
    yield Row(
        what="failed calls",
        unit="",
        ours=ours.failed,
        queue=queue.failed,
        aim="none",
        reached=ours.failed == 0,
    )


def _delay(results: Results, delay: Delay) -> Iterator[Row]:
    aims = {Delay.KEY: KEY_MS, Delay.CALLER_HEARS: ANSWER_MS}
    for q, name in ((0.5, "p50"), (0.99, "p99")):
        ours, queue = (1000 * side.quantile(delay, q) for side in (results.ours, results.queue))
        aim = aims.get(delay) if name == "p99" else None
        yield Row(
            what=f"{_TITLES[delay]}, {name}",
            unit="ms",
            ours=ours,
            queue=queue,
            aim="" if aim is None else f"≤ {aim:g}",
            reached=None if aim is None else ours <= aim,
        )


def _cpu(results: Results) -> Iterator[Row]:
    ours, queue = results.ours, results.queue
    for what, ours_s, queue_s in (
        ("Asterisk", ours.cpu.asterisk, queue.cpu.asterisk),
        ("controller", ours.cpu.controller, math.nan),
        ("Postgres (the record; not in the sum)", ours.cpu.postgres, math.nan),
    ):
        yield Row(
            what=f"CPU a call: {what}",
            unit="ms",
            ours=ours.ms_a_call(ours_s),
            queue=queue.ms_a_call(queue_s),
        )
    total = _totals(ours, queue)
    yield Row(
        what="CPU a call: Asterisk and controller",
        unit="ms",
        ours=total[0],
        queue=total[1],
        aim=f"≤ {CPU_RATIO:g} ×",
        reached=total[0] <= CPU_RATIO * total[1],
    )


def _totals(ours: Figures, queue: Figures) -> tuple[float, float]:
    return ours.total_ms_a_call, queue.total_ms_a_call


def _rate(results: Results) -> Row:
    ours, queue = (results.sustained(side) for side in Name)
    return Row(
        what="calls a second sustained with no failed call",
        unit="1/s",
        ours=ours or math.nan,
        queue=queue or math.nan,
        aim=f"≥ {RATE_RATIO:g} ×",
        reached=ours >= RATE_RATIO * queue and ours > 0,
    )


def _memory(results: Results) -> Iterator[Row]:
    for memory in results.waiting:
        most = memory == results.waiting[-1]
        yield Row(
            what=f"controller's memory, {memory.calls} callers waiting",
            unit="MB",
            ours=memory.mb,
            aim=f"≤ {WAITING_MB:g}" if most else "",
            reached=memory.mb <= WAITING_MB if most else None,
        )
    if results.served:
        yield Row(
            what=f"controller's memory, growth over {results.served[-1].calls} calls",
            unit="MB",
            ours=results.growth_mb,
            aim=f"≤ {GROWTH_MB:g}",
            reached=results.growth_mb <= GROWTH_MB,
        )
