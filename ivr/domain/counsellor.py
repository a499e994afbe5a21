"""What a counsellor is doing, and what may follow."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from ivr.domain.call import CallId, LineId
from ivr.domain.pause import PauseReason
from ivr.domain.schedule import local

REST_AFTER_MISS = timedelta(seconds=5)


class Doing(StrEnum):
    """The state of a counsellor, commented by transition."""

    SIGNED_OUT = "signed_out"  # -> free or away when they sign in
    AWAY = "away"  # signed in, the phone is not reachable -> free when it registers
    FREE = "free"  # -> ringing when matched, paused by themselves, away when the phone goes
    RINGING = "ringing"  # -> talking when answered, free when not, paused after the last miss
    TALKING = "talking"  # -> wrap_up, or what would follow that, when the call ends
    WRAP_UP = "wrap_up"  # -> free, away or paused when its time is over, or by themselves
    PAUSED = "paused"  # -> free or away by themselves only


class Step(StrEnum):
    """What can be done to a counsellor's state."""

    SIGN_IN = "sign in"
    SIGN_OUT = "sign out"
    RING = "be rung"
    MISS = "miss a call"
    DECLINE = "decline a call"
    WITHDRAW = "lose the caller offered"
    TALK = "talk"
    END = "end a call"
    PAUSE = "pause"
    RESUME = "end a pause or the wrap-up"


_SIGNED_IN = frozenset(Doing) - {Doing.SIGNED_OUT}
_IN_CALL = frozenset({Doing.RINGING, Doing.TALKING})
_RINGING = frozenset({Doing.RINGING})

LEGAL: Mapping[Step, frozenset[Doing]] = {
    Step.SIGN_IN: frozenset(Doing) - _IN_CALL,
    Step.SIGN_OUT: _SIGNED_IN - _IN_CALL,
    Step.RING: frozenset({Doing.FREE}),
    Step.MISS: _RINGING,
    Step.DECLINE: _RINGING,
    Step.WITHDRAW: _RINGING,
    # Whatever the record says, a leg found on the air is one that talks.
    Step.TALK: frozenset(Doing) - {Doing.TALKING},
    Step.END: frozenset({Doing.TALKING}),
    Step.PAUSE: _SIGNED_IN,
    # In a call there may be a pause to come that is ended before it begins.
    Step.RESUME: _IN_CALL | {Doing.WRAP_UP, Doing.PAUSED},
}


class IllegalTransition(Exception):
    """What was asked cannot follow from what the counsellor is doing."""


