"""What becomes of callers and counsellors when the configuration changes under them."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from ivr.domain.call import CounsellorId, Facts, LineId, TopicId
from ivr.domain.counsellor import Duty
from ivr.domain.service import Counsellor, Service, SignsIn

People = Mapping[CounsellorId, Counsellor]


def still_needed(now: Service, then: Service, used: Collection[LineId]) -> tuple[LineId, ...]:
    """The lines that `then` lacks, and that somebody is on or is to be called back by."""
    gone = (line.id for line in now.lines if then.line(line.id) is None)
    return tuple(line for line in gone if line in used)


def topic_served(topic: TopicId, line: LineId | None, service: Service) -> TopicId:
    """The topic, or the general one of the line where the service has it no more."""
    of = service.line(line) if line is not None else None
    return topic if topic in service.topics or of is None else of.general_topic


def as_known(facts: Facts, service: Service) -> Facts:
    """The facts of a call found on the switch, by a service that may have other topics."""
    if facts.topic is None:
        return facts
    return replace(facts, topic=topic_served(facts.topic, facts.line, service))


def staying(before: People, now: People, duties: Mapping[CounsellorId, Duty]) -> list[Counsellor]:
    """Who is a counsellor no more and in a call: until its end, for nobody else and on no phone."""
    gone = (person for person in before.values() if person.id not in now)
    return [
        replace(person, account=None, topics={}, languages={}, signs_in=SignsIn.WITH_CODE)
        for person in gone
        if duties[person.id].in_call
    ]


def leaving(
    before: People, now: People, duties: Mapping[CounsellorId, Duty]
) -> frozenset[CounsellorId]:
    """Who is to be signed out: who is a counsellor no more, or has another phone of their own."""
    return frozenset(
        person.id
        for person in before.values()
        if duties[person.id].signed_in
        and (person.id not in now or _moved(person, now[person.id], duties[person.id]))
    )


def _moved(before: Counsellor, now: Counsellor, duty: Duty) -> bool:
    """Whether they are signed in on what was their own phone until now."""
    return before.account != now.account and duty.account == before.account
