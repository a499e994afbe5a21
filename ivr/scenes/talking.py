"""The counsellor has answered: who calls and about what, and then the two talk."""

from ivr.domain.call import Outcome, SceneName
from ivr.domain.phrase import TopicName
from ivr.ports import ChannelGone
from ivr.stage import Call, Desk


async def connecting(call: Call, desk: Desk) -> SceneName:
    """The counsellor hears language and topic while the caller still hears music."""
    leg = desk.leg(call)
    if leg is None or call.facts.topic is None:
        return await _back_to_the_line(call, desk)
    whisper = call.prompt(f"whisper_{call.language}", topic=TopicName(call.facts.topic))
    async with call.music():
        try:
            await leg.say([whisper], until=leg.gone)
        except ChannelGone:
            return await _back_to_the_line(call, desk)
    if leg.gone.done():
        return await _back_to_the_line(call, desk)
    return SceneName.TALKING


async def talking(call: Call, desk: Desk) -> Outcome | SceneName:
    """Connect the two, and only then answer the caller: charging begins here."""
    leg = desk.leg(call)
    if leg is None:
        return Outcome.SERVED if call.facts.connected else await _back_to_the_line(call, desk)
    if not call.facts.connected:
        if not await call.connect(leg):
            return await _back_to_the_line(call, desk)
        await call.answer(because="counsellor")
        await call.connected()
    await leg.gone
    return Outcome.SERVED


async def _back_to_the_line(call: Call, desk: Desk) -> SceneName:
    """The counsellor went before the two could talk: the caller keeps the place."""
    desk.dismiss(call)
    await call.disconnect()
    call.note(counsellor=None, leg=None, connected=False)
    return SceneName.WAITING
