"""Why a counsellor's phone that was rung was not answered, and so whose doing it was."""

from enum import StrEnum

from ivr.domain.transfer import Refusal

# Q.850 causes as Asterisk 22.10 gives them: 17 for 486 and 600, 21 for 603 and 403, 23 for
# 302, and 19 when its own time for the ringing is over or the phone says 480. Those two have
# the SIP status 480, so they are told apart by the time: how much sooner than ours a phone's
# word must come, seconds. (What was asked of Asterisk was rounded to whole seconds.)
BUSY = frozenset({17, 21})
LED_ELSEWHERE = 23
DECLINES = BUSY | {LED_ELSEWHERE}
NO_ANSWER = 19
CLEARLY_SOONER_S = 2.0


class Unanswered(StrEnum):
    """How a ringing ended that no answer ended."""

    RANG_OUT = "rang_out"  # it rang, and nobody came: a miss
    DECLINED = "declined"  # the counsellor, or the phone for them, refused or sent it elsewhere
    VANISHED = "vanished"  # the phone was not there, or could not be rung


def unanswered(cause: int, *, rang: bool, lasted_s: float, ring_s: float) -> Unanswered:
    """Why, by the Q.850 cause and whether the phone had said that it rang (180, RFC 3261).

    `lasted_s` is how long it was rung, of the `ring_s` that it was to be. Who rings and then
    says 480 by itself is there, and does not want to be disturbed (RFC 3261 §21.4.18).
    """
    if cause in DECLINES:
        return Unanswered.DECLINED
    if cause == NO_ANSWER and rang:
        by_itself = lasted_s < ring_s - CLEARLY_SOONER_S
        return Unanswered.DECLINED if by_itself else Unanswered.RANG_OUT
    return Unanswered.VANISHED


def not_reached(why: Unanswered) -> Refusal:
    """What a counsellor hears whose colleague did not answer."""
    match why:
        case Unanswered.DECLINED:
            return Refusal.BUSY
        case Unanswered.RANG_OUT:
            return Refusal.NO_ANSWER
        case Unanswered.VANISHED:
            return Refusal.ABSENT


def outside_not_reached(cause: int) -> Refusal:
    """What a counsellor hears when an outside number was not reached, by the Q.850 cause."""
    if cause in BUSY:
        return Refusal.BUSY
    return Refusal.NO_ANSWER if cause == NO_ANSWER else Refusal.FAILED
