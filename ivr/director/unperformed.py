"""Calls that nobody performs: those turned away at the door, and those that ended unseen."""

from contextlib import suppress

import structlog

from ivr.director.house import House
from ivr.director.leaving import keep_place
from ivr.domain.call import ChannelId, Facts, Outcome
from ivr.domain.journal import Data, EventKind, event
from ivr.domain.recovery import Close
from ivr.ports import ChannelGone, Switch

log = structlog.get_logger(__name__)


async def turn_away(house: House, switch: Switch, channel: ChannelId, facts: Facts) -> None:
    """The line is going down: the dialplan apologises, unanswered."""
    log.info("call.turned_away", call_id=facts.call_id)
    _record(house, facts, EventKind.ARRIVED, {})
    with suppress(ChannelGone):
        await switch.apologise(channel)
    _record(house, facts, EventKind.FINISHED, {"outcome": Outcome.FALLBACK})


async def close_afterwards(house: House, action: Close) -> None:
    """Record the end of a call that ended while nobody looked, and what was left of it."""
    await keep_place(house, action.facts, action.outcome)
    log.info("call.closed_afterwards", call_id=action.facts.call_id, outcome=action.outcome)
    _record(house, action.facts, EventKind.FINISHED, {"outcome": action.outcome})


def _record(house: House, facts: Facts, kind: EventKind, data: Data) -> None:
    house.journal.record(event(facts, kind, house.clock.now(), data))
