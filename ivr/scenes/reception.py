"""The caller is received: which language, what they must know, and what it is about."""

from ivr.domain.alone import greeting
from ivr.domain.call import Language, Outcome, SceneName, TopicId
from ivr.domain.menu import Chosen, NoAnswer, NoMatch, Question
from ivr.domain.service import Charging, ServiceLine
from ivr.stage import Call, Desk, Prompt

LANGUAGE_KEYS = {"1": Language.FI, "2": Language.SV}
GENERAL_TOPIC_KEY = "0"


async def language(call: Call, desk: Desk) -> SceneName:
    """Which language? Each is offered in itself; silence leads to the line's first."""
    offered = call.line.languages
    if len(offered) > 1:
        question = Question(
            options={key: lang for key, lang in LANGUAGE_KEYS.items() if lang in offered},
            timeout_s=call.line.menu.timeout_s,
            retries=call.line.menu.retries,
        )
        match await call.ask(question, _each(call, "lang_choice"), lambda why: _again(call, why)):
            case Chosen(value=chosen):
                call.note(language=chosen)
            case NoAnswer() | NoMatch():
                call.note(language=offered[0])
    else:
        call.note(language=offered[0])
    return SceneName.NOTICES


async def notices(call: Call, desk: Desk) -> SceneName:
    """What must be known before the wait; what it says of the price follows the charging.

    First what every caller is told just now. Who knows it already may go on with any key, but
    not past a price.
    """
    call.party.forget_keys()
    told = desk.notice(call.line, call.language)
    if told is not None:
        await call.say(told, keys=True)
        call.party.forget_keys()
    names = _notices(call.line, answered=call.facts.answered)
    priced = call.line.charging is Charging.ANSWERED
    await call.say(*(call.prompt(name) for name in names), keys=not priced)
    if call.line.topic_prompt is None:
        call.note(topic=call.line.general_topic)
        return _to_the_line(call)
    return SceneName.TOPIC


async def topic(call: Call, desk: Desk) -> SceneName:
    """What is it about? Nobody is turned away for not choosing."""
    menu = [call.prompt(call.line.topic_prompt or "")]
    match await call.ask(_topics(call), menu, lambda why: [_unclear(call, why), *menu]):
        case Chosen(value=chosen):
            call.note(topic=chosen)
        case NoAnswer() | NoMatch():
            call.note(topic=call.line.general_topic)
            await call.say(call.prompt("default_route"))
    return _to_the_line(call)


async def unknown_number(call: Call, desk: Desk) -> Outcome:
    """The number dialled is none of ours; say so in both languages."""
    await call.say(*(call.prompt("unknown_number", lang) for lang in Language))
    return Outcome.UNKNOWN_NUMBER


def _to_the_line(call: Call) -> SceneName:
    return SceneName.URGENCY if call.line.urgency_question else SceneName.WAITING


def _topics(call: Call) -> Question[TopicId]:
    topics = (call.service.topics[topic_id] for topic_id in call.line.topics)
    options = {topic.key: topic.id for topic in topics}
    options[GENERAL_TOPIC_KEY] = call.line.general_topic
    menu = call.line.menu
    return Question(options=options, timeout_s=menu.timeout_s, retries=menu.retries)


def _notices(line: ServiceLine, *, answered: bool) -> list[str]:
    if line.charging is Charging.EARLY_MEDIA and answered:
        return ["welcome"]  # whoever pays already is not told that it is free
    return greeting(line)


def _each(call: Call, name: str) -> list[Prompt]:
    return [call.prompt(name, lang) for lang in call.line.languages]


def _again(call: Call, why: NoMatch | NoAnswer) -> list[Prompt]:
    reason = "lang_invalid" if isinstance(why, NoMatch) else "lang_no_input"
    return [
        prompt
        for lang in call.line.languages
        for prompt in (call.prompt(reason, lang), call.prompt("lang_retry", lang))
    ]


def _unclear(call: Call, why: NoMatch | NoAnswer) -> Prompt:
    return call.prompt("invalid_choice" if isinstance(why, NoMatch) else "no_input")
