"""How valid configuration files become the service that the line runs by."""

from collections.abc import Mapping
from datetime import date
from typing import assert_never

from ivr.config.exceptions import days_of
from ivr.config.fields import Calendar
from ivr.config.finland import finnish_holidays
from ivr.config.people import CounsellorSection, CounsellorsFile
from ivr.config.policies import OutgoingSection
from ivr.config.references import Files
from ivr.config.schema import (
    ExceptionSection,
    LineSection,
    LinesFile,
    ScheduleFile,
    ScheduleSection,
)
from ivr.config.source import Document
from ivr.config.waiting import ENDINGS
from ivr.domain.call import CounsellorId, LineId, TopicId
from ivr.domain.policy import (
    CallbackPolicy,
    DeskPolicy,
    Ending,
    MenuPolicy,
    OutgoingPolicy,
    Routing,
    WaitingPolicy,
)
from ivr.domain.schedule import ExceptionalDay, Holiday, Schedule
from ivr.domain.service import Counsellor, Service, ServiceLine, Topic


def service(files: Files) -> Service:
    """The service that the files describe; they must have passed every check."""
    lines = LinesFile.model_validate(files.lines.data)
    people = CounsellorsFile.model_validate(files.counsellors.data)
    hours = schedules(files.schedule)
    return Service(
        region=lines.region.texts(),
        crisis_number=lines.crisis_number,
        lines=tuple(_line(name, line, hours[line.schedule]) for name, line in lines.lines.items()),
        topics=_topics(lines),
        counsellors=tuple(_counsellor(*each) for each in people.counsellors.items()),
        prompts=files.prompts,
        shared_phones=tuple(people.shared_phones),
        outside_numbers=tuple(lines.outside_numbers),
        outside_longest_s=lines.outside_longest_s,
        most_calls=lines.most_calls,
        desk=DeskPolicy(**dict(people.desk)),
        calling_back=_calling_back(lines.calling_back),
    )


def schedules(file: Document) -> Mapping[str, Schedule]:
    """The opening hours that a schedule.yaml describes; it must have passed every check."""
    sections = ScheduleFile.model_validate(file.data).schedules
    return {name: _schedule(section) for name, section in sections.items()}


def _calling_back(section: OutgoingSection) -> OutgoingPolicy:
    return OutgoingPolicy(**{**dict(section), "to": tuple(section.to)})


def _line(name: str, line: LineSection, schedule: Schedule) -> ServiceLine:
    return ServiceLine(
        id=LineId(name),
        name=line.name.texts(),
        numbers=tuple(line.numbers),
        caller_id=line.caller_id,
        languages=tuple(line.languages),
        charging=line.charging,
        topics=tuple(map(TopicId, line.topics)),
        topic_prompt=line.topic_prompt,
        general_topic=TopicId(line.general_topic),
        schedule=schedule,
        menu=MenuPolicy(**dict(line.menu)),
        waiting=_waiting(line),
        callback=CallbackPolicy(**dict(line.callback)),
        urgency_question=line.urgency_question,
        dispositions=tuple(line.dispositions),
    )


def _waiting(line: LineSection) -> WaitingPolicy:
    """How callers wait; where callbacks are off, no ending that is left out offers one."""
    written = dict(line.waiting)
    if not line.callback.enabled:
        written |= dict.fromkeys(ENDINGS - line.waiting.model_fields_set, Ending.NOTICE)
    return WaitingPolicy(**written)


def _topics(lines: LinesFile) -> dict[TopicId, Topic]:
    return {
        TopicId(name): Topic(
            id=TopicId(name),
            key=str(topic.key),
            name=topic.name.texts(),
            routing=Routing(**dict(topic.routing)),
        )
        for name, topic in lines.topics.items()
    }


def _counsellor(name: str, person: CounsellorSection) -> Counsellor:
    languages = person.language_levels()
    return Counsellor(
        id=CounsellorId(name),
        name=person.name,
        account=person.account,
        number=person.number,
        topics={TopicId(topic): level for topic, level in person.topic_levels().items()},
        languages=languages,
        own_language=person.own_language or next(iter(languages)),
        signs_in=person.signs_in,
    )


def _schedule(section: ScheduleSection) -> Schedule:
    weekly = {day: tuple(hours) for days, hours in section.weekly.items() for day in days}
    return Schedule(
        weekly=weekly,
        holidays=_holidays(section.holidays),
        exceptions={
            day: _exception(exception)
            for exception in section.exceptions
            for day in days_of(exception.date, exception.last_date)
        },
    )


def _exception(section: ExceptionSection) -> ExceptionalDay:
    own_hours = section.closed or section.hours
    return ExceptionalDay(
        hours=tuple(section.hours) if own_hours else None,
        within=section.shorten_to,
        prompt=section.prompt,
        reason=section.reason,
    )


def _holidays(calendar: Calendar) -> Mapping[date, Holiday]:
    match calendar:
        case Calendar.FINLAND:
            return finnish_holidays()
        case Calendar.NONE:
            return {}
        case _:
            assert_never(calendar)
