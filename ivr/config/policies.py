"""Which keys say how callers are asked, wait and are distributed, and the values in force without.

Everything here may be left out: the values then in force are those of `domain.policy`.
"""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from ivr.config.fields import (
    AbandonField,
    Beginning,
    BudgetEndField,
    CutOffField,
    DistributionField,
    EndingField,
    OptionalName,
    YesNo,
    refuse_unless,
)
from ivr.config.section import Seconds, SecondsOrNone, Section
from ivr.domain.policy import (
    CallbackPolicy,
    DeskPolicy,
    MenuPolicy,
    OutgoingPolicy,
    Routing,
    WaitingPolicy,
)

_MENU, _WAITING, _CALLBACK = MenuPolicy(), WaitingPolicy(), CallbackPolicy()
_ROUTING, _DESK, _OUTGOING = Routing(), DeskPolicy(), OutgoingPolicy()


class RoutingSection(Section):
    """`routing:` of a topic."""

    distribution: DistributionField = _ROUTING.distribution
    ring_most: Annotated[int, Field(ge=1, le=20)] = _ROUTING.ring_most
    overflow_after_s: Seconds | None = _ROUTING.overflow_after_s
    overflow_topic: OptionalName = _ROUTING.overflow_topic
    anyone_after_s: Seconds | None = _ROUTING.anyone_after_s
    wrap_up_s: SecondsOrNone = _ROUTING.wrap_up_s

    @field_validator("anyone_after_s")
    @classmethod
    def _after_the_overflow(cls, anyone_s: float | None, info: ValidationInfo) -> float | None:
        overflow_s = info.data.get("overflow_after_s")
        if anyone_s is not None and overflow_s is not None:
            refuse_unless(
                anyone_s >= overflow_s,
                f"anyone_after_s ({anyone_s:g}) comes before overflow_after_s ({overflow_s:g});"
                " write the same or more",
            )
        return anyone_s


class MenuSection(Section):
    """`menu:` of a line."""

    timeout_s: Seconds = _MENU.timeout_s
    retries: Annotated[int, Field(ge=0, le=5)] = _MENU.retries


class WaitingSection(Section):
    """`waiting:` of a line."""

    offer_after_s: Seconds = _WAITING.offer_after_s
    offer_from_place: Annotated[int, Field(ge=1, le=1000)] | None = _WAITING.offer_from_place
    announce_every_s: Seconds = _WAITING.announce_every_s
    budget_s: Seconds = _WAITING.budget_s
    offer_before_budget_s: Seconds = Field(
        default=_WAITING.offer_before_budget_s, validate_default=True
    )
    on_budget_end: BudgetEndField = _WAITING.on_budget_end
    ring_s: Seconds = _WAITING.ring_s
    longest_s: Annotated[float, Field(gt=0, le=14400)] = _WAITING.longest_s
    on_longest: EndingField = _WAITING.on_longest
    most: Annotated[int, Field(ge=1, le=1000)] = _WAITING.most
    on_full: EndingField = _WAITING.on_full
    nobody_after_s: SecondsOrNone = _WAITING.nobody_after_s
    on_nobody: EndingField = _WAITING.on_nobody
    after_closing_min: Annotated[int, Field(ge=0, le=240)] = _WAITING.after_closing_min
    on_closing: EndingField = _WAITING.on_closing
    other_topic: OptionalName = _WAITING.other_topic
    rejoin_min: Annotated[int, Field(ge=0, le=60)] = _WAITING.rejoin_min
    on_abandon: AbandonField = _WAITING.on_abandon
    on_cut_off: CutOffField = _WAITING.on_cut_off
    ghost_after_s: SecondsOrNone = _WAITING.ghost_after_s

    @field_validator("offer_before_budget_s")
    @classmethod
    def _within_the_budget(cls, offer_s: float, info: ValidationInfo) -> float:
        budget_s = info.data.get("budget_s", offer_s + 1)
        refuse_unless(
            offer_s < budget_s,
            f"offer_before_budget_s ({offer_s:g}) must be less than budget_s ({budget_s:g})",
        )
        return offer_s


ENDINGS = frozenset({"on_longest", "on_full", "on_nobody", "on_closing"})
"""The keys that say what happens to a caller who cannot go on waiting."""


class CallbackSection(Section):
    """`callback:` of a line."""

    enabled: YesNo = _CALLBACK.enabled
    last_for_today_min: Annotated[int, Field(ge=0, le=1440)] = _CALLBACK.last_for_today_min
    most_a_day: Annotated[int, Field(ge=1, le=10000)] = _CALLBACK.most_a_day
    attempts: Annotated[int, Field(ge=1, le=10)] = _CALLBACK.attempts
    between_min: Annotated[int, Field(ge=1, le=1440)] = _CALLBACK.between_min
    foreign: YesNo = _CALLBACK.foreign
    outside_hours: YesNo = _CALLBACK.outside_hours
    dial: YesNo = _CALLBACK.dial
    ring_s: Annotated[float, Field(ge=5, le=120)] = _CALLBACK.ring_s
    voice: YesNo = _CALLBACK.voice
    erase_after_days: Annotated[int, Field(ge=0, le=730)] = _CALLBACK.erase_after_days

    @field_validator("outside_hours")
    @classmethod
    def _only_where_there_are_any(cls, offered: bool, info: ValidationInfo) -> bool:
        refuse_unless(
            info.data.get("enabled", True) or not offered,
            "callbacks are off, yet offered outside hours;"
            " write enabled: yes, or outside_hours: no",
        )
        return offered


class OutgoingSection(Section):
    """`calling_back:` in lines.yaml, for all lines together."""

    at_once: Annotated[int, Field(ge=1, le=1000)] = _OUTGOING.at_once
    calls_a_day: Annotated[int, Field(ge=1, le=100)] = _OUTGOING.calls_a_day
    to: Annotated[list[Beginning], Field(min_length=1)] = Field(default=list(_OUTGOING.to))


class DeskSection(Section):
    """`desk:` in counsellors.yaml."""

    misses: Annotated[int, Field(ge=1, le=100)] = _DESK.misses
    pin_tries: Annotated[int, Field(ge=1, le=10)] = _DESK.pin_tries
    pin_pause_s: Seconds = _DESK.pin_pause_s
