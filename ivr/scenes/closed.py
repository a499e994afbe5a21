"""The line is closed: when it opens, where help is to be had now, and whether we may call."""

from typing import Final

from ivr.domain import closing
from ivr.domain.call import Language, Outcome, SceneName
from ivr.domain.destination import own_number
from ivr.domain.menu import Chosen, Question
from ivr.domain.phrase import Digits
from ivr.domain.promise import offered_when_closed
from ivr.domain.schedule import open_at
from ivr.domain.service import Charging
from ivr.scenes.callback import Agreed, agreed, keep, not_called_back
from ivr.scenes.number import time_for_a_number
from ivr.scenes.reception import LANGUAGE_KEYS
from ivr.stage import Call, Desk

# Help in need is named only after it.
MOST_SILENCE_S: Final = 4.0


async def closed(call: Call, desk: Desk) -> SceneName | Outcome:
    """Say it in each language of the line, unanswered and so without charge.

    Where a callback is offered after it, the language is asked first: there is time to
    talk in one only before the network ends the call.
    """
    if not offered_when_closed(call.line, call.now()):
        for lang in call.line.languages:
            if _open_after_all(call):
                return await _let_in(call)
            await _notice(call, desk, lang)
        return Outcome.CLOSED_HOURS
    call.note(closed=True, language=await ask_language(call))
    return SceneName.CLOSED_NOTICE


async def closed_notice(call: Call, desk: Desk) -> SceneName:
    """In the language chosen; in each to who has chosen none."""
    chosen = call.facts.language
    for lang in call.line.languages if chosen is None else [chosen]:
        if _open_after_all(call):
            return await _let_in(call)
        await _notice(call, desk, lang)
    return SceneName.CLOSED_OFFER


async def closed_offer(call: Call, desk: Desk) -> SceneName | Outcome:
    """Ask once whether to call back when the line is open; nothing is kept without a key."""
    if await call.promised() is not None:
        return SceneName.FAREWELL
    if not offered_when_closed(call.line, call.now()):
        return Outcome.CLOSED_HOURS
    number = own_number(call.facts)
    if number is None:
        return SceneName.NUMBER if time_for_a_number(call) else Outcome.CLOSED_HOURS
    match await agreed(call, "opening_confirm", number, insist=False):
        case Agreed.YES:
            kept = await keep(call, desk, number)
            return SceneName.FAREWELL if kept else await not_called_back(call)
        case Agreed.ANOTHER:
            return SceneName.NUMBER
        case Agreed.NO | Agreed.TOO_LATE:
            await call.say(call.prompt("goodbye"))
            return Outcome.CLOSED_HOURS
        case Agreed.UNASKED:
            return Outcome.CLOSED_HOURS


async def ask_language(call: Call) -> Language | None:
    """The language chosen, or the only one; None: silence, or another key."""
    offered = call.line.languages
    if len(offered) == 1:
        return offered[0]
    question = Question(
        options={key: lang for key, lang in LANGUAGE_KEYS.items() if lang in offered},
        timeout_s=min(call.line.menu.timeout_s, MOST_SILENCE_S),
        retries=0,
    )
    answer = await call.ask(
        question, [call.prompt("lang_choice", lang) for lang in offered], lambda _: []
    )
    return answer.value if isinstance(answer, Chosen) else None


def _open_after_all(call: Call) -> bool:
    """Whether somebody closed the line for a while, and has taken that back meanwhile."""
    schedule = call.line.schedule
    return open_at(schedule, call.facts.arrived) and open_at(schedule, call.now())


async def _let_in(call: Call) -> SceneName:
    """They are received like everybody who calls now."""
    call.note(closed=False)
    if call.line.charging is not Charging.EARLY_MEDIA:
        await call.answer(because=str(call.line.charging))
    return SceneName.LANGUAGE if call.facts.language is None else SceneName.NOTICES


async def _notice(call: Call, desk: Desk, lang: Language) -> None:
    """One by one: each sends a 183, and all together may last over a minute."""
    now = call.now()
    # The line may open meanwhile; what is said of its opening is then as it was for the caller.
    at = call.facts.arrived if open_at(call.line.schedule, now) else now
    name, slots = closing.closed_notice(call.line.schedule, at)
    told = desk.notice(call.line, lang)
    await call.say(
        *([] if told is None else [told]),
        call.prompt(name, lang, **slots),
        call.prompt("crisis", lang, crisis_number=Digits(call.service.crisis_number)),
    )
