"""What a check says of something that was lost."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Loss:
    """One thing lost. `about` is a call's id or a caller's name, never a number.

    `at`: seconds since the epoch; 0: it belongs to no moment.
    """

    about: str
    at: float
    text: str
