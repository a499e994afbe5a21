"""The counsellor asks a colleague, or an outside number, while the caller hears music."""

from ivr.domain.call import Outcome, SceneName
from ivr.domain.journal import EventKind
from ivr.domain.transfer import Colleague, Outside, read_target
from ivr.scenes.leading import alone_again, complete, left, lost
from ivr.scenes.reaching import reach
from ivr.scenes.together import together
from ivr.stage import Call, Commands, Desk, Party


async def consulting(call: Call, desk: Desk) -> Outcome | SceneName:
    """Ring the colleague; then the two speak until the counsellor says how it goes on."""
    leg, colleague = desk.leg(call), desk.colleagues.leg(call)
    colleague_left = colleague is None and call.facts.colleague_leg is not None
    if leg is None or colleague_left:
        await call.talk.adjourn()
        await call.talk.hush(call.party)
        if leg is None:
            return _without_counsellor(call, desk, colleague)
        return alone_again(call, desk)
    await call.talk.part()
    async with call.music():
        if colleague is None:
            reached = await _reach(call, desk, leg)
            if not isinstance(reached, Party):
                return reached
            colleague = reached
        await call.talk.confer(leg, colleague, keys=call.facts.colleague is None)
        call.record(EventKind.CONSULTED, counsellor=call.facts.colleague)
        result = await together(call, desk, leg, colleague, three=False)
    await call.talk.adjourn()
    return result


def _without_counsellor(call: Call, desk: Desk, colleague: Party | None) -> SceneName:
    """The counsellor went while nobody looked, and nobody knows whether they hung up.

    A colleague has the caller; nobody outside is given one unasked.
    """
    with_colleague = colleague is not None and call.facts.colleague is not None
    return complete(call, desk) if with_colleague else lost(call)


async def _reach(call: Call, desk: Desk, leg: Party) -> Party | Outcome | SceneName:
    target = read_target(call.facts.target)
    if not isinstance(target, Colleague | Outside):
        return alone_again(call, desk)
    reached = await reach(call, desk, target, leg, goes_on=False)
    if isinstance(reached, Party):
        return reached
    if leg.gone.done():
        return left(call, desk)
    if reached is not None:
        await Commands(call, leg).refuse(reached)
    return alone_again(call, desk)
