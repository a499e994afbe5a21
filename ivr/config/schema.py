"""Which keys the configuration files have, and what kind of value each takes.

What entries mean to each other (a topic that is not defined, hours that overlap) is
decided in `references` and `hours`. A field's description is what the refusal of a
missing key says.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from ivr.config.fields import (
    BudgetEndField,
    CalendarField,
    ChargingField,
    DateField,
    DaysField,
    HoursField,
    LanguageField,
    Name,
    OptionalName,
    OptionalText,
    PhoneNumber,
    Text,
    YesNo,
    refuse_unless,
)
from ivr.domain.call import Language
from ivr.domain.service import CallbackPolicy, Charging, MenuPolicy, OnBudgetEnd, WaitingPolicy

_MENU, _WAITING, _CALLBACK = MenuPolicy(), WaitingPolicy(), CallbackPolicy()

Seconds = Annotated[float, Field(gt=0, le=3600)]
Key = Annotated[int, Field(ge=0, le=9)]


class Section(BaseModel):
    """A section of a file: no key that is not known, no value of another kind."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Bilingual(Section):
    """A text in both languages."""

    fi: Text = Field(description="the text in Finnish")
    sv: Text = Field(description="the text in Swedish")

    def texts(self) -> dict[Language, str]:
        """The texts by language."""
        return {Language.FI: self.fi, Language.SV: self.sv}


class TopicSection(Section):
    """`topics:` in lines.yaml."""

    key: Key = Field(description="the key that chooses the topic in a menu, 0 to 9")
    name: Bilingual = Field(description="what the counsellor reads and hears, in fi and sv")


class MenuSection(Section):
    """`menu:` of a line."""

    timeout_s: Seconds = _MENU.timeout_s
    retries: Annotated[int, Field(ge=0, le=5)] = _MENU.retries


class WaitingSection(Section):
    """`waiting:` of a line."""

    offer_after_s: Seconds = _WAITING.offer_after_s
    announce_every_s: Seconds = _WAITING.announce_every_s
    budget_s: Seconds = _WAITING.budget_s
    offer_before_budget_s: Seconds = Field(
        default=_WAITING.offer_before_budget_s, validate_default=True
    )
    on_budget_end: BudgetEndField = _WAITING.on_budget_end
    ring_s: Seconds = _WAITING.ring_s

    @field_validator("offer_before_budget_s")
    @classmethod
    def _within_the_budget(cls, offer_s: float, info: ValidationInfo) -> float:
        budget_s = info.data.get("budget_s", offer_s + 1)
        refuse_unless(
            offer_s < budget_s,
            f"offer_before_budget_s ({offer_s:g}) must be less than budget_s ({budget_s:g})",
        )
        return offer_s


class CallbackSection(Section):
    """`callback:` of a line."""

    enabled: YesNo = _CALLBACK.enabled
    last_for_today_min: Annotated[int, Field(ge=0, le=1440)] = _CALLBACK.last_for_today_min


class LineSection(Section):
    """`lines:` in lines.yaml, one service number."""

    name: Bilingual = Field(description="the name of the line, in fi and sv")
    numbers: list[PhoneNumber] = Field(min_length=1, description="the numbers that callers dial")
    caller_id: PhoneNumber = Field(description="the number that callbacks come from")
    languages: list[LanguageField] = Field(min_length=1, description="[fi, sv], the default first")
    charging: ChargingField = Field(description="early_media, toll_free or answered")
    topics: list[Name] = Field(min_length=1, description="the topics that the line serves")
    topic_prompt: OptionalName = None
    general_topic: Name = Field(description="the topic of a caller who does not choose")
    schedule: Name = Field(description="the name of its opening hours in schedule.yaml")
    menu: MenuSection = Field(default_factory=MenuSection)
    waiting: WaitingSection = Field(default_factory=WaitingSection)
    callback: CallbackSection = Field(default_factory=CallbackSection)

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
    """lines.yaml."""

    region: Bilingual = Field(description="the county's name as the welcome says it, fi and sv")
    crisis_number: PhoneNumber = Field(description="the social and crisis emergency number")
    topics: dict[Name, TopicSection] = Field(min_length=1, description="what callers may choose")
    lines: dict[Name, LineSection] = Field(min_length=1, description="the service numbers")


class ExceptionSection(Section):
    """`exceptions:` of a schedule: one date."""

    date: DateField = Field(description="the day, like 2026-12-24")
    closed: YesNo = False
    hours: list[HoursField] = Field(default_factory=list)
    reason: OptionalText = None


class ScheduleSection(Section):
    """`schedules:` in schedule.yaml, one set of opening hours."""

    weekly: dict[DaysField, list[HoursField]] = Field(
        min_length=1, description='the hours by day, like mon-fri: ["9:00-15:00"]'
    )
    holidays: CalendarField = Field(description="finland (closed on public holidays) or none")
    exceptions: list[ExceptionSection] = Field(default_factory=list)


class ScheduleFile(Section):
    """schedule.yaml."""

    schedules: dict[Name, ScheduleSection] = Field(min_length=1, description="the opening hours")


class CounsellorSection(Section):
    """`counsellors:` in counsellors.yaml, one person."""

    name: Text = Field(description="the counsellor's name")
    account: Name = Field(description="the SIP account of the counsellor's phone")
    topics: list[Name] = Field(min_length=1, description="the topics that the counsellor serves")
    languages: list[LanguageField] = Field(min_length=1, description="fi, sv or both")


class CounsellorsFile(Section):
    """counsellors.yaml."""

    counsellors: dict[Name, CounsellorSection] = Field(min_length=1, description="who answers")
