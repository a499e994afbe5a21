"""How a call ended, when it ended otherwise than by its last scene."""

from ivr.domain.call import (
    BUSY_SCENES,
    CALLING_SCENES,
    CLOSED_SCENES,
    TALK_SCENES,
    Facts,
    Outcome,
    SceneName,
)

# Q.850 causes with which a network ends a call that nobody answered in its time:
# 102 is recovery on timer expiry.
RING_LIMIT_CAUSES = frozenset({102})

# Q.850 causes with which a leg ends whose phone or network has failed: no response, out of
# order, no channel, timers. 1 is what Asterisk 22.10 says first when a phone has sent no
# sound for `rtp_timeout`.
NETWORK_CAUSES = frozenset({1, 18, 20, 27, 34, 38, 41, 42, 44, 47, 102})


# Where a caller may be who was told that they cannot go on waiting, and others as well.
_KEYING = frozenset({SceneName.NUMBER, SceneName.READ_BACK})

# Scenes in which a hang-up has one outcome.
_BY_SCENE = {
    **dict.fromkeys(CALLING_SCENES, Outcome.NOT_REACHED),
    **dict.fromkeys(CLOSED_SCENES, Outcome.CLOSED_HOURS),
    **dict.fromkeys(BUSY_SCENES, Outcome.TURNED_AWAY),
    SceneName.UNKNOWN_NUMBER: Outcome.UNKNOWN_NUMBER,
}


def was_cut_off(cause: int) -> bool:
    """Whether a counsellor's leg that ended with this Q.850 cause was lost, not hung up.

    A phone that hangs up gives 16, or nothing at all (0).
    """
    return cause in NETWORK_CAUSES


def outcome_of_hangup(facts: Facts, *, cause: int, callback_kept: bool) -> Outcome:
    """The outcome of a call whose caller's channel has ended with this Q.850 cause."""
    if (talked := _outcome_of_talk(facts)) is not None:
        return talked
    if callback_kept:
        return Outcome.CALLBACK
    if facts.scene in _BY_SCENE:
        return _BY_SCENE[facts.scene]
    if facts.closed:
        return Outcome.CLOSED_HOURS
    if facts.scene is SceneName.LIMIT or (facts.limit is not None and facts.scene in _KEYING):
        return Outcome.TURNED_AWAY
    if cause in RING_LIMIT_CAUSES and not facts.answered:
        return Outcome.CARRIER_RELEASED
    match facts.scene:
        case SceneName.LANGUAGE | SceneName.NOTICES | SceneName.TOPIC | SceneName.URGENCY:
            return Outcome.ABANDONED_MENU
        case _:
            return Outcome.ABANDONED_QUEUE


def _outcome_of_talk(facts: Facts) -> Outcome | None:
    """The outcome of a call in which the caller has somebody to talk to; None of any other."""
    if facts.connected and facts.scene in TALK_SCENES:
        return Outcome.SERVED
    if facts.connected and facts.scene is SceneName.OUTSIDE:
        # The outside party's channel is known from their answer on.
        return Outcome.SERVED if facts.colleague_leg is None else Outcome.HANDED_OVER
    return None
