"""Who was cut off in the line is called back at the place they had, or listed for people."""

import structlog

from ivr.director.house import House
from ivr.domain.abandon import candidate, number_left
from ivr.domain.call import Facts, Outcome
from ivr.ports import JournalUnavailable

log = structlog.get_logger(__name__)


async def keep_place(house: House, facts: Facts, outcome: Outcome) -> None:
    """Make the request, before the call's end goes on the record.

    The disk may refuse both: they are held and tried again, in this order. If we die before it
    has them, the call is not over on the record, where it stands that the caller was told:
    whoever finds it makes the request.
    """
    told = number_left(facts, outcome)
    line = house.service.line(facts.line) if facts.line is not None else None
    if line is None:
        if told is not None:
            log.error("callback.line_unknown", call_id=facts.call_id, line=facts.line)
        return
    number = told or candidate(line, facts, outcome)
    if number is None:
        return
    try:
        await house.callbacks.learn()
    except JournalUnavailable:  # what is known of earlier requests must do
        log.exception("callback.earlier_requests_unknown")
    if told is not None:
        house.callbacks.hung_up(facts, line, number)
        log.info("callback.kept_on_hangup", call_id=facts.call_id)
    elif house.callbacks.cut_off(facts, line, number):
        log.info("callback.candidate", call_id=facts.call_id)
