"""What is known of a run when it is over: the callers' own logs, the record, and what is left."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tests.chaos.faults import Fault


class End(StrEnum):
    """How a call ended, as its caller saw it."""

    OWN = "hung up"
    BYE = "the line hung up"
    REFUSED = "a final response"
    SILENT = "no word any more"  # Asterisk was killed


@dataclass(frozen=True, kw_only=True)
class Struck:
    """A fault as it was: seconds since the epoch. `back`: all worked again; NaN: it did not."""

    fault: Fault
    began: float
    ended: float
    back: float
    on_the_line: int


@dataclass(frozen=True, kw_only=True)
class Spell:
    """From when to when, seconds since the epoch."""

    began: float
    ended: float

    @property
    def lasts_s(self) -> float:
        """How long, in seconds."""
        return self.ended - self.began

    def shared_with(self, other: "Spell") -> "Spell":
        """What both have in common; of negative length if nothing."""
        return Spell(began=max(self.began, other.began), ended=min(self.ended, other.ended))


@dataclass(frozen=True, kw_only=True)
class CallerLog:
    """One call as its caller saw it. Times are seconds since the epoch.

    `taken`: Asterisk said more than 100 Trying. `number` is E.164; None: withheld.
    `heard` are the clips in order, each with the time of its first packet. `gaps` are those of
    over a second without sound between two packets that had some, and the last up to the end.
    """

    name: str
    number: str | None
    dialled: str
    began: float
    ended: float
    end: End
    status: int = 0
    taken: float | None = None
    answered: float | None = None
    heard: Sequence[tuple[float, str]] = ()
    gaps: Sequence[Spell] = ()


@dataclass(frozen=True, kw_only=True)
class DialledLog:
    """One call that the line made to a citizen, as their phone saw it."""

    number: str
    began: float
    ended: float
    answered: bool = False


@dataclass(frozen=True, kw_only=True)
class Happened:
    """A row of `call_event`."""

    kind: str
    at: float
    scene: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class CallRow:
    """A row of `call` with its events in the order of their times. `callback`: a call we made."""

    id: str
    number: str | None
    line: str | None
    topic: str | None
    language: str | None
    arrived: float
    joined: float | None = None
    connected: float | None = None
    answered: float | None = None
    ended: float | None = None
    outcome: str | None = None
    callback: str | None = None
    events: Sequence[Happened] = ()


@dataclass(frozen=True, kw_only=True)
class CallbackRow:
    """A row of `callback`, with the beginnings and results of its attempts."""

    id: str
    number: str | None
    status: str
    attempts: Sequence[tuple[float, str | None]] = ()


@dataclass(frozen=True, kw_only=True)
class Leftovers:
    """What is there when all calls are over. Counts of 0 and above.

    `handles` and `handles_at_rest` are the file handles of each process now and before the
    first call; `tasks` likewise those of the controller.
    """

    channels: Sequence[str] = ()
    bridges: Sequence[str] = ()
    backlog: int = 0
    set_aside: int = 0
    tasks: int = 0
    tasks_at_rest: int = 0
    handles: Mapping[str, int] = field(default_factory=dict)
    handles_at_rest: Mapping[str, int] = field(default_factory=dict)
    complaints: Sequence[tuple[float, str]] = ()


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """All that is known of a run.

    `free_numbers` are those dialled whose callers may not be answered before a counsellor
    talks. `stalls`: the machine itself stood still, as a call without the line's part shows.
    """

    callers: Sequence[CallerLog] = ()
    dialled: Sequence[DialledLog] = ()
    calls: Sequence[CallRow] = ()
    callbacks: Sequence[CallbackRow] = ()
    struck: Sequence[Struck] = ()
    stalls: Sequence[Spell] = ()
    free_numbers: frozenset[str] = frozenset()
    left: Leftovers = field(default_factory=Leftovers)

    def deaths_of_asterisk(self) -> list[Spell]:
        """When Asterisk was away."""
        return [
            Spell(began=each.began, ended=each.back)
            for each in self.struck
            if each.fault is Fault.ASTERISK_KILLED
        ]
