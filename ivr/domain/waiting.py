"""What a waiting caller is told, and when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ivr.domain.call import Facts
from ivr.domain.callback import own_number
from ivr.domain.service import Charging, ServiceLine


class Step(StrEnum):
    """The next thing that happens to a caller who waits."""

    POSITION = "position"  # how many are ahead, and thanks
    OFFER = "offer"  # a callback is offered
    BUDGET_END = "budget_end"  # the free waiting is over


@dataclass(frozen=True, kw_only=True)
class Due:
    """A step and its instant (UTC)."""

    at: datetime
    step: Step


def next_due(
    line: ServiceLine, facts: Facts, *, entered: datetime, said: datetime, offers: int
) -> Due:
    """What comes next for the caller.

    `entered` is when this stretch of waiting began, `said` when something was
    last announced, `offers` how many callbacks were offered since `entered`.
    The free waiting is counted from the call's arrival, because the carrier's
    ring limit (ISUP T9) runs from there.
    """
    policy = line.waiting
    dues = [Due(at=said + timedelta(seconds=policy.announce_every_s), step=Step.POSITION)]
    if can_offer(line, facts) and offers == 0:
        dues.append(Due(at=entered + timedelta(seconds=policy.offer_after_s), step=Step.OFFER))
    end = budget_end(line, facts)
    if end is not None:
        last_offer = end - timedelta(seconds=policy.offer_before_budget_s)
        if can_offer(line, facts) and entered < last_offer and said < last_offer:
            dues.append(Due(at=last_offer, step=Step.OFFER))
        dues.append(Due(at=end, step=Step.BUDGET_END))
    return min(dues, key=lambda due: (due.at, list(Step).index(due.step)))


def budget_end(line: ServiceLine, facts: Facts) -> datetime | None:
    """When the free waiting ends; None where the call is answered and nothing runs out."""
    if line.charging is not Charging.EARLY_MEDIA or facts.answered or facts.budget_over:
        return None
    return facts.arrived + timedelta(seconds=line.waiting.budget_s)


def can_offer(line: ServiceLine, facts: Facts) -> bool:
    """Whether a callback to the caller's own number can be offered."""
    return line.callback.enabled and own_number(facts) is not None
