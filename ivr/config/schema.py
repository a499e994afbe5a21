"""Which keys lines.yaml and schedule.yaml have, and what kind of value each takes.

What entries mean to each other (a topic that is not defined, hours that overlap) is
decided in `references` and `hours`. A field's description is what the refusal of a
missing key says.
"""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from ivr.config.fields import (
    CalendarField,
    ChargingField,
    DateField,
    DaysField,
    DispositionField,
    HoursField,
    LanguageField,
    Name,
    OptionalDate,
    OptionalHours,
    OptionalName,
    OptionalText,
    PhoneNumber,
    YesNo,
    refuse_unless,
)
from ivr.config.policies import (
    CallbackSection,
    MenuSection,
    OutgoingSection,
    RoutingSection,
)
from ivr.config.section import Bilingual, Section
from ivr.config.waiting import WaitingSection
from ivr.domain.load import MOST_CALLS
from ivr.domain.policy import OnBudgetEnd
from ivr.domain.service import OUTSIDE_LONGEST_S, Charging

Key = Annotated[int, Field(ge=0, le=9)]


class TopicSection(Section):
    """`topics:` in lines.yaml."""

    key: Key = Field(description="the key that chooses the topic in a menu, 0 to 9")
    name: Bilingual = Field(description="what the counsellor reads and hears, in fi and sv")
    routing: RoutingSection = Field(
        default_factory=RoutingSection, description="who is rung for the topic"
    )


class LineSection(Section):
    """`lines:` in lines.yaml, one service number."""

    name: Bilingual = Field(description="the name of the line, in fi and sv")
    numbers: list[PhoneNumber] = Field(min_length=1, description="the numbers that callers dial")
    caller_id: PhoneNumber = Field(description="the number that callbacks come from")
    languages: list[LanguageField] = Field(min_length=1, description="[fi, sv], the default first")
    charging: ChargingField = Field(
        description=(
            "what a wait costs the caller: early_media (nothing before a counsellor answers),"
            " toll_free (nothing at all) or answered (as any call)"
        )
    )
    topics: list[Name] = Field(min_length=1, description="the topics that the line serves")
    topic_prompt: OptionalName = Field(
        default=None, description="the prompt of the topic menu; left out where there is one topic"
    )
    general_topic: Name = Field(description="the topic of a caller who does not choose")
    schedule: Name = Field(description="the name of its opening hours in schedule.yaml")
    menu: MenuSection = Field(
        default_factory=MenuSection, description="how long a question waits for a key"
    )
    waiting: WaitingSection = Field(
        default_factory=WaitingSection, description="how callers wait, and how a wait ends"
    )
    callback: CallbackSection = Field(
        default_factory=CallbackSection, description="whether and how callers are called back"
    )
    urgency_question: YesNo = Field(
        default=False,
        description="yes: the caller is asked whether help is needed today, and then goes first",
    )
    dispositions: list[DispositionField] = Field(
        default_factory=list,
        description=(
            "what a counsellor may say became of a call, by key 1 to 5; left out: nothing is asked"
        ),
    )

    @field_validator("callback")
    @classmethod
    def _taken_if_promised(cls, callback: CallbackSection, info: ValidationInfo) -> CallbackSection:
        waiting = info.data.get("waiting")
        promised = (
            info.data.get("charging") is Charging.EARLY_MEDIA
            and isinstance(waiting, WaitingSection)
            and waiting.on_budget_end is OnBudgetEnd.CALLBACK
        )
        refuse_unless(
            callback.enabled or not promised,
            "callbacks are off, yet the waiting ends in one;"
            " write enabled: yes, or on_budget_end: answer or wait",
        )
        return callback


class LinesFile(Section):
    """lines.yaml: the service numbers, what callers may ask about, and what holds for all."""

    region: Bilingual = Field(description="the county's name as the welcome says it, fi and sv")
    crisis_number: PhoneNumber = Field(description="the social and crisis emergency number")
    outside_numbers: list[PhoneNumber] = Field(
        default_factory=list,
        description="numbers to which a counsellor may pass a caller on; left out: none",
    )
    outside_longest_s: Annotated[float, Field(ge=60, le=86400)] = Field(
        default=OUTSIDE_LONGEST_S, description="seconds after which a call passed on so is ended"
    )
    most_calls: Annotated[int, Field(ge=1, le=1500)] = Field(
        default=MOST_CALLS, description="the most calls of all lines together that are taken in"
    )
    calling_back: OutgoingSection = Field(
        default_factory=OutgoingSection, description="bounds on all calls back together"
    )
    topics: dict[Name, TopicSection] = Field(min_length=1, description="what callers may choose")
    lines: dict[Name, LineSection] = Field(
        min_length=1, description="the lines, each with its service numbers"
    )


class ExceptionSection(Section):
    """`exceptions:` of a schedule: one date, or all from `date` to `last_date`."""

    date: DateField = Field(description="the day, like 2026-12-24")
    last_date: OptionalDate = Field(
        default=None, description="the last of several days; left out: one day"
    )
    closed: YesNo = Field(default=False, description="yes: the line is closed all day")
    hours: list[HoursField] = Field(
        default_factory=list,
        description='open at these hours, whatever day it is, like ["9:00-12:00"]',
    )
    shorten_to: OptionalHours = Field(
        default=None, description='open as always, but only within these hours, like "9:00-12:00"'
    )
    prompt: OptionalName = Field(
        default=None, description="the prompt said while the line is closed on these dates"
    )
    reason: OptionalText = Field(default=None, description="why; callers do not hear it")


class ScheduleSection(Section):
    """`schedules:` in schedule.yaml, one set of opening hours."""

    weekly: dict[DaysField, list[HoursField]] = Field(
        min_length=1, description='the hours by day, like mon-fri: ["9:00-15:00"]'
    )
    holidays: CalendarField = Field(description="finland (closed on public holidays) or none")
    exceptions: list[ExceptionSection] = Field(
        default_factory=list, description="single days that differ, whatever else holds"
    )


class ScheduleFile(Section):
    """schedule.yaml: when the lines are open."""

    schedules: dict[Name, ScheduleSection] = Field(
        min_length=1, description="the opening hours, under a name of yours"
    )
