"""Three in the call: the caller, the counsellor, and a colleague or an outside party."""

from ivr.domain.call import Outcome, SceneName
from ivr.domain.journal import EventKind
from ivr.scenes.leading import alone_again, complete, lost
from ivr.scenes.together import together
from ivr.stage import Call, Desk


async def conference(call: Call, desk: Desk) -> Outcome | SceneName:
    """All hear each other until one of them leaves; the caller is never left alone."""
    leg, colleague = desk.leg(call), desk.colleagues.leg(call)
    if leg is None and colleague is None:
        return lost(call)  # both went while nobody looked
    if leg is None:
        return complete(call, desk)
    if colleague is None:
        return alone_again(call, desk)
    await call.talk.connect(leg, colleague)  # whoever has gone already is seen below
    call.record(EventKind.ADDED, counsellor=call.facts.colleague)
    return await together(call, desk, leg, colleague, three=True)
