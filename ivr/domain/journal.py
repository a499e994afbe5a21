"""What the record says of a call: one event a fact, each with an id of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from ivr.domain.call import CallId, Facts

EventId = NewType("EventId", str)


class EventKind(StrEnum):
    """What happened; `data` carries the keys named beside each."""

    ARRIVED = "arrived"  # -
    ADOPTED = "adopted"  # - ; a new connection goes on with the call
    SCENE = "scene"  # scene
    JOINED = "joined"  # ahead
    RINGING = "ringing"  # counsellor
    MISSED = "missed"  # counsellor, cause (Q.850)
    CONNECTED = "connected"  # counsellor
    ANSWERED = "answered"  # because
    CALLBACK_REQUESTED = "callback_requested"  # number, line, language, topic, joined, promised_by
    FAULT = "fault"  # what
    FINISHED = "finished"  # outcome


# What can be said of a call once only, in whichever scene.
ONCE = frozenset(
    {EventKind.ARRIVED, EventKind.ANSWERED, EventKind.CALLBACK_REQUESTED, EventKind.FINISHED}
)

Data = Mapping[str, str | int | float | bool | None]


@dataclass(frozen=True, kw_only=True)
class Event:
    """One fact for the record.

    `id` derives from the call and the step, so that a scene which runs again
    after a crash records the same event and not a second one. `at` is UTC.
    `facts` is the state of the call after the event.
    """

    id: EventId
    kind: EventKind
    call_id: CallId
    at: datetime
    facts: Facts
    data: Data = field(default_factory=dict)


def event(facts: Facts, kind: EventKind, at: datetime, data: Data, of: str = "") -> Event:
    """A fact of the call. `of` tells apart events of one kind within one scene."""
    within = "" if kind in ONCE else f"/{facts.step}"
    return Event(
        id=EventId(f"{facts.call_id}{within}/{kind}{of}"),
        kind=kind,
        call_id=facts.call_id,
        at=facts.arrived if kind is EventKind.ARRIVED else at,
        facts=facts,
        data=data,
    )
