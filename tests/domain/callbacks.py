"""Requests to be called back, made up for tests."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from ivr.domain.attempt import Result
from ivr.domain.call import CallId, CounsellorId, Language, LineId, Refused, TopicId
from ivr.domain.callback import Because, Callback, CallbackId, Status
from ivr.domain.policy import CallbackPolicy
from ivr.domain.schedule import forced_open
from tests.fakes.service import NEVER
from tests.fakes.time import BEGIN

ALWAYS = forced_open(NEVER)
POLICY = CallbackPolicy(attempts=3, between_min=30)
ANNA = CounsellorId("anna")
MIN = timedelta(minutes=1)
TUESDAY = date(2026, 11, 24)
THEIR_CALL = CallId("n1-9.1")


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


# What can be done to a request, and where that may lead it from each status.
DOINGS: dict[str, Callable[[Callback], Callback]] = {
    "ask again": lambda it: it.ask_again(
        urgent=True, language=Language.SV, topic=TopicId("adults"), promised_by=TUESDAY
    ),
    "begin": calling,
    "begin by hand": lambda it: it.begin_by_hand(counsellor=ANNA, began=BEGIN),
    "postpone": lambda it: it.postpone(BEGIN + 60 * MIN),
    "take": lambda it: it.take(ANNA),
    "close": lambda it: it.close(Because.SETTLED),
    "refuse": lambda it: it.refuse(Refused.BARRED),
    "got through": lambda it: it.answered_by_phone(THEIR_CALL),
    **{
        f"ended: {result}": lambda it, result=result: it.end_attempt(  # type: ignore[misc]
            result, now=BEGIN, policy=POLICY
        )
        for result in Result
    },
}
LEGAL: dict[Status, dict[str, Status]] = {
    Status.WAITING: {
        "ask again": Status.WAITING,
        "begin": Status.CALLING,
        "begin by hand": Status.CALLING,
        "postpone": Status.WAITING,
        "take": Status.WAITING,
        "close": Status.CLOSED,
        "refuse": Status.UNREACHED,
        "got through": Status.ANSWERED_BY_PHONE,
    },
    Status.CALLING: {
        "ask again": Status.CALLING,
        "got through": Status.CALLING,
        **{f"ended: {result}": Status.WAITING for result in Result},
        "ended: reached": Status.REACHED,
        "ended: wrong_number": Status.UNREACHED,
    },
    Status.UNREACHED: {"postpone": Status.WAITING, "close": Status.CLOSED},
    Status.REACHED: {},
    Status.ANSWERED_BY_PHONE: {},
    Status.CLOSED: {},
}


def leads_to(status: Status) -> set[Status]:
    """Where one thing that happens may lead a request from this status."""
    # Whoever got through while being dialled is answered when that attempt has ended.
    answered = {Status.ANSWERED_BY_PHONE} if status is Status.CALLING else set[Status]()
    return {*LEGAL[status].values(), *answered}
