"""What a request to be called back is like, once a call has asked for it."""

from datetime import datetime

from ivr.director.promised_days import PromisedDays
from ivr.domain.call import Facts
from ivr.domain.callback import Callback, CallbackId
from ivr.domain.journal import CallbackKind
from ivr.domain.service import ServiceLine


def asked_by(
    facts: Facts,
    line: ServiceLine,
    number: str,
    earlier: Callback | None,
    *,
    days: PromisedDays,
    now: datetime,
) -> tuple[Callback, CallbackKind]:
    """The request of this call for the number (E.164), and what has happened to it.

    `earlier` is the one that is open of the line and the number: it keeps its place.
    """
    if earlier is None:
        return _new(facts, line, number, days, now), CallbackKind.REQUESTED
    if earlier.id == str(facts.call_id):  # the disk had not answered it in time
        return earlier, CallbackKind.REQUESTED
    again = earlier.ask_again(
        urgent=facts.urgent,
        language=facts.language or earlier.language,
        topic=facts.topic or earlier.topic,
        promised_by=days.still(line, earlier, now),
    )
    return again, CallbackKind.AGAIN


def _new(
    facts: Facts, line: ServiceLine, number: str, days: PromisedDays, now: datetime
) -> Callback:
    """Who asks outside hours has stood in no line, and comes after those who asked before."""
    return Callback(
        id=CallbackId(facts.call_id),
        line=line.id,
        number=number,
        language=facts.language or line.languages[0],
        topic=facts.topic or line.general_topic,
        joined=facts.joined or (now if facts.closed else facts.arrived),
        requested=now,
        promised_by=days.first(line, number, now),
        caller_urgent=facts.caller_urgent,
        assessed_urgent=facts.assessed_urgent,
    )
