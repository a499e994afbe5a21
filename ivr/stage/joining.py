"""How a caller comes into the line: as one who is new, or at a place they were cut off from."""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum, auto

import structlog

from ivr.domain.call import Facts
from ivr.domain.journal import Regained
from ivr.domain.service import ServiceLine
from ivr.ports import Journal, JournalUnavailable

log = structlog.get_logger(__name__)


class Joining(Enum):
    """How a caller has come into the line."""

    NEW = auto()
    REGAINED = auto()  # at the place of an earlier call


async def join(
    journal: Journal, line: ServiceLine, facts: Facts, now: datetime
) -> tuple[Joining, Facts]:
    """The facts of a caller who joins the line now, with the place that is theirs."""
    place = await _place_left(journal, line, facts, now)
    if place is None:
        return Joining.NEW, replace(facts, joined=now)
    return Joining.REGAINED, at_place(facts, place, since=now)


def at_place(facts: Facts, place: Regained, *, since: datetime) -> Facts:
    """The facts of a caller who has regained this place, and whose present wait began then."""
    return replace(
        facts,
        joined=place.joined,
        waiting_since=since,
        caller_urgent=facts.caller_urgent or place.caller_urgent,
        assessed_urgent=facts.assessed_urgent or place.assessed_urgent,
    )


async def _place_left(
    journal: Journal, line: ServiceLine, facts: Facts, now: datetime
) -> Regained | None:
    """What a caller from the same number left behind; who hides the number is nobody we know."""
    number = None if facts.caller.hidden else facts.caller.number
    minutes = line.waiting.rejoin_min
    if number is None or minutes <= 0:
        return None
    try:
        since = now - timedelta(minutes=minutes)
        return await journal.left_line(line.id, number, since, by=facts.call_id)
    except JournalUnavailable:
        log.exception("line.earlier_place_unknown")
        return None
