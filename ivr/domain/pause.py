"""Why a counsellor takes no calls though signed in, and which key says so."""

from enum import StrEnum


class PauseReason(StrEnum):
    """Why a counsellor takes no calls though signed in."""

    BREAK = "break"
    LUNCH = "lunch"
    MEETING = "meeting"
    OTHER_WORK = "other_work"
    NO_ANSWER = "no_answer"  # the line's own: too many calls in a row rang unanswered


PAUSE_KEYS = {
    "1": PauseReason.BREAK,
    "2": PauseReason.LUNCH,
    "3": PauseReason.MEETING,
    "4": PauseReason.OTHER_WORK,
}
