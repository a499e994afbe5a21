"""How a caller comes into the line: as one who is new, or at a place that is theirs already."""

from dataclasses import replace
from datetime import datetime, timedelta
from enum import Enum, auto

import structlog

from ivr.domain.call import Facts
from ivr.domain.place import Regained
from ivr.domain.service import ServiceLine
from ivr.ports import Journal, JournalUnavailable

log = structlog.get_logger(__name__)


class Joining(Enum):
    """How a caller has come into the line."""

    NEW = auto()
    REGAINED = auto()  # at the place of an earlier call, or of a request to be called back


async def join(
    journal: Journal, line: ServiceLine, facts: Facts, now: datetime, asked: Regained | None
) -> tuple[Joining, Facts]:
    """The facts of a caller who joins the line now, with the place that is theirs.

    `asked` is that of their request to be called back, if one is open.
    """
    place = _first(asked, await _place_left(journal, line, facts, now))
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


def _first(one: Regained | None, other: Regained | None) -> Regained | None:
    """The earlier of two places, with the urgency of both."""
    if one is None or other is None:
        return one or other
    return Regained(
        joined=min(one.joined, other.joined),
        caller_urgent=one.caller_urgent or other.caller_urgent,
        assessed_urgent=one.assessed_urgent or other.assessed_urgent,
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
