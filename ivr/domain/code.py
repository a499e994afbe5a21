"""What a counsellor wants who dials on their phone: a code, or a colleague's number."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ivr.domain.call import CounsellorId


class Wish(StrEnum):
    """What the first digit after the star says."""

    SIGN_IN = "1"
    PAUSE = "2"
    RESUME = "3"  # end the pause or the wrap-up
    SIGN_OUT = "4"
    DISPOSITION = "5"
    URGENT = "6"
    CALLBACKS = "7"  # work through those who are to be called back
    # 8 is left out: *8 is Asterisk's own code for picking up a call that rings elsewhere.
    NOTICE = "9"  # tell every caller something, or close a line for a while


ADMINISTRATORS: Final = CounsellorId(f"*{Wish.NOTICE}")
"""Under this name the PIN of that code stands beside those of the counsellors; none has it."""

# These may name their choice at once: `*21`, `*55`.
_WITH_CHOICE = frozenset({Wish.PAUSE, Wish.DISPOSITION})


@dataclass(frozen=True, kw_only=True)
class Code:
    """A code; `choice` is the key that it names at once, None where it is to be asked."""

    wish: Wish
    choice: str | None = None


def is_number(dialled: str) -> bool:
    """Whether a number was dialled, such as `102`, and no code."""
    return not dialled.startswith("*")


def read_code(dialled: str) -> Code | None:
    """What was dialled, such as `*1` or `*21`; None for anything that is no code."""
    star, wish, choice = dialled[:1], dialled[1:2], dialled[2:]
    if star != "*" or wish not in frozenset(Wish):
        return None
    if not choice:
        return Code(wish=Wish(wish))
    if Wish(wish) not in _WITH_CHOICE or len(choice) != 1 or choice not in "0123456789":
        return None
    return Code(wish=Wish(wish), choice=choice)
