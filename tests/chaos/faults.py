"""Which faults there are, and which of them strikes when: by a seed alone."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Final


class Fault(StrEnum):
    """What is done to the line."""

    KILLED = "controller killed (-9) and restarted"
    AWAY = "controller gone for 20 to 35 s: Asterisk serves alone"
    TAKEN_OVER = "controller killed (-9) with a standby up"
    DEPLOYED = "controller told to end (SIGTERM) and restarted"
    FROZEN = "controller frozen (SIGSTOP)"
    DISK_FULL = "disk full for the outbox"
    CUT = "WebSocket cut"
    HALF_OPEN = "WebSocket frozen (half-open)"
    RECORD_KILLED = "Postgres killed (-9) and restarted"
    RECORD_AWAY = "Postgres away for 30 s"
    RECORD_SLOW = "Postgres slow (5 s a query)"
    RECORD_AND_CONTROLLER = "Postgres down and the controller killed"
    PHONE_DROPPED = "a counsellor's network drops"
    ASTERISK_KILLED = "Asterisk killed (-9) and restarted"


class Part(Enum):
    """What a fault strikes; one part is struck by one fault at a time."""

    CONTROLLER = auto()
    SOCKET = auto()
    RECORD = auto()
    PHONE = auto()


@dataclass(frozen=True, kw_only=True)
class Kind:
    """How often a fault is chosen beside the others, how long it lasts (seconds), and what it hits.

    `rests_s`: so long after its end the same parts are left alone.
    """

    fault: Fault
    weight: int
    lasts_s: tuple[float, float]
    hits: frozenset[Part]
    rests_s: float = 4.0


_CONTROLLER: Final = frozenset({Part.CONTROLLER, Part.SOCKET})
_SOCKET: Final = frozenset({Part.SOCKET})
_RECORD: Final = frozenset({Part.RECORD})

# A fault that is added to the line's promises gets its row here and its deed in inflicting.py.
KINDS: Final = (
    Kind(fault=Fault.KILLED, weight=6, lasts_s=(1, 8), hits=_CONTROLLER),
    Kind(fault=Fault.AWAY, weight=1, lasts_s=(20, 35), hits=_CONTROLLER),
    # A standby that starts wants Postgres to be there.
    Kind(fault=Fault.TAKEN_OVER, weight=3, lasts_s=(0, 0), hits=_CONTROLLER | _RECORD),
    Kind(fault=Fault.DEPLOYED, weight=3, lasts_s=(1, 4), hits=_CONTROLLER),
    Kind(fault=Fault.FROZEN, weight=2, lasts_s=(2, 8), hits=_CONTROLLER),
    Kind(fault=Fault.DISK_FULL, weight=2, lasts_s=(4, 10), hits=_CONTROLLER),
    Kind(fault=Fault.CUT, weight=4, lasts_s=(0, 0), hits=_SOCKET),
    # Found within 15 s.
    Kind(fault=Fault.HALF_OPEN, weight=3, lasts_s=(15, 15), hits=_CONTROLLER),
    Kind(fault=Fault.RECORD_KILLED, weight=3, lasts_s=(1, 6), hits=_RECORD),
    Kind(fault=Fault.RECORD_AWAY, weight=1, lasts_s=(30, 30), hits=_RECORD),
    Kind(fault=Fault.RECORD_SLOW, weight=2, lasts_s=(10, 20), hits=_RECORD),
    Kind(
        fault=Fault.RECORD_AND_CONTROLLER,
        weight=2,
        lasts_s=(3, 8),
        hits=_CONTROLLER | _RECORD,
    ),
    Kind(fault=Fault.PHONE_DROPPED, weight=5, lasts_s=(8, 15), hits=frozenset({Part.PHONE})),
    # Its calls end with it, so it is rare.
    Kind(fault=Fault.ASTERISK_KILLED, weight=1, lasts_s=(1, 4), hits=frozenset(Part), rests_s=8.0),
)

PAUSE_S: Final = (4.0, 9.0)
"""From one fault's beginning to the next, which waits longer if its parts are not free."""


@dataclass(frozen=True, kw_only=True)
class Planned:
    """A fault that begins so many seconds after the start, and lasts so long.

    `which`, 0 up to 1, says which of several it hits.
    """

    at_s: float
    fault: Fault
    lasts_s: float
    which: float

    @property
    def ends_s(self) -> float:
        """When it is over, in seconds after the start."""
        return self.at_s + self.lasts_s


def plan(seed: int, seconds: float, kinds: Sequence[Kind] = KINDS) -> tuple[Planned, ...]:
    """The faults of a run of so many seconds, in order; all end within it."""
    return tuple(_drawn(random.Random(seed), seconds, kinds))


def _drawn(chance: random.Random, seconds: float, kinds: Sequence[Kind]) -> Iterator[Planned]:
    """What is drawn waits until its parts are free: else what hits all would never strike."""
    busy_until = dict.fromkeys(Part, 0.0)
    at = _tenths(chance.uniform(*PAUSE_S))
    while at < seconds:
        (kind,) = chance.choices(kinds, [each.weight for each in kinds])
        lasts, which = _tenths(chance.uniform(*kind.lasts_s)), chance.random()
        at = max(at, *(busy_until[part] for part in kind.hits))
        drawn = Planned(at_s=at, fault=kind.fault, lasts_s=lasts, which=which)
        if drawn.ends_s < seconds:
            yield drawn
            busy_until.update(dict.fromkeys(kind.hits, _tenths(drawn.ends_s + kind.rests_s)))
        at = _tenths(at + chance.uniform(*PAUSE_S))


def _tenths(seconds: float) -> float:
    return round(seconds, 1)
