"""One attempt to call a citizen back: who made it, and what its call tells of how it ended."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ivr.domain.call import CALLING_SCENES, CallId, CounsellorId, Facts

_BY_HAND = "/by-hand/"


class Result(StrEnum):
    """How an attempt ended."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    MACHINE = "machine"  # an answering machine; nothing was left on it
    REFUSED = "refused"  # rejected on the phone
    WRONG_NUMBER = "wrong_number"  # whoever answered had not asked: they are not called again
    FAILED = "failed"  # the number could not be rung, or the switch went down


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One dialling of the citizen. `call` is the outbound call; times are UTC.

    `ended` and `result` are None while it is on the air. One that a person made on
    another phone has for `call` an id that no call of the line has.
    """

    number: int
    began: datetime
    counsellor: CounsellorId
    call: CallId
    ended: datetime | None = None
    result: Result | None = None

    @property
    def by_hand(self) -> bool:
        """Whether a person made it, and not the line."""
        return _BY_HAND in self.call


def id_by_hand(callback: str, number: int) -> CallId:
    """What stands for the call of an attempt that was made on another phone."""
    return CallId(f"{callback}{_BY_HAND}{number}")


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
