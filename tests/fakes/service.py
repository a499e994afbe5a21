"""A small service for tests of the scenes: a line for each way of charging, and others."""

from dataclasses import replace
from datetime import datetime, time
from typing import Any

from ivr.domain.call import (
    Caller,
    CallId,
    CounsellorId,
    Facts,
    Language,
    LineId,
    SceneName,
    TopicId,
)
from ivr.domain.phrase import Slot
from ivr.domain.policy import CallbackPolicy, Ending, MenuPolicy, WaitingPolicy
from ivr.domain.prompts import REQUIRED_PROMPTS
from ivr.domain.schedule import Hours, Schedule
from ivr.domain.service import Charging, Counsellor, Service, ServiceLine, Topic
from ivr.ports import Media, Utterance
from tests.fakes.asterisk import PROMPT_S
from tests.fakes.time import BEGIN

FREE, TOLL_FREE, PAID = "0291000001", "0800100002", "0291000003"
CLOSED, BY_NUMBER, LIMITED = "0291000004", "0291000005", "0291000006"
NUMBERS = {"anna": "101", "bertil": "102", "cecilia": "103"}
FAMILIES, DISABILITY, ADULTS = TopicId("families"), TopicId("disability"), TopicId("adults")
BOTH = (Language.FI, Language.SV)

WORKDAYS = Schedule(weekly={day: (Hours(opens=time(9), closes=time(15)),) for day in range(5)})
NEVER = Schedule(weekly={6: (Hours(opens=time(9), closes=time(15)),)})


SHORT = WaitingPolicy(longest_s=25, offer_after_s=3000, on_nobody=Ending.WAIT)


class SilentSpeech:
    """Every prompt that there is, a second long each; implements `ivr.ports.Speech`."""

    def utter(self, language: Language, prompt: str, /, **slots: Slot) -> Utterance:
        if prompt not in REQUIRED_PROMPTS and not prompt.startswith("topic_"):
            raise KeyError(prompt)
        return Utterance(media=(Media(f"{language}/{prompt}"),), seconds=PROMPT_S)


def line(
    name: str,
    number: str,
    charging: Charging,
    *,
    schedule: Schedule = WORKDAYS,
    topic_prompt: str | None = "topic_menu",
    waiting: WaitingPolicy | None = None,
) -> ServiceLine:
    """A bilingual line with all three topics."""
    return ServiceLine(
        id=LineId(name),
        name={Language.FI: name, Language.SV: name},
        numbers=(number,),
        caller_id="0291512360",
        languages=BOTH,
        charging=charging,
        topics=(FAMILIES, DISABILITY, ADULTS),
        topic_prompt=topic_prompt,
        general_topic=FAMILIES,
        schedule=schedule,
        menu=MenuPolicy(timeout_s=6, retries=2),
        waiting=waiting or WaitingPolicy(on_nobody=Ending.WAIT),
        callback=CallbackPolicy(dial=False),
    )


def counsellor(name: str, *topics: TopicId, languages: tuple[Language, ...] = BOTH) -> Counsellor:
    """Someone who answers on the SIP account of the same name."""
    return Counsellor(
        id=CounsellorId(name),
        name=name,
        account=name,
        number=NUMBERS.get(name, name),
        topics=dict.fromkeys(topics or (FAMILIES, DISABILITY, ADULTS), 1),
        languages=dict.fromkeys(languages, 1),
        own_language=languages[0],
    )


def facts(of: ServiceLine, *, arrived: datetime = BEGIN) -> Facts:
    """An ordinary call that has just arrived on the line; `replace` makes it any other."""
    return Facts(
        call_id=CallId("n1-1.1"),
        dialled=of.numbers[0],
        caller=Caller(number="+358401234567", hidden=False),
        arrived=arrived,
        scene=SceneName.LANGUAGE,
        line=of.id,
    )


def service(*counsellors: Counsellor, waiting: WaitingPolicy | None = None) -> Service:
    """The service with these counsellors, or with one who can do everything."""
    topics = [(FAMILIES, "1"), (DISABILITY, "2"), (ADULTS, "3")]
    return Service(
        region={Language.FI: "Testialueen", Language.SV: "Testområdet"},
        crisis_number="0981642439",
        lines=(
            line("free", FREE, Charging.EARLY_MEDIA, waiting=waiting),
            line("toll_free", TOLL_FREE, Charging.TOLL_FREE),
            line("paid", PAID, Charging.ANSWERED),
            line("closed", CLOSED, Charging.EARLY_MEDIA, schedule=NEVER),
            line("by_number", BY_NUMBER, Charging.EARLY_MEDIA, topic_prompt=None),
            replace(
                line("limited", LIMITED, Charging.EARLY_MEDIA, waiting=SHORT),
                urgency_question=True,
            ),
        ),
        topics={
            topic: Topic(id=topic, key=key, name={lang: topic.title() for lang in BOTH})
            for topic, key in topics
        },
        counsellors=counsellors or (counsellor("anna"),),
        prompts={lang: {} for lang in BOTH},
    )


def changed(config: Service, name: str, **changes: Any) -> Service:
    """The service with one of its lines changed."""
    lines = tuple(replace(each, **changes) if each.id == name else each for each in config.lines)
    return replace(config, lines=lines)
