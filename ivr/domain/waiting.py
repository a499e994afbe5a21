"""What a waiting caller is told, and when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from ivr.domain.abandon import may_be_assured
from ivr.domain.call import Facts, Language, Limit, SceneName
from ivr.domain.destination import own_number
from ivr.domain.limits import closing, limits
from ivr.domain.policy import OnBudgetEnd
from ivr.domain.service import Charging, ServiceLine


class Step(StrEnum):
    """The next thing that happens to a caller who waits; of two at once the first here."""

    ASSURANCE = "assurance"  # who hangs up is called back
    POSITION = "position"  # how many are ahead, and thanks
    OFFER = "offer"  # a callback is offered
    CLOSED = "closed"  # the line has closed, and the caller is still in it
    LIMIT = "limit"  # the caller cannot go on waiting
    BUDGET_END = "budget_end"  # the free waiting is over


# What ends the waiting: once it is due, nothing is told before it.
ENDS = frozenset({Step.LIMIT, Step.BUDGET_END})


@dataclass(frozen=True, kw_only=True)
class Due:
    """A step and its instant (UTC); with LIMIT, which limit it is."""

    at: datetime
    step: Step
    limit: Limit | None = None


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """One stretch of waiting so far; all instants UTC.

    `entered` is when it began, `far_back` whether the caller came into the line so far back
    that a callback is offered at once; `said` when something was last announced, `offered`
    when a callback was last offered. `told_closed`: the caller knows that the line
    has closed; `assured`: that they are called back if they hang up. `nobody_since` is since
    when nobody who could serve the caller is at work. `lengths` is how long it takes at
    most to say each step, seconds.
    """

    entered: datetime
    said: datetime
    far_back: bool = False
    offered: datetime | None = None
    told_closed: bool = False
    assured: bool = False
    nobody_since: datetime | None = None
    lengths: Mapping[Step, float] = field(default_factory=dict)


def next_due(line: ServiceLine, facts: Facts, stretch: Stretch, now: datetime) -> Due:
    """What comes next for the caller; it may be overdue.

    The free waiting is counted from the call's arrival, because the carrier's
    ring limit (ISUP T9) runs from there.
    """
    dues = [
        due
        for due in _to_be_said(line, facts, stretch)
        if in_time(line, facts, max(due.at, now), stretch.lengths.get(due.step, 0.0))
    ]
    dues += [
        Due(at=at, step=Step.LIMIT, limit=limit)
        for limit, at in limits(line, facts, stretch.nobody_since)
    ]
    end = budget_end(line, facts)
    if end is not None:
        dues.append(Due(at=end, step=Step.BUDGET_END))
    over = [due for due in dues if due.step in ENDS and due.at <= now]
    return min(over or dues, key=lambda due: (due.at, list(Step).index(due.step)))


def budget_end(line: ServiceLine, facts: Facts) -> datetime | None:
    """When the free waiting ends; None where the call is answered and nothing runs out.

    Who has called a closed line is never answered, however the line charges.
    """
    unanswered = line.charging is Charging.EARLY_MEDIA or facts.closed
    if not unanswered or facts.answered or facts.budget_over:
        return None
    return facts.arrived + timedelta(seconds=line.waiting.budget_s)


def acts_at(line: ServiceLine, facts: Facts) -> datetime | None:
    """When the free waiting ends and the line does something about it; None: it never does.

    A closed line has ended the call by then.
    """
    acts = facts.closed or after_budget(line, facts) is SceneName.BUDGET_END
    return budget_end(line, facts) if acts else None


def in_time(line: ServiceLine, facts: Facts, at: datetime, seconds: float) -> bool:
    """Whether what is begun at this instant and takes so long may be begun at all.

    Nothing is that could not be said to its end before the line acts: what it does when the
    free waiting ends is late otherwise, or the words are cut off.
    """
    acts = acts_at(line, facts)
    return acts is None or at + timedelta(seconds=seconds) <= acts


def after_budget(line: ServiceLine, facts: Facts) -> SceneName:
    """Where a caller goes whose free waiting has ended: to what the line does then, or on waiting.

    On waiting also when the line keeps numbers, but has none of this caller.
    """
    match line.waiting.on_budget_end:
        case OnBudgetEnd.CALLBACK if can_offer(line, facts):
            return SceneName.BUDGET_END
        case OnBudgetEnd.ANSWER:
            return SceneName.BUDGET_END
        case _:
            return SceneName.WAITING


def can_offer(line: ServiceLine, facts: Facts) -> bool:
    """Whether a callback to the caller's own number can be kept, without a key."""
    return line.callback.enabled and own_number(facts) is not None


def far_back(line: ServiceLine, ahead: int) -> bool:
    """Whether who comes into the line behind so many is offered a callback at once."""
    from_place = line.waiting.offer_from_place
    return from_place is not None and ahead + 1 >= from_place


def other_language(line: ServiceLine, language: Language) -> Language | None:
    """The line's next language after this one, which key 9 chooses; None: there is but one."""
    if len(line.languages) < 2:
        return None
    at = line.languages.index(language) if language in line.languages else -1
    return line.languages[(at + 1) % len(line.languages)]


def _to_be_said(line: ServiceLine, facts: Facts, stretch: Stretch) -> Iterator[Due]:
    """What the caller is still to be told while they wait, if there is time for it."""
    if not stretch.assured and may_be_assured(line, facts):
        yield Due(at=stretch.entered, step=Step.ASSURANCE)
    every = timedelta(seconds=line.waiting.announce_every_s)
    yield Due(at=stretch.said + every, step=Step.POSITION)
    if line.callback.enabled:
        for at in _offer_times(line, stretch, budget_end(line, facts)):
            yield Due(at=at, step=Step.OFFER)
    closes = closing(line, facts)
    if closes is not None and not stretch.told_closed:
        yield Due(at=closes, step=Step.CLOSED)


def _offer_times(line: ServiceLine, stretch: Stretch, end: datetime | None) -> Iterator[datetime]:
    """One offer early in the wait, and a last one before it ends."""
    policy = line.waiting
    if stretch.offered is None:
        after_s = 0.0 if stretch.far_back else policy.offer_after_s
        yield stretch.entered + timedelta(seconds=after_s)
    if end is not None:
        last = end - timedelta(seconds=policy.offer_before_budget_s)
        if stretch.entered < last and (stretch.offered is None or stretch.offered < last):
            yield last
