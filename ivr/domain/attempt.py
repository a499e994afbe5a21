"""How an attempt to call a citizen back ended, by what is known of the call that was made."""

from ivr.domain.call import CALLING_SCENES, Facts
from ivr.domain.callback import Result

# Q.850 causes as Asterisk 22.10 gives them: 1 for 404 and 604, 17 for 486 and 600, 21 for 603
# and 403, 19 for 480 and when our own time for the ringing is over, 18 for 408, 20 for a
# telephone that is switched off.
_RESULTS = {
    1: Result.WRONG_NUMBER,
    17: Result.BUSY,
    18: Result.NO_ANSWER,
    19: Result.NO_ANSWER,
    20: Result.NO_ANSWER,
    21: Result.REFUSED,
}


def result_of(facts: Facts, cause: int | None) -> Result:
    """The result, once the call is over or its citizen is not to be connected any more.

    `cause` is the Q.850 cause with which the citizen's channel ended by itself; None: we end
    it. Who picked up and did not answer us may be a machine that was not told, or somebody
    else: no answer. So may be whoever was connected because they spoke, and was soon gone.
    """
    if facts.machine:
        return Result.MACHINE
    if facts.connected:
        return Result.NO_ANSWER if facts.by_voice else Result.REACHED
    if facts.scene not in CALLING_SCENES:
        return Result.FAILED
    if facts.answered:
        return Result.NO_ANSWER
    return _RESULTS.get(cause, Result.FAILED) if cause is not None else Result.FAILED
