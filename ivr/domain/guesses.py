"""When somebody who keeps giving a wrong PIN must wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.domain.policy import DeskPolicy


@dataclass(frozen=True, kw_only=True)
class Guesses:
    """What a phone, or all phones for one counsellor's number, have tried in a row.

    `wrong` counts the wrong PINs since the last right one or the last wait;
    `barred_until` (UTC) is when the wait ends.
    """

    wrong: int = 0
    barred_until: datetime | None = None

    def barred(self, now: datetime) -> bool:
        """Whether nothing is tried now, not even the right PIN."""
        return self.barred_until is not None and now < self.barred_until

    def too_many(self, policy: DeskPolicy) -> bool:
        """Whether one more wrong PIN is one too many."""
        return self.wrong + 1 >= policy.pin_tries

    def wrong_again(self) -> "Guesses":
        """Another wrong PIN."""
        return Guesses(wrong=self.wrong + 1)

    def bar(self, now: datetime, policy: DeskPolicy) -> "Guesses":
        """Let nothing be tried for a while; after it the count begins anew."""
        return Guesses(barred_until=now + timedelta(seconds=policy.pin_pause_s))
