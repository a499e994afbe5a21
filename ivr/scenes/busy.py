"""The service has as many calls as it takes: a new caller hears so, unanswered."""

from ivr.domain.call import Limit, Outcome, SceneName
from ivr.domain.journal import EventKind
from ivr.domain.limits import ending
from ivr.domain.phrase import Digits
from ivr.domain.policy import Ending
from ivr.scenes.closed import ask_language
from ivr.scenes.limit import WHY
from ivr.stage import Call, Desk


async def busy(call: Call, desk: Desk) -> SceneName:
    """Say so in each language; who may be called back says in which."""
    if ending(call.line, call.facts, Limit.BUSY) is Ending.NOTICE:
        return SceneName.BUSY_NOTICE
    await call.say(*(call.prompt(WHY[Limit.BUSY], lang) for lang in call.line.languages))
    language = await ask_language(call)
    call.note(limit=Limit.BUSY, language=language, topic=call.line.general_topic)
    return SceneName.LIMIT


async def busy_notice(call: Call, desk: Desk) -> Outcome:
    """Say so, when to call again and where help is to be had now, in each language; one by one.

    Each sends a 183, and all together may last a minute.
    """
    call.record(EventKind.LIMIT, because=Limit.BUSY, ending=Ending.NOTICE)
    number = Digits(call.service.crisis_number)
    for lang in call.line.languages:
        names = (WHY[Limit.BUSY], "call_later")
        crisis = call.prompt("crisis", lang, crisis_number=number)
        await call.say(*(call.prompt(name, lang) for name in names), crisis)
    return Outcome.TURNED_AWAY