@dataclass(frozen=True, kw_only=True)
class Duty:
    """What a counsellor is doing now; times are UTC, days are those of Europe/Helsinki.

    `since` is when it began, and so whose turn it is among the free. `account` is
    the phone signed in on, None when signed out; `reachable` follows its
    registration, also in the middle of a call. After a call that was not
    answered the phone rests until `rests_until`, so that one absent counsellor
    does not ring without end. `reason` is why they are paused, or will be after
    the call or the wrap-up. `misses` counts calls in a row that rang unanswered,
    `calls` those answered on the day `calls_on`. `left_on` is the day on which
    they were last signed out. `call` and `line` are of the last call answered.
    `serial` counts the changes, so that of two records the later is known.
    """

    doing: Doing
    since: datetime
    rests_until: datetime
    account: str | None = None
    reachable: bool = False
    wrap_up_until: datetime | None = None
    reason: PauseReason | None = None
    misses: int = 0
    calls: int = 0
    calls_on: date | None = None
    left_on: date | None = None
    call: CallId | None = None
    line: LineId | None = None
    serial: int = 0

    @classmethod
    def begin(cls, now: datetime) -> "Duty":
        """The state of a counsellor of whom nothing is known."""
        return cls(doing=Doing.SIGNED_OUT, since=now, rests_until=now)

    def sign_in(self, now: datetime, account: str, *, reachable: bool) -> "Duty":
        """Work on this phone from now on; it ends a pause, and never a wrap-up."""
        self._check(Step.SIGN_IN)
        here = replace(self, account=account, reachable=reachable, reason=None, left_on=None)
        if self.doing is Doing.WRAP_UP:
            return here
        begun = _idle(here, now)
        if self.doing is begun.doing:
            return replace(begun, since=self.since)
        return replace(begun, misses=0)

    def sign_out(self, now: datetime) -> "Duty":
        """Work no more; a phone that registers later on the same day does not undo it."""
        self._check(Step.SIGN_OUT)
        out = replace(self, account=None, reachable=False, reason=None, misses=0)
        return _idle(replace(out, left_on=local(now).date()), now)

    def phone(self, now: datetime, *, reachable: bool) -> "Duty":
        """The phone signed in on registered, or went."""
        changed = replace(self, reachable=reachable)
        if self.doing not in (Doing.AWAY, Doing.FREE) or reachable is self.reachable:
            return changed
        return _idle(changed, now)

    def ring(self, now: datetime) -> "Duty":
        """A caller is offered."""
        self._check(Step.RING)
        if self._rests(now):
            raise IllegalTransition("a counsellor who rests after a missed call is not rung")
        return replace(self, doing=Doing.RINGING)

    def miss(self, now: datetime, *, most: int) -> "Duty":
        """It rang out: behind the other free ones, and after `most` in a row a pause."""
        self._check(Step.MISS)
        misses = self.misses + 1
        reason = self.reason or (PauseReason.NO_ANSWER if misses >= most else None)
        return _rest(replace(self, misses=misses, reason=reason), now)

    def decline(self, now: datetime) -> "Duty":
        """They refused the call, so they are there: no miss, but behind the other free ones."""
        self._check(Step.DECLINE)
        return _rest(replace(self, misses=0), now)

    def withdrawn(self, now: datetime, *, rest: bool = False) -> "Duty":
        """The call was taken back before an answer: the turn is kept.

        With `rest` the phone could not be rung at all, and is not at once rung again.
        """
        self._check(Step.WITHDRAW)
        kept = replace(_idle(self, now), since=self.since)
        return replace(kept, rests_until=now + REST_AFTER_MISS) if rest else kept

    def talk(
        self, now: datetime, *, call: CallId | None = None, line: LineId | None = None
    ) -> "Duty":
        """The phone was answered, or a call that was on the air is taken up again."""
        self._check(Step.TALK)
        calls = self.calls_today(now) + 1
        talking = replace(self, doing=Doing.TALKING, since=now, wrap_up_until=None, misses=0)
        return replace(talking, calls=calls, calls_on=local(now).date(), call=call, line=line)

    def end(self, now: datetime, *, wrap_up_s: float = 0.0) -> "Duty":
        """The call is over; seconds of wrap-up follow."""
        self._check(Step.END)
        if wrap_up_s <= 0 or self.account is None:
            return _idle(self, now)
        until = now + timedelta(seconds=wrap_up_s)
        return replace(self, doing=Doing.WRAP_UP, since=now, wrap_up_until=until)

    def pause(self, now: datetime, reason: PauseReason) -> "Duty":
        """Take no calls; in a call or a wrap-up it begins after that."""
        self._check(Step.PAUSE)
        if self.account is None:
            raise IllegalTransition("who has signed out and talks has nothing to pause")
        pausing = replace(self, reason=reason)
        if self.doing in _IN_CALL or self.doing is Doing.WRAP_UP:
            return pausing
        return _idle(pausing, now)

    def resume(self, now: datetime) -> "Duty":
        """End the pause or the wrap-up, or a pause that was to come."""
        self._check(Step.RESUME)
        going_on = replace(self, reason=None, misses=0)
        if self.doing not in _IN_CALL:
            return _idle(going_on, now)
        if self.reason is None:
            raise IllegalTransition("there is no pause to come")
        return going_on

    def settled(self, now: datetime) -> "Duty":
        """The state once the time has passed: a wrap-up ends, from its end on.

        One that is still to begin is of a clock that was set back since: it is over as well.
        """
        until = self.wrap_up_until
        if self.doing is not Doing.WRAP_UP or until is None or self.since <= now < until:
            return self
        return _idle(self, min(until, now))

    def next_change(self, now: datetime) -> datetime | None:
        """When time alone will next change something: a wrap-up or a rest ends."""
        if self.doing is Doing.WRAP_UP:
            return self.wrap_up_until
        return self.rests_until if self.doing is Doing.FREE and now < self.rests_until else None

    def can_be_rung(self, now: datetime) -> bool:
        """Whether a caller may be offered now."""
        return self.doing is Doing.FREE and not self._rests(now)

    def calls_today(self, now: datetime) -> int:
        """The calls answered on the day that it is now in Finland."""
        return self.calls if self.calls_on == local(now).date() else 0

    @property
    def in_call(self) -> bool:
        """Whether they are rung, or talk."""
        return self.doing in _IN_CALL

    @property
    def signed_in(self) -> bool:
        """Whether they are at work, paused included."""
        return self.account is not None

    def _rests(self, now: datetime) -> bool:
        """Whether a rest goes on; one longer than any is of a clock that was set back since."""
        return now < self.rests_until <= now + REST_AFTER_MISS

    def _check(self, step: Step) -> None:
        if self.doing not in LEGAL[step]:
            raise IllegalTransition(f"a counsellor who is {self.doing} cannot {step}")


def _rest(duty: Duty, now: datetime) -> Duty:
    return replace(_idle(duty, now), rests_until=now + REST_AFTER_MISS)


def _idle(duty: Duty, since: datetime) -> Duty:
    """Neither in a call nor in wrap-up: what they are then."""
    return replace(duty, doing=_when_idle(duty), since=since, wrap_up_until=None)


def _when_idle(duty: Duty) -> Doing:
    if duty.account is None:
        return Doing.SIGNED_OUT
    if duty.reason is not None:
        return Doing.PAUSED
    return Doing.FREE if duty.reachable else Doing.AWAY
