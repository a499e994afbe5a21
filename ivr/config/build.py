"""How valid configuration files become the service that the line runs by."""

from collections.abc import Mapping
from datetime import date
from typing import assert_never

from ivr.config.fields import Calendar
from ivr.config.finland import finnish_holidays
from ivr.config.references import Files
from ivr.config.schema import (
    CounsellorsFile,
    LineSection,
    LinesFile,
    ScheduleFile,
    ScheduleSection,
)
from ivr.domain.call import CounsellorId, LineId, TopicId
from ivr.domain.schedule import ExceptionalDay, Holiday, Schedule
from ivr.domain.service import (
    CallbackPolicy,
    Counsellor,
    MenuPolicy,
    Service,
    ServiceLine,
    Topic,
    WaitingPolicy,
)


def service(files: Files) -> Service:
    """The service that the files describe; they must have passed every check."""
    lines = LinesFile.model_validate(files.lines.data)
    schedules = ScheduleFile.model_validate(files.schedule.data).schedules
    hours = {name: _schedule(section) for name, section in schedules.items()}
    return Service(
        region=lines.region.texts(),
        crisis_number=lines.crisis_number,
        lines=tuple(_line(name, line, hours[line.schedule]) for name, line in lines.lines.items()),
        topics=_topics(lines),
        counsellors=_counsellors(CounsellorsFile.model_validate(files.counsellors.data)),
        prompts=files.prompts,
    )


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
        waiting=WaitingPolicy(**dict(line.waiting)),
        callback=CallbackPolicy(**dict(line.callback)),
    )


def _topics(lines: LinesFile) -> dict[TopicId, Topic]:
    return {
        TopicId(name): Topic(id=TopicId(name), key=str(topic.key), name=topic.name.texts())
        for name, topic in lines.topics.items()
    }


def _counsellors(file: CounsellorsFile) -> tuple[Counsellor, ...]:
    return tuple(
        Counsellor(
            id=CounsellorId(name),
            name=person.name,
            account=person.account,
            topics=frozenset(map(TopicId, person.topics)),
            languages=frozenset(person.languages),
        )
        for name, person in file.counsellors.items()
    )


def _schedule(section: ScheduleSection) -> Schedule:
    weekly = {day: tuple(hours) for days, hours in section.weekly.items() for day in days}
    return Schedule(
        weekly=weekly,
        holidays=_holidays(section.holidays),
        exceptions={
            day.date: ExceptionalDay(hours=tuple(day.hours), reason=day.reason)
            for day in section.exceptions
        },
    )


def _holidays(calendar: Calendar) -> Mapping[date, Holiday]:
    match calendar:
        case Calendar.FINLAND:
            return finnish_holidays()
        case Calendar.NONE:
            return {}
        case _:
            assert_never(calendar)
