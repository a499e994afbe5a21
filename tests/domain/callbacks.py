"""Requests to be called back, made up for tests."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from ivr.domain.call import CallId, CounsellorId, Language, LineId, TopicId
from ivr.domain.callback import Because, Callback, CallbackId, Result, Status
from ivr.domain.policy import CallbackPolicy
from ivr.domain.schedule import forced_open
from tests.fakes.service import NEVER
from tests.fakes.time import BEGIN

ALWAYS = forced_open(NEVER)
POLICY = CallbackPolicy(attempts=3, between_min=30)
ANNA = CounsellorId("anna")


def request(**changes: Any) -> Callback:
    """A citizen waits to be called back by the families' line."""
    asked = Callback(
        id=CallbackId("n1-1.1"),
        line=LineId("free"),
        number="+358401234567",
        language=Language.FI,
        topic=TopicId("families"),
        joined=BEGIN,
        requested=BEGIN,
        promised_by=date(2026, 11, 23),
    )
    return replace(asked, **changes)


def calling(of: Callback | None = None, now: datetime = BEGIN) -> Callback:
    """The citizen is dialled."""
    return (of or request()).begin_attempt(
        counsellor=ANNA, call=CallId("n1-o.1"), now=now, schedule=ALWAYS, policy=POLICY
    )


def in_status(status: Status) -> Callback:
    """A request that has come to this status as requests do."""
    match status:
        case Status.WAITING:
            return request()
        case Status.CALLING:
            return calling()
        case Status.REACHED:
            return calling().end_attempt(Result.REACHED, now=BEGIN, policy=POLICY)
        case Status.UNREACHED:
            return calling().end_attempt(Result.WRONG_NUMBER, now=BEGIN, policy=POLICY)
        case Status.ANSWERED_BY_PHONE:
            return request().answered_by_phone(CallId("n1-2.1"))
        case Status.CLOSED:
            return request().close(Because.SETTLED)
