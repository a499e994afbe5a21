"""Calls as the record sees them, made up for the tests of the outbox and of Postgres."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ivr.domain import journal
from ivr.domain.call import (
    Caller,
    CallId,
    CounsellorId,
    Facts,
    Language,
    LineId,
    SceneName,
    TopicId,
)
from ivr.domain.callback import Callback, CallbackId
from ivr.domain.journal import (
    CallbackEvent,
    CallbackKind,
    DutyEvent,
    DutyKind,
    Event,
    EventId,
    EventKind,
    Promised,
)

ARRIVED = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
BY = date(2026, 11, 23)


def facts(call: str = "n1-1795294388.0", *, hidden: bool = False) -> Facts:
    """A caller who waits in the line for families."""
    return Facts(
        call_id=CallId(call),
        dialled="0291512360",
        caller=Caller(number=None if hidden else "+358401234567", hidden=hidden),
        arrived=ARRIVED,
        scene=SceneName.WAITING,
        line=LineId("families"),
        language=Language.SV,
        topic=TopicId("children"),
        joined=ARRIVED + timedelta(seconds=30),
    )


def event(
    kind: EventKind,
    of: Facts | None = None,
    *,
    step: int = 0,
    again: str = "",
    **data: str | int | float | bool | None,
) -> Event:
    """An event of the call, `step` seconds after its arrival; `again` makes it another one."""
    known = replace(of or facts(), step=step)
    return journal.event(known, kind, ARRIVED + timedelta(seconds=step), data, again)


def whole_call(of: Facts, outcome: str = "served") -> list[Event]:
    """A call from its arrival to its outcome."""
    served = replace(of, counsellor=CounsellorId("aino"), answered=True)
    return [
        event(EventKind.ARRIVED, of),
        event(EventKind.SCENE, of, step=1, scene="waiting"),
        event(EventKind.JOINED, of, step=2, ahead=0),
        event(EventKind.RINGING, served, step=3, counsellor="aino"),
        event(EventKind.CONNECTED, served, step=4, counsellor="aino"),
        event(EventKind.ANSWERED, served, step=5, because="connected"),
        event(EventKind.FINISHED, served, step=6, outcome=outcome, cause=16),
    ]


def callback_request(of: Facts, *, number: str | None = "+358401234567", step: int = 7) -> Event:
    """The promise of a callback."""
    return event(
        EventKind.CALLBACK_REQUESTED,
        of,
        step=step,
        number=number,
        line="families",
        language="sv",
        topic="children",
        joined=(ARRIVED + timedelta(seconds=30)).isoformat(),
        promised_by="2026-11-23",
    )


def duty_event(
    kind: DutyKind = DutyKind.PAUSED,
    counsellor: str = "aino",
    *,
    step: int = 0,
    call: str | None = None,
    duty: str = '{"doing":"paused"}',
    **data: str | int | float | bool | None,
) -> DutyEvent:
    """An event of a counsellor, `step` seconds after the call's arrival."""
    at = ARRIVED + timedelta(seconds=step)
    return DutyEvent(
        id=EventId(f"{counsellor}/{at.isoformat()}/{kind}"),
        counsellor=CounsellorId(counsellor),
        kind=kind,
        at=at,
        call_id=None if call is None else CallId(call),
        data=data,
        duty=duty,
    )


def promised(call: str) -> Promised:
    """What the call of `callback_request` was promised."""
    return Promised(callback=CallbackId(call), by=BY)


def request(call: str = "n1-1795294388.0", **changes: Any) -> Callback:
    """The request that the call makes."""
    asked = Callback(
        id=CallbackId(call),
        line=LineId("families"),
        number="+358401234567",
        language=Language.SV,
        topic=TopicId("children"),
        joined=ARRIVED + timedelta(seconds=30),
        requested=ARRIVED + timedelta(seconds=7),
        promised_by=BY,
    )
    return replace(asked, **changes)


def happened(
    callback: Callback,
    kind: CallbackKind = CallbackKind.REQUESTED,
    *,
    step: int = 7,
    **data: str | int | float | bool | None,
) -> CallbackEvent:
    """An event of the request, which is so after it, `step` seconds after the call's arrival."""
    at = ARRIVED + timedelta(seconds=step)
    return journal.callback_event(callback, kind, at, CallId(callback.id), data)
