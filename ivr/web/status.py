"""Whether the line can take calls, and what is wrong with it."""

from collections.abc import Mapping, Sequence
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
    def promises(self) -> Mapping[LineId, Promises]:
        """The callbacks of each line; empty while that is not known yet."""
        ...

    @property
    def counsellors(self) -> Mapping[Doing, int]:
        """How many counsellors are doing what; empty while that is not known yet."""
        ...


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
    severe = []
    if not status.switch_connected:
        severe.append("switch: not connected")
    if status.journal_fault is not None:
        severe.append(f"journal: {status.journal_fault}")
    slight = []
    if status.shipping_fault is not None:
        slight.append(f"database: {status.shipping_fault}")
    if status.set_aside:
        slight.append(f"database: {status.set_aside} events refused and set aside in the outbox")
    slight += [f"{work}: {why}" for work, why in status.faults.items()]
    state = State.NOT_READY if severe else State.DEGRADED if slight else State.READY
    return Readiness(state=state, reasons=[*severe, *slight])
