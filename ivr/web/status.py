"""Whether the line can take calls, and what is wrong with it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ivr.domain.call import LineId
from ivr.domain.counsellor import Doing


@dataclass(frozen=True, kw_only=True)
class Promises:
    """How many callbacks of a line are open, how many of them past the day that was promised.

    `given_up` are those that want a person's eye.
    """

    open: int
    overdue: int
    given_up: int


class Status(Protocol):
    """How the running service is, asked anew each time. A fault is one line, None when well."""

    @property
    def waits(self) -> str | None:
        """Which other controller runs the line, while this one waits to take over from it."""
        ...

    @property
    def switch_connected(self) -> bool:
        """Whether the socket to Asterisk is open and its calls are taken up."""
        ...

    @property
    def switch_answer_s(self) -> float | None:
        """How long Asterisk took lately to answer, seconds; None while that is not known."""
        ...

    @property
    def journal_fault(self) -> str | None:
        """Why the local disk does not take events."""
        ...

    @property
    def shipping_fault(self) -> str | None:
        """Why Postgres does not take events."""
        ...

    @property
    def faults(self) -> Mapping[str, str]:
        """Work of ours that has ended lately and was begun again, and why."""
        ...

    @property
    def backlog(self) -> int:
        """Events that Postgres does not have yet."""
        ...

    @property
    def oldest_s(self) -> float:
        """How long the oldest of them has waited; 0 when there is none. Seconds."""
        ...

    @property
    def set_aside(self) -> int:
        """Events that Postgres refused."""
        ...

    @property
    def details_lost(self) -> int:
        """Events that told details, and were lost while the disk took none for long."""
        ...

    @property
    def room_bytes(self) -> int:
        """How much more the outbox takes: by its bound, or by what its disk has."""
        ...

    @property
    def filling(self) -> bool:
        """Whether that is so little that a person must see to it."""
        ...

    @property
    def clock_ahead_s(self) -> float:
        """How far the machine's clock is ahead of the one that the line goes by; 0: they agree."""
        ...

    @property
    def promises(self) -> Mapping[LineId, Promises]:
        """The callbacks of each line; empty while that is not known yet."""
        ...

    @property
    def counsellors(self) -> Mapping[Doing, int]:
        """How many counsellors are doing what; empty while that is not known yet."""
        ...


# Under which name the trunk's registration stands among the faults.
TRUNK = "trunk"

# Events go within a second; a Postgres so far behind is too slow for what comes.
LAGS_S = 60.0


class State(StrEnum):
    """What a person or a load balancer makes of the service."""

    READY = "ready"  # calls are taken and recorded
    DEGRADED = "degraded"  # calls are taken and recorded here, but something else is wrong
    STANDBY = "standby"  # calls are taken by another controller; this one waits for its end
    NOT_READY = "not_ready"  # calls are not taken, or nothing can be promised to a caller


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """The state, and a sentence for each thing that is wrong."""

    state: State
    reasons: Sequence[str]


def readiness(status: Status) -> Readiness:
    """Not ready without the switch or the disk; Postgres may be away and calls go on."""
    if status.waits is not None:
        reason = f"standby: another controller ({status.waits}) runs the line"
        return Readiness(state=State.STANDBY, reasons=[reason])
    severe, slight = list(_severe(status)), [*_of_the_record(status), *_of_the_clock(status)]
    slight += [f"{work}: {why}" for work, why in status.faults.items()]
    state = State.NOT_READY if severe else State.DEGRADED if slight else State.READY
    return Readiness(state=state, reasons=[*severe, *slight])


def _severe(status: Status) -> Iterator[str]:
    if not status.switch_connected:
        yield "switch: not connected"
    if status.journal_fault is not None:
        yield f"journal: {status.journal_fault}"


def _of_the_record(status: Status) -> Iterator[str]:
    if status.shipping_fault is not None:
        yield f"database: {status.shipping_fault}"
    elif status.oldest_s > LAGS_S:
        yield f"database: lags by {status.oldest_s:.0f} s, {status.backlog} events"
    if status.set_aside:
        yield f"database: {status.set_aside} events refused and set aside in the outbox"
    if status.filling:
        yield f"journal: the outbox has room for {status.room_bytes // 10**6} MB more"
    if status.details_lost:
        yield f"journal: {status.details_lost} events were lost to a disk that took none"


def _of_the_clock(status: Status) -> Iterator[str]:
    if status.clock_ahead_s:
        yield (
            f"clock: the machine's has been set, and is {status.clock_ahead_s:+.0f} s ahead of the"
            " line's, which follows when nobody is on the line"
        )
