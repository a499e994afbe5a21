"""A citizen is called back: the counsellor accepts it first, then the citizen's phone rings."""

import asyncio

from ivr.domain.answering import is_machine, listened_until
from ivr.domain.call import Language, Outcome, SceneName
from ivr.domain.menu import Chosen, Question
from ivr.domain.phrase import Day, TimeOfDay, TopicName
from ivr.domain.schedule import local
from ivr.ports import ChannelGone
from ivr.stage import (
    Call,
    Desk,
    Finished,
    Heard,
    Interrupted,
    Party,
    Pressed,
    Prompt,
    Rung,
)
from ivr.stage.asking import ask
from ivr.stage.until import first_of

ACCEPT_S = 8.0
# Asterisk ends the ringing by itself; a channel that it does not end was never dialled.
RING_SLACK_S = 5.0
GREETINGS = 2


async def accepts(call: Call, leg: Party, language: Language) -> bool:
    """Tell the counsellor who is to be called back, and whether they will: only key 1 says so."""
    question = Question(options={"1": True, "2": False}, timeout_s=ACCEPT_S, retries=1)
    told = [_summary(call, language)]
    try:
        answer = await ask(leg, question, told, lambda _: told, leg.gone)
    except ChannelGone:
        return False
    return isinstance(answer, Chosen) and answer.value and not leg.gone.done()


async def dialling(call: Call, desk: Desk) -> SceneName | Outcome:
    """The citizen's phone rings, and the counsellor hears that it does.

    Who is dialled already when this begins again is not dialled again.
    """
    leg, party = desk.leg(call), call.party
    if call.facts.answered or not isinstance(party, Rung):
        return SceneName.GREETING
    if leg is None:
        return Outcome.NOT_REACHED  # there is nobody to talk with
    async with call.talk.ringback(leg):
        with first_of(party.answered, leg.gone) as either:
            longest = call.line.callback.ring_s + RING_SLACK_S
            await asyncio.wait({either}, timeout=longest)
    if not party.answered.done():
        return Outcome.NOT_REACHED
    call.note(answered=True)
    return SceneName.GREETING


async def greeting(call: Call, desk: Desk) -> SceneName | Outcome:
    """Whoever has picked up hears that they are called, and not by whom; key or voice connects.

    A machine is told by its own greeting. No message is left on it.
    """
    leg, party = desk.leg(call), call.party
    if not isinstance(party, Rung):
        return Outcome.NOT_REACHED  # we have called nobody
    if leg is None:
        return await _greeted(call, party)
    async with call.talk.ringback(leg):
        return await _greeted(call, party)


async def _greeted(call: Call, party: Rung) -> SceneName | Outcome:
    voice, ear = call.line.callback.voice, party.ear
    if voice:
        await party.listen_to_voice()
    greeting = call.prompt("back_greeting" if voice else "back_greeting_key")
    for _ in range(GREETINGS):
        heard = await call.say(greeting, keys=True, until=ear.answered)
        if isinstance(heard, Finished):
            heard = await _answer(party)
        if isinstance(heard, Pressed | Interrupted):
            if voice:
                await party.ignore_voice()
            call.note(by_voice=isinstance(heard, Interrupted))
            return SceneName.TALKING
        if ear.asked is not None and is_machine(ear.voice, ear.asked):
            call.note(machine=True)
            break
    return Outcome.NOT_REACHED


async def _answer(party: Rung) -> Heard:
    """A key, a voice (Interrupted), or nothing until the time for an answer is over."""
    ear, loop = party.ear, asyncio.get_running_loop()
    asked = loop.time()
    ear.asked = asked if ear.asked is None else ear.asked
    while (left_s := listened_until(ear.voice, asked) - loop.time()) > 0:
        heard = await party.listen(left_s, until=ear.change())
        if isinstance(heard, Pressed):
            return heard
        if ear.answered.done():
            return Interrupted()
    return Finished()


def _summary(call: Call, language: Language) -> Prompt:
    facts = call.facts
    since, today = local(facts.joined or facts.arrived), local(call.now()).date()
    return call.prompt(
        f"back_{call.language}",
        language,
        topic=TopicName(facts.topic or call.line.general_topic),
        day=Day(since.date(), today),
        time=TimeOfDay(since.time()),
    )
