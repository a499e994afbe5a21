"""What the record says of calls and counsellors: one event a fact, each with an id of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NewType

from ivr.domain.call import CallId, CounsellorId, Facts
from ivr.domain.callback import Callback, CallbackId

EventId = NewType("EventId", str)


class EventKind(StrEnum):
    """What happened; `data` carries the keys named beside each."""

    ARRIVED = "arrived"  # -
    ADOPTED = "adopted"  # - ; a new connection goes on with the call
    SCENE = "scene"  # scene
    JOINED = "joined"  # ahead
    REJOINED = "rejoined"  # - ; the place of an earlier call was regained
    ASSURED = "assured"  # - ; about to be told that who hangs up in the line is called back
    URGENT = "urgent"  # by (caller or counsellor)
    LANGUAGE = "language"  # language; changed while waiting
    LIMIT = "limit"  # because, ending
    GHOST = "ghost"  # silent_s; the caller's phone has vanished
    RINGING = "ringing"  # counsellor
    MISSED = "missed"  # counsellor, cause (Q.850)
    HELD = "held"  # -
    RESUMED = "resumed"  # -
    CONSULTED = "consulted"  # counsellor (None: an outside number)
    ADDED = "added"  # counsellor (None: an outside number); three in the call
    TRANSFERRED = "transferred"  # kind (counsellor, topic, outside), attended, counsellor, topic
    CONNECTED = "connected"  # counsellor
    ANSWERED = "answered"  # because
    CALLBACK_REQUESTED = "callback_requested"  # number, line, language, topic, joined, promised_by
    CALLBACK_REPEATED = "callback_repeated"  # callback, promised_by; asked for before
    FAULT = "fault"  # what
    FINISHED = "finished"  # outcome


class DutyKind(StrEnum):
    """What a counsellor did or what befell them; `data` carries the keys named beside each."""

    SIGNED_IN = "signed_in"  # account, by (phone, code or api)
    SIGNED_OUT = "signed_out"  # by
    REACHABLE = "reachable"  # account
    UNREACHABLE = "unreachable"  # account
    RINGING = "ringing"  # -
    MISSED = "missed"  # -
    DECLINED = "declined"  # -
    WITHDRAWN = "withdrawn"  # - ; the caller, or another counsellor, was faster
    TALKING = "talking"  # -
    WRAP_UP = "wrap_up"  # until
    FREE = "free"  # -
    PAUSED = "paused"  # reason
    RESUMED = "resumed"  # by
    DISPOSITION = "disposition"  # code; given again it replaces the one before
    ASSESSED_URGENT = "assessed_urgent"  # -
    WRONG_PIN = "wrong_pin"  # -


class CallbackKind(StrEnum):
    """What happened to a request to be called back; `data` carries the keys named beside each."""

    REQUESTED = (
        "requested"  # by (hang_up or cut_off; left out: the caller asked, or the line kept it)
    )
    AGAIN = "again"  # by, as above; the same number asked the same line again
    CALLED = "called"  # attempt, counsellor
    ENDED = "ended"  # attempt, result
    POSTPONED = "postponed"  # until, by (None: nobody was named); of an unreached one: reopened
    TAKEN = "taken"  # by
    CLOSED = "closed"  # because, by (None: nobody was named)
    ANSWERED_BY_PHONE = "answered_by_phone"  # -
    REFUSED = "refused"  # because; the number may not be called any more


PROMISES = frozenset({EventKind.CALLBACK_REQUESTED, EventKind.CALLBACK_REPEATED})

# What can be said of a call once only, in whichever scene.
ONCE = frozenset({EventKind.ARRIVED, EventKind.ANSWERED, EventKind.FINISHED}) | PROMISES

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


@dataclass(frozen=True, kw_only=True)
class DutyEvent:
    """One fact of a counsellor for the record.

    `id` is ASCII and unique for ever. `at` is UTC. `call_id` is the call that it
    is about, if any; the call may have ended. `duty` is the counsellor's state
    after the event: one line of JSON in ASCII.
    """

    id: EventId
    counsellor: CounsellorId
    kind: DutyKind
    at: datetime
    call_id: CallId | None
    data: Data
    duty: str


@dataclass(frozen=True, kw_only=True)
class CallbackEvent:
    """One fact of a request to be called back, for the record.

    `id` is ASCII and unique for ever. `at` is UTC. `call_id` is the call that it is
    about: the one that asked or got through, the one that was made, or else the one
    that first asked. `callback` is the request after the event.
    """

    id: EventId
    kind: CallbackKind
    at: datetime
    call_id: CallId
    callback: Callback
    data: Data = field(default_factory=dict)


Recorded = Event | DutyEvent | CallbackEvent

# Without these the record does not balance, or says nothing of who was served.
_ESSENTIAL = frozenset(
    {EventKind.ARRIVED, EventKind.JOINED, EventKind.CONNECTED, EventKind.FINISHED} | PROMISES
)


def essential(event: Recorded) -> bool:
    """Whether the record would be wrong without the event, and not only poorer."""
    match event:
        case Event():
            return event.kind in _ESSENTIAL
        case DutyEvent():
            return event.kind is DutyKind.DISPOSITION
        case CallbackEvent():
            return True


@dataclass(frozen=True, kw_only=True)
class Promised:
    """What a call was promised: that this request is kept, by this day at the latest."""

    callback: CallbackId
    by: date


def callback_event(
    callback: Callback, kind: CallbackKind, at: datetime, call: CallId, data: Data
) -> CallbackEvent:
    """A fact of the request, which is as it is after it."""
    # A request begins once, however often its beginning is told.
    once = "" if kind is CallbackKind.REQUESTED else f"/{at.isoformat()}/{call}"
    return CallbackEvent(
        id=EventId(f"{callback.id}/{kind}{once}"),
        kind=kind,
        at=at,
        call_id=call,
        callback=callback,
        data=data,
    )


def promise_event(facts: Facts, asked: Callback, at: datetime) -> Event:
    """What a call that asked is told: that it is called back, or that it is to be already."""
    by = asked.promised_by.isoformat()
    if asked.id != str(facts.call_id):
        told = {"callback": asked.id, "promised_by": by}
        return event(facts, EventKind.CALLBACK_REPEATED, at, told)
    data = {
        "number": asked.number,
        "line": asked.line,
        "language": asked.language,
        "topic": asked.topic,
        "joined": asked.joined.isoformat(),
        "promised_by": by,
    }
    return event(facts, EventKind.CALLBACK_REQUESTED, at, data)


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
