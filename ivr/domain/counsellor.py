"""What a counsellor is doing, and what may follow."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

REST_AFTER_MISS = timedelta(seconds=5)


class Doing(StrEnum):
    """The state of a counsellor, commented by transition."""

    AWAY = "away"  # phone not registered -> free when it registers
    FREE = "free"  # -> ringing when matched, away when the phone goes
    RINGING = "ringing"  # -> talking when answered, free when not
    TALKING = "talking"  # -> free when the call ends


class IllegalTransition(Exception):
    """What was asked cannot follow from what the counsellor is doing."""


@dataclass(frozen=True, kw_only=True)
class Duty:
    """What a counsellor is doing now; `since` and `rests_until` are UTC.

    `reachable` follows the phone's registration, also in the middle of a call.
    After a call that was not answered the phone rests for a moment, so that
    one absent counsellor does not ring without end.
    """

    doing: Doing
    since: datetime
    reachable: bool
    rests_until: datetime

    @classmethod
    def begin(cls, now: datetime, *, reachable: bool) -> "Duty":
        """The state of a counsellor of whom nothing is known but the phone."""
        doing = Doing.FREE if reachable else Doing.AWAY
        return cls(doing=doing, since=now, reachable=reachable, rests_until=now)

    def phone(self, now: datetime, *, reachable: bool) -> "Duty":
        """The phone registered, or went."""
        match self.doing:
            case Doing.AWAY if reachable:
                return replace(self, doing=Doing.FREE, since=now, reachable=True)
            case Doing.FREE if not reachable:
                return replace(self, doing=Doing.AWAY, since=now, reachable=False)
            case _:
                return replace(self, reachable=reachable)

    def ring(self, now: datetime) -> "Duty":
        """A caller is offered."""
        if not self.can_be_rung(now):
            raise IllegalTransition(f"cannot ring a counsellor who is {self.doing}")
        return replace(self, doing=Doing.RINGING)

    def miss(self, now: datetime) -> "Duty":
        """The offer was not taken; the counsellor goes behind the other free ones."""
        if self.doing is not Doing.RINGING:
            raise IllegalTransition(f"a counsellor who is {self.doing} has no ringing phone")
        idle = self._idle(now)
        return replace(idle, rests_until=now + REST_AFTER_MISS)

    def withdrawn(self, now: datetime) -> "Duty":
        """The caller went before the answer: the counsellor keeps their turn."""
        if self.doing is not Doing.RINGING:
            raise IllegalTransition(f"a counsellor who is {self.doing} has no ringing phone")
        return replace(self._idle(now), since=self.since)

    def talk(self, now: datetime) -> "Duty":
        """The phone was answered, or a call that was on the air is taken up again."""
        if self.doing is Doing.TALKING:
            raise IllegalTransition("a counsellor talks with one caller at a time")
        return replace(self, doing=Doing.TALKING, since=now)

    def end(self, now: datetime) -> "Duty":
        """The call is over."""
        if self.doing is not Doing.TALKING:
            raise IllegalTransition(f"a counsellor who is {self.doing} has no call to end")
        return self._idle(now)

    def can_be_rung(self, now: datetime) -> bool:
        """Whether a caller may be offered now."""
        return self.doing is Doing.FREE and now >= self.rests_until

    def _idle(self, now: datetime) -> "Duty":
        doing = Doing.FREE if self.reachable else Doing.AWAY
        return replace(self, doing=doing, since=now)
