"""How a call ended, when it ended otherwise than by its last scene."""

from ivr.domain.call import Facts, Outcome, SceneName

# Q.850 causes with which a network ends a call that nobody answered in its time:
# 102 is recovery on timer expiry.
RING_LIMIT_CAUSES = frozenset({102})


def outcome_of_hangup(facts: Facts, *, cause: int, callback_kept: bool) -> Outcome:
    """The outcome of a call whose caller's channel has ended with this Q.850 cause."""
    if facts.scene is SceneName.TALKING and facts.connected:
        return Outcome.SERVED
    if callback_kept:
        return Outcome.CALLBACK
    if facts.scene is SceneName.CLOSED:
        return Outcome.CLOSED_HOURS
    if facts.scene is SceneName.UNKNOWN_NUMBER:
        return Outcome.UNKNOWN_NUMBER
    if cause in RING_LIMIT_CAUSES and not facts.answered:
        return Outcome.CARRIER_RELEASED
    match facts.scene:
        case SceneName.LANGUAGE | SceneName.NOTICES | SceneName.TOPIC:
            return Outcome.ABANDONED_MENU
        case _:
            return Outcome.ABANDONED_QUEUE
