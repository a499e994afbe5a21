"""Which keys say how callers are asked, served and called back, and the values in force without.

Everything here may be left out: the values then in force are those of `domain.policy`.
"""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from ivr.config.fields import (
    Beginning,
    DistributionField,
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
)

_ROUTING, _MENU, _CALLBACK = Routing(), MenuPolicy(), CallbackPolicy()
_DESK, _OUTGOING = DeskPolicy(), OutgoingPolicy()


class RoutingSection(Section):
    """`routing:` of a topic."""

    distribution: DistributionField = Field(
        default=_ROUTING.distribution,
        description=(
            "who is rung first among those with the best level of skill: "
            "longest_idle, fewest_calls (today), in_order (as in counsellors.yaml) or "
            "ring_all (several at once)"
        ),
    )
    ring_most: Annotated[int, Field(ge=1, le=20)] = Field(
        default=_ROUTING.ring_most, description="how many phones ring at once under ring_all"
    )
    overflow_after_s: Seconds | None = Field(
        default=_ROUTING.overflow_after_s,
        description=(
            "after so many seconds of waiting the counsellors of overflow_topic are rung, too;"
            " left out: never"
        ),
    )
    overflow_topic: OptionalName = Field(
        default=_ROUTING.overflow_topic,
        description="the topic whose counsellors are rung, too, after overflow_after_s",
    )
    anyone_after_s: Seconds | None = Field(
        default=_ROUTING.anyone_after_s,
        description=(
            "after so many seconds of waiting whoever speaks the caller's language is rung;"
            " left out: never"
        ),
    )
    wrap_up_s: SecondsOrNone = Field(
        default=_ROUTING.wrap_up_s,
        description="seconds that a counsellor has for notes after a call",
    )

    @field_validator("anyone_after_s")
    @classmethod
    def _after_the_overflow(cls, anyone_s: float | None, info: ValidationInfo) -> float | None:
        overflow_s = info.data.get("overflow_after_s")
        if anyone_s is not None and overflow_s is not None:
            refuse_unless(
                anyone_s >= overflow_s,
                "anyone_after_s ({anyone_s:g}) comes before overflow_after_s ({overflow_s:g});"
                " write the same or more",
                anyone_s=anyone_s,
                overflow_s=overflow_s,
            )
        return anyone_s


class MenuSection(Section):
    """`menu:` of a line."""

    timeout_s: Seconds = Field(
        default=_MENU.timeout_s,
        description="seconds of silence after a question before it is asked again",
    )
    retries: Annotated[int, Field(ge=0, le=5)] = Field(
        default=_MENU.retries, description="how often a question is asked again"
    )


class CallbackSection(Section):
    """`callback:` of a line."""

    enabled: YesNo = Field(
        default=_CALLBACK.enabled, description="whether the line takes callbacks"
    )
    last_for_today_min: Annotated[int, Field(ge=0, le=1440)] = Field(
        default=_CALLBACK.last_for_today_min,
        description=("in so many minutes before closing callbacks are promised for the next day"),
    )
    most_a_day: Annotated[int, Field(ge=1, le=10000)] = Field(
        default=_CALLBACK.most_a_day,
        description=("the most callbacks promised for one day; the next one is for the day after"),
    )
    attempts: Annotated[int, Field(ge=1, le=10)] = Field(
        default=_CALLBACK.attempts, description="how often the citizen is called in vain"
    )
    between_min: Annotated[int, Field(ge=1, le=1440)] = Field(
        default=_CALLBACK.between_min, description="minutes between two attempts"
    )
    foreign: YesNo = Field(
        default=_CALLBACK.foreign,
        description=("also to numbers of other countries, as far as `to` of calling_back has them"),
    )
    outside_hours: YesNo = Field(
        default=_CALLBACK.outside_hours,
        description="who calls while the line is closed may ask for a callback",
    )
    dial: YesNo = Field(
        default=_CALLBACK.dial,
        description=(
            "yes: the line calls back itself once a counsellor has accepted; no: "
            "people do, from a list"
        ),
    )
    ring_s: Annotated[float, Field(ge=5, le=120)] = Field(
        default=_CALLBACK.ring_s, description="how many seconds the citizen's phone rings"
    )
    voice: YesNo = Field(
        default=_CALLBACK.voice,
        description=(
            "yes: whoever speaks is connected, and answering machines are told; no: "
            "only a key connects"
        ),
    )
    erase_after_days: Annotated[int, Field(ge=0, le=730)] = Field(
        default=_CALLBACK.erase_after_days,
        description="days after which the number is erased once all is over; 0: at once",
    )

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

    at_once: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=_OUTGOING.at_once,
        description="the most citizens who are dialled or talked with at the same time",
    )
    calls_a_day: Annotated[int, Field(ge=1, le=100)] = Field(
        default=_OUTGOING.calls_a_day,
        description=(
            "the most calls to one number on one day, for whichever line; those by hand count"
        ),
    )
    to: Annotated[list[Beginning], Field(min_length=1)] = Field(
        default=list(_OUTGOING.to), description="only numbers that begin so are called back"
    )


class DeskSection(Section):
    """`desk:` in counsellors.yaml."""

    misses: Annotated[int, Field(ge=1, le=100)] = Field(
        default=_DESK.misses,
        description=("after so many calls in a row that rang unanswered a counsellor is paused"),
    )
    pin_tries: Annotated[int, Field(ge=1, le=10)] = Field(
        default=_DESK.pin_tries, description="after so many wrong PINs a phone has to wait"
    )
    pin_pause_s: Seconds = Field(
        default=_DESK.pin_pause_s, description="seconds that the phone then has to wait"
    )
