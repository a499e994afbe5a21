"""How many are ahead of a caller, and what wait may be told to them."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ivr.domain.line import Contact, turn
from ivr.domain.team import Team

RECENT = timedelta(hours=1)
FEWEST_SERVICES = 3


class WaitBand(StrEnum):
    """A wait as it is told to a caller; the value ends the prompt's name, `wait_lt5`."""

    UNDER_5 = "lt5"
    FROM_5_TO_10 = "5_10"
    OVER_10 = "gt10"


# Where each band but the last ends.
ENDS = {WaitBand.UNDER_5: timedelta(minutes=5), WaitBand.FROM_5_TO_10: timedelta(minutes=10)}
BANDS = list(WaitBand)

# A band is told after a worse one only when the estimate lies below its end by this
# share: else one that wavers about the end would be told now so and now so.
SURELY = 0.8


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """A call that a counsellor has dealt with: its end (UTC), and its talk and wrap-up."""

    ended: datetime
    took: timedelta


class Pace:
    """How long the calls of the last hour took their counsellors; older ones are forgotten."""

    def __init__(self) -> None:
        self._served: deque[Served] = deque()
        self._took = timedelta()

    def add(self, served: Served) -> None:
        """Count a call; they come in the order of their ends."""
        self._served.append(served)
        self._took += served.took
        self._forget(served.ended)

    def mean(self, now: datetime) -> timedelta | None:
        """The mean length of the last hour's calls; None, not sure, with fewer than three."""
        self._forget(now)
        count = len(self._served)
        return None if count < FEWEST_SERVICES else self._took / count

    def _forget(self, now: datetime) -> None:
        while self._served and self._served[0].ended <= now - RECENT:
            self._took -= self._served.popleft().took


def expected_wait(*, ahead: int, mean: timedelta | None, counsellors: int) -> timedelta | None:
    """How long a contact with so many ahead is likely to wait from now.

    `counsellors` are those at work who can serve it; each ends a call on average
    every `mean`, see `Pace`. None, not sure, without that or with nobody at work.
    """
    if mean is None or counsellors == 0:
        return None
    return mean * (ahead + 1) / counsellors


def said_band(previous: WaitBand | None, honest: timedelta | None) -> WaitBand | None:
    """What may be told now, `previous` being what was told last; None: nothing is known.

    Never better than the honest estimate, and so an estimate that got worse is
    never told as a better one.
    """
    if honest is None:
        return None
    band = _band(honest)
    if previous is None or BANDS.index(band) >= BANDS.index(previous):
        return band
    return min(_band(honest / SURELY), previous, key=BANDS.index)


def ahead(contact: Contact, waiting: Iterable[Contact], everyone: Team, *, now: datetime) -> int:
    """How many stand before this contact: those with an earlier turn who want the same counsellors.

    `everyone` is all counsellors of the service, present or not, so that the
    figure does not jump when one goes to lunch. Those whose counsellor's phone
    rings already are counted: if it rings in vain they are before this contact
    again, and the figure told would have been too low.
    """
    own = turn(contact)
    before = [other for other in waiting if turn(other) < own]
    return everyone.rivals(contact, before, now)


def _band(wait: timedelta) -> WaitBand:
    return next((band for band, end in ENDS.items() if wait < end), WaitBand.OVER_10)
