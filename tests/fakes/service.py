"""A small service for tests of the scenes: three lines, one for each way of charging."""

from datetime import datetime, time

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
from ivr.domain.schedule import Hours, Schedule
from ivr.domain.service import (
    CallbackPolicy,
    Charging,
    Counsellor,
    MenuPolicy,
    Service,
    ServiceLine,
    Topic,
    WaitingPolicy,
)
from ivr.ports import Media, Utterance
from tests.fakes.asterisk import PROMPT_S
from tests.fakes.time import BEGIN

FREE, TOLL_FREE, PAID = "0291000001", "0800100002", "0291000003"
CLOSED, BY_NUMBER = "0291000004", "0291000005"
FAMILIES, DISABILITY, ADULTS = TopicId("families"), TopicId("disability"), TopicId("adults")
BOTH = (Language.FI, Language.SV)

WORKDAYS = Schedule(weekly={day: (Hours(opens=time(9), closes=time(15)),) for day in range(5)})
NEVER = Schedule(weekly={6: (Hours(opens=time(9), closes=time(15)),)})


class SilentSpeech:
    """Prompts that last a second each; implements `ivr.ports.Speech`."""

    def utter(self, language: Language, prompt: str, /, **slots: Slot) -> Utterance:
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
        waiting=waiting or WaitingPolicy(),
        callback=CallbackPolicy(),
    )


def counsellor(name: str, *topics: TopicId, languages: tuple[Language, ...] = BOTH) -> Counsellor:
    """Someone who answers on the SIP account of the same name."""
    return Counsellor(
        id=CounsellorId(name),
        name=name,
        account=name,
        topics=frozenset(topics or (FAMILIES, DISABILITY, ADULTS)),
        languages=frozenset(languages),
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
        ),
        topics={
            topic: Topic(id=topic, key=key, name={lang: topic.title() for lang in BOTH})
            for topic, key in topics
        },
        counsellors=counsellors or (counsellor("anna"),),
        prompts={lang: {} for lang in BOTH},
    )
