"""The caller is handed to a telephone outside the service, and talks on with it."""

import asyncio

from ivr.domain.call import Outcome, SceneName
from ivr.domain.journal import EventKind
from ivr.domain.transfer import Outside, Refusal, read_target
from ivr.scenes.leading import alone_again, lost
from ivr.scenes.reaching import reach
from ivr.stage import Call, Commands, Desk, Party


async def outside(call: Call, desk: Desk) -> Outcome | SceneName:
    """Ring the number unless it has been consulted; the counsellor is free once it answers."""
    leg, party = desk.leg(call), desk.colleagues.leg(call)
    if party is None and call.facts.colleague_leg is not None:  # it went while nobody looked
        await call.talk.hush(call.party)
        return await _not_reached(call, desk, leg, None)
    await call.talk.part()
    async with call.music():
        if party is None:
            reached = await _reach(call, desk, leg)
            if not isinstance(reached, Party):
                return await _not_reached(call, desk, leg, reached)
            party = reached
    attended = call.facts.target is None
    await call.talk.hush(party)
    if not await call.talk.connect(party, keys=True):  # hung up as it was put through
        return await _not_reached(call, desk, leg, None)
    call.record(EventKind.TRANSFERRED, kind="outside", attended=attended, topic=call.facts.topic)
    if leg is not None:
        await Commands(call, leg).done()
    desk.dismiss(call)
    await asyncio.wait({party.gone})  # awaited by itself, it would be cancelled with us
    return Outcome.HANDED_OVER


async def _reach(call: Call, desk: Desk, leg: Party | None) -> Party | Refusal | None:
    target = read_target(call.facts.target)
    if not isinstance(target, Outside):
        return None
    return await reach(call, desk, target, leg, goes_on=True)


async def _not_reached(call: Call, desk: Desk, leg: Party | None, why: Refusal | None) -> SceneName:
    """The counsellor hears why and is back with the caller; without one, the line takes them."""
    if leg is None or leg.gone.done():
        return lost(call)
    if why is not None:
        await Commands(call, leg).refuse(why)
    return alone_again(call, desk)
