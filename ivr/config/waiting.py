"""Which keys say how callers wait, and how a wait that cannot go on ends.

Everything here may be left out: the values then in force are those of `domain.policy`.
"""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from ivr.config.fields import (
    AbandonField,
    BudgetEndField,
    CutOffField,
    EndingField,
    OptionalName,
    refuse_unless,
)
from ivr.config.section import Seconds, SecondsOrNone, Section
from ivr.domain.policy import WaitingPolicy

_WAITING = WaitingPolicy()


class WaitingSection(Section):
    """`waiting:` of a line."""

    offer_after_s: Seconds = Field(
        default=_WAITING.offer_after_s,
        description="seconds in the line after which a callback is first offered",
    )
    offer_from_place: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=_WAITING.offer_from_place,
        description=(
            "who joins the line at this place or behind is offered a callback at "
            "once; left out: nobody"
        ),
    )
    announce_every_s: Seconds = Field(
        default=_WAITING.announce_every_s,
        description="seconds between two announcements of how many are ahead",
    )
    budget_s: Seconds = Field(
        default=_WAITING.budget_s,
        description=("the longest unanswered wait in seconds; below the operator's own limit"),
    )
    offer_before_budget_s: Seconds = Field(
        default=_WAITING.offer_before_budget_s,
        validate_default=True,
        description=(
            "so many seconds before the free wait ends a callback is offered for the last time"
        ),
    )
    on_budget_end: BudgetEndField = Field(
        default=_WAITING.on_budget_end,
        description=(
            "when the free wait ends: callback (the number is kept), answer (charging "
            "begins, and the caller is told before) or wait"
        ),
    )
    ring_s: Seconds = Field(
        default=_WAITING.ring_s, description="how many seconds a counsellor's phone rings"
    )
    longest_s: Annotated[float, Field(gt=0, le=14400)] = Field(
        default=_WAITING.longest_s,
        description="the longest wait in seconds, counted from joining the line",
    )
    on_longest: EndingField = Field(
        default=_WAITING.on_longest, description="what happens to who has waited for longest_s"
    )
    most: Annotated[int, Field(ge=1, le=1000)] = Field(
        default=_WAITING.most,
        description="the most callers on the line; one more hears that it is full",
    )
    on_full: EndingField = Field(
        default=_WAITING.on_full, description="what happens to who calls while the line is full"
    )
    nobody_after_s: SecondsOrNone = Field(
        default=_WAITING.nobody_after_s,
        description="seconds without anybody signed in who could help, before on_nobody",
    )
    on_nobody: EndingField = Field(
        default=_WAITING.on_nobody,
        description="what happens while nobody who could help is signed in and reachable",
    )
    after_closing_min: Annotated[int, Field(ge=0, le=240)] = Field(
        default=_WAITING.after_closing_min,
        description="who waits at closing is still served for so many minutes",
    )
    on_closing: EndingField = Field(
        default=_WAITING.on_closing, description="what happens to who then still waits"
    )
    other_topic: OptionalName = Field(
        default=_WAITING.other_topic,
        description="the topic to which an ending that says other_topic leads",
    )
    rejoin_min: Annotated[int, Field(ge=0, le=60)] = Field(
        default=_WAITING.rejoin_min,
        description=(
            "who was cut off and calls again within so many minutes regains the place; 0: never"
        ),
    )
    on_abandon: AbandonField = Field(
        default=_WAITING.on_abandon,
        description=(
            "who hangs up in the line: callback (they are called back, and are told so) or nothing"
        ),
    )
    on_cut_off: CutOffField = Field(
        default=_WAITING.on_cut_off,
        description=(
            "whom the end of Asterisk cuts off in the line: candidate (listed for "
            "people to decide on) or nothing"
        ),
    )
    ghost_after_s: SecondsOrNone = Field(
        default=_WAITING.ghost_after_s,
        description=("a phone silent for so many seconds after sound has vanished; 0: no check"),
    )

    @field_validator("offer_before_budget_s")
    @classmethod
    def _within_the_budget(cls, offer_s: float, info: ValidationInfo) -> float:
        budget_s = info.data.get("budget_s", offer_s + 1)
        refuse_unless(
            offer_s < budget_s,
            "offer_before_budget_s ({offer_s:g}) must be less than budget_s ({budget_s:g})",
            offer_s=offer_s,
            budget_s=budget_s,
        )
        return offer_s


ENDINGS = frozenset({"on_longest", "on_full", "on_nobody", "on_closing"})
"""The keys that say what happens to a caller who cannot go on waiting."""
