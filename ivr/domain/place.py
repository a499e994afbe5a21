"""The place in the line that a caller may have again: who leaves one behind, and what it is."""

from dataclasses import dataclass
from datetime import datetime

from ivr.domain.call import TALK_SCENES, Facts, Outcome, SceneName
from ivr.domain.callback import Callback


@dataclass(frozen=True, kw_only=True)
class Regained:
    """The place of a caller who was cut off, or asked to be called back; `joined` is UTC.

    By whose word the matter is urgent, if it is, stays with it: the caller's, a counsellor's.
    """

    joined: datetime
    caller_urgent: bool = False
    assessed_urgent: bool = False


# Endings after which a caller who calls again soon is to have their place again.
_CUT_OFF = frozenset(
    {
        Outcome.ABANDONED_QUEUE,
        Outcome.CARRIER_RELEASED,
        Outcome.GHOST,
        Outcome.FALLBACK,
        Outcome.LOST,
    }
)


def place_left(facts: Facts, outcome: Outcome) -> Regained | None:
    """The place that a call leaves behind at its end; None: it had none, or needs none.

    A hidden number leaves none: nobody could be told apart by it. Nor does a call whose
    place the caller's next call has already.
    """
    if facts.replaced_by is not None:
        return None
    anonymous = facts.caller.hidden or facts.caller.number is None or facts.line is None
    helped = facts.connected and facts.scene in TALK_SCENES | {SceneName.OUTSIDE}
    if facts.joined is None or anonymous or helped or outcome not in _CUT_OFF:
        return None
    return Regained(
        joined=facts.joined,
        caller_urgent=facts.caller_urgent,
        assessed_urgent=facts.assessed_urgent,
    )


def place_asked(asked: Callback) -> Regained:
    """The place of a request, for the citizen who calls before they are called back."""
    return Regained(
        joined=asked.joined,
        caller_urgent=asked.caller_urgent,
        assessed_urgent=asked.assessed_urgent,
    )
