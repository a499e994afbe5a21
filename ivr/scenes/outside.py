"""The caller is handed to a telephone outside the service, and talks on with it."""

import asyncio

import structlog

from ivr.domain.call import Outcome, SceneName
from ivr.domain.journal import EventKind
from ivr.domain.transfer import Outside, Refusal, read_target
from ivr.scenes.leading import alone_again, lost
from ivr.scenes.reaching import reach
from ivr.stage import Call, Commands, Desk, Party

log = structlog.get_logger(__name__)


async def outside(call: Call, desk: Desk) -> Outcome | SceneName:
    """Ring the number unless it has been consulted; the counsellor is free once it answers."""
    leg, party = desk.leg(call), desk.colleagues.leg(call)
    talking = call.facts.leg is None  # already, and a restart is not heard
    if party is None and call.facts.colleague_leg is not None:  # it has gone
        await call.talk.hush(call.party)
        seen = talking and desk.colleagues.went(call)  # else nobody knows how their talk ended
        return Outcome.HANDED_OVER if seen else await _not_reached(call, desk, leg, None)
    if party is None or not talking:
        reached = await _free_for(call, desk, leg, party)
        if not isinstance(reached, Party):
            return await _not_reached(call, desk, leg, reached)
        party = reached
    if not await call.talk.connect(party, keys=True):  # hung up as it was put through
        return Outcome.HANDED_OVER if talking else await _not_reached(call, desk, leg, None)
    attended = call.facts.target is None
    call.record(EventKind.TRANSFERRED, kind="outside", attended=attended, topic=call.facts.topic)
    if leg is not None:
        await Commands(call, leg).done()
    desk.dismiss(call)
    await call.keep(leg=None)
    return await _until_over(call, desk, party)


async def _free_for(
    call: Call, desk: Desk, leg: Party | None, party: Party | None
) -> Party | Refusal | None:
    """The outside party, rung if need be, and the caller with nobody else; see `reach`."""
    await call.talk.part()
    async with call.music():
        target = read_target(call.facts.target)
        if party is None and isinstance(target, Outside):
            reached = await reach(call, desk, target, leg, goes_on=True)
            if not isinstance(reached, Party):
                return reached
            party = reached
    if party is not None:
        await call.talk.hush(party)
    return party


async def _until_over(call: Call, desk: Desk, party: Party) -> Outcome:
    """Until one of the two hangs up; but two telephones left off the hook do not talk for ever."""
    await asyncio.wait({party.gone}, timeout=call.service.outside_longest_s)
    if not party.gone.done():
        log.warning("outside.too_long")
        desk.colleagues.dismiss(call)
        await call.talk.part()
        await call.say(call.prompt("goodbye"))
    return Outcome.HANDED_OVER


async def _not_reached(call: Call, desk: Desk, leg: Party | None, why: Refusal | None) -> SceneName:
    """The counsellor hears why and is back with the caller; without one, the line takes them."""
    if leg is None or leg.gone.done():
        return lost(call)
    if why is not None:
        await Commands(call, leg).refuse(why)
    return alone_again(call, desk)
