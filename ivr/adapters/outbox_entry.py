"""How an event is written down before it is kept: what of it SQLite and Postgres get."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Self

from ivr.domain.call import CallId, CounsellorId, Outcome
from ivr.domain.callback import CallbackId
from ivr.domain.callback_state import encode as encode_callback
from ivr.domain.facts import encode
from ivr.domain.journal import (
    PROMISES,
    CallbackEvent,
    CallbackKind,
    Data,
    DutyEvent,
    DutyKind,
    Event,
    EventId,
    EventKind,
    Recorded,
)
from ivr.domain.place import Regained, place_left

Row = tuple[str, str | None, str | None, str | None, str, str, str, str]
_JSON = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
_OUTCOMES = {str(outcome): outcome for outcome in Outcome}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An event of a call as it is kept. `at` is ISO 8601 in UTC, the rest JSON in ASCII.

    `left` is the row of the place that the call leaves in the line at its end; it
    stays here and is not shipped.
    """

    id: EventId
    call_id: CallId
    kind: EventKind
    at: str
    facts: str
    data: str
    left: Mapping[str, str | int | None] | None = None

    @classmethod
    def of(cls, event: Event) -> Self:
        """Write an event down. Raises ValueError for one that cannot be kept."""
        _refuse_unless_ascii(event.id, event.call_id)
        if event.kind in PROMISES:
            date.fromisoformat(str(event.data.get("promised_by")))
        return cls(
            id=event.id,
            call_id=event.call_id,
            kind=event.kind,
            at=instant(event.at, of=event.id),
            facts=encode(event.facts),
            data=_json(event.data),
            left=_left(event),
        )

    def row(self) -> Mapping[str, str | None]:
        """The values by the names that the queries have for them."""
        return {
            "id": self.id,
            "counsellor": None,
            "callback": None,
            "call_id": self.call_id,
            "kind": self.kind,
            "at": self.at,
            "state": self.facts,
            "data": self.data,
        }


@dataclass(frozen=True, kw_only=True)
class DutyEntry:
    """An event of a counsellor as it is kept; see Entry. `duty` is JSON in ASCII."""

    id: EventId
    counsellor: CounsellorId
    kind: DutyKind
    at: str
    call_id: CallId | None
    duty: str
    data: str

    @classmethod
    def of(cls, event: DutyEvent) -> Self:
        """Write an event down. Raises ValueError for one that cannot be kept."""
        _refuse_unless_ascii(event.id, event.counsellor, event.call_id or "", event.duty)
        json.loads(event.duty)
        return cls(
            id=event.id,
            counsellor=event.counsellor,
            kind=event.kind,
            at=instant(event.at, of=event.id),
            call_id=event.call_id,
            duty=event.duty,
            data=_json(event.data),
        )

    def row(self) -> Mapping[str, str | None]:
        """The values by the names that the queries have for them."""
        return {
            "id": self.id,
            "counsellor": self.counsellor,
            "callback": None,
            "call_id": self.call_id,
            "kind": self.kind,
            "at": self.at,
            "state": self.duty,
            "data": self.data,
        }


@dataclass(frozen=True, kw_only=True)
class CallbackEntry:
    """An event of a request to be called back as it is kept; see Entry. `state` is JSON."""

    id: EventId
    callback: CallbackId
    kind: CallbackKind
    at: str
    call_id: CallId
    state: str
    data: str

    @classmethod
    def of(cls, event: CallbackEvent) -> Self:
        """Write an event down. Raises ValueError for one that cannot be kept."""
        _refuse_unless_ascii(event.id, event.callback.id, event.call_id)
        return cls(
            id=event.id,
            callback=event.callback.id,
            kind=event.kind,
            at=instant(event.at, of=event.id),
            call_id=event.call_id,
            state=encode_callback(event.callback),
            data=_json(event.data),
        )

    def row(self) -> Mapping[str, str | None]:
        """The values by the names that the queries have for them."""
        return {
            "id": self.id,
            "counsellor": None,
            "callback": self.callback,
            "call_id": self.call_id,
            "kind": self.kind,
            "at": self.at,
            "state": self.state,
            "data": self.data,
        }


AnyEntry = Entry | DutyEntry | CallbackEntry


def written_down(event: Recorded) -> AnyEntry:
    """The event as it is kept. Raises ValueError for one that cannot be."""
    match event:
        case Event():
            return Entry.of(event)
        case DutyEvent():
            return DutyEntry.of(event)
        case CallbackEvent():
            return CallbackEntry.of(event)


def read(row: Row) -> AnyEntry:
    """The entry that `row` was made of: its id, three owners, kind, at, state, data."""
    event_id, counsellor, callback, call, kind, at, state, data = row
    if callback is not None:
        return CallbackEntry(
            id=EventId(event_id),
            callback=CallbackId(callback),
            kind=CallbackKind(kind),
            at=at,
            call_id=CallId(call or ""),
            state=state,
            data=data,
        )
    if counsellor is None:
        return Entry(
            id=EventId(event_id),
            call_id=CallId(call or ""),
            kind=EventKind(kind),
            at=at,
            facts=state,
            data=data,
        )
    return DutyEntry(
        id=EventId(event_id),
        counsellor=CounsellorId(counsellor),
        kind=DutyKind(kind),
        at=at,
        call_id=None if call is None else CallId(call),
        duty=state,
        data=data,
    )


def place(joined: str, caller_urgent: int, assessed_urgent: int) -> Regained:
    """The place that `Entry.left` has."""
    return Regained(
        joined=datetime.fromisoformat(joined),
        caller_urgent=bool(caller_urgent),
        assessed_urgent=bool(assessed_urgent),
    )


def instant(at: datetime, *, of: str) -> str:
    """ISO 8601 in UTC, so that texts compare as times. Raises ValueError without a zone."""
    if at.tzinfo is None:
        raise ValueError(f"event {of}: a time without a zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _left(event: Event) -> Mapping[str, str | int | None] | None:
    outcome = _OUTCOMES.get(str(event.data.get("outcome")))
    if event.kind is not EventKind.FINISHED or outcome is None:
        return None
    left = place_left(event.facts, outcome)
    if left is None:
        return None
    return {
        "call_id": event.call_id,
        "line": event.facts.line,
        "number": event.facts.caller.number,
        "at": instant(event.at, of=event.id),
        "joined": instant(left.joined, of=event.id),
        "caller_urgent": left.caller_urgent,
        "assessed_urgent": left.assessed_urgent,
    }


def _refuse_unless_ascii(*texts: str) -> None:
    if not all(text.isascii() for text in texts):
        raise ValueError("ids of events, calls and counsellors are ASCII")


def _json(data: Data) -> str:
    return _JSON.encode(dict(data))
