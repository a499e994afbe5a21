"""Whatever befalls a counsellor in a day, they do one thing at a time and keep their turn."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ivr.domain.counsellor import REST_AFTER_MISS, Doing, Duty, IllegalTransition
from ivr.domain.duty import decode, encode
from ivr.domain.pause import PAUSE_KEYS, PauseReason
from ivr.domain.schedule import local

NINE = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MOST_MISSES = 2
OWN_REASONS = st.sampled_from(list(PAUSE_KEYS.values()))


class ADayAtWork(RuleBasedStateMachine):
    """Everything that can befall a counsellor, in any order, held against a simple account."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NINE

    @initialize()
    def begin(self) -> None:
        self.duty = Duty.begin(self.now)
        self.phone_is_on = False
        self.signed_in = False
        self.busy: str | None = None  # "ringing", "talking", "wrap_up"
        self.reason: PauseReason | None = None
        self.misses = self.calls = 0
        self.idle_since = self.rests_until = self.wraps_up_until = self.now

    @rule(seconds=st.integers(0, 20))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.duty = self.duty.settled(self.now)
        if self.busy == "wrap_up" and self.now >= self.wraps_up_until:
            self.busy, self.idle_since = None, self.wraps_up_until

    @rule(reachable=st.booleans())
    def the_phone_comes_or_goes(self, reachable: bool) -> None:
        if not self.signed_in:
            return
        plain = self.busy is None and self.reason is None
        if plain and reachable is not self.phone_is_on:
            self.idle_since = self.now
        self.duty = self.duty.phone(self.now, reachable=reachable)
        self.phone_is_on = reachable

    @rule(account=st.sampled_from(["anna", "bertil"]), reachable=st.booleans())
    def they_sign_in(self, account: str, reachable: bool) -> None:
        before = self._expected()
        in_call = self.busy in ("ringing", "talking")
        step = lambda now: self.duty.sign_in(now, account, reachable=reachable)  # noqa: E731
        if self._allowed(step, not in_call):
            self.signed_in, self.phone_is_on, self.reason = True, reachable, None
            if self.busy is None and self._expected() is not before:
                self.idle_since, self.misses = self.now, 0

    @rule()
    def they_sign_out(self) -> None:
        in_call = self.busy in ("ringing", "talking")
        if self._allowed(self.duty.sign_out, self.signed_in and not in_call):
            self.signed_in = self.phone_is_on = False
            self.busy = self.reason = None
            self.misses, self.idle_since = 0, self.now
            assert self.duty.left_on == local(self.now).date()

    @rule(reason=OWN_REASONS)
    def they_pause(self, reason: PauseReason) -> None:
        if self._allowed(lambda now: self.duty.pause(now, reason), self.signed_in):
            self.reason = reason
            if self.busy is None:
                self.idle_since = self.now

    @rule()
    def they_go_on(self) -> None:
        pausing = self.reason is not None
        if self._allowed(self.duty.resume, pausing or self.busy == "wrap_up"):
            self.reason, self.misses = None, 0
            if self.busy in (None, "wrap_up"):
                self.busy, self.idle_since = None, self.now

    @rule()
    def a_caller_is_offered(self) -> None:
        rested = self.now >= self.rests_until
        if self._allowed(self.duty.ring, self._expected() is Doing.FREE and rested):
            self.busy = "ringing"

    @rule()
    def the_offer_is_missed(self) -> None:
        step = lambda now: self.duty.miss(now, most=MOST_MISSES)  # noqa: E731
        if self._allowed(step, self.busy == "ringing"):
            self.misses += 1
            if self.misses >= MOST_MISSES:
                self.reason = self.reason or PauseReason.NO_ANSWER
            self._idle_and_resting()

    @rule()
    def the_offer_is_declined(self) -> None:
        if self._allowed(self.duty.decline, self.busy == "ringing"):
            self.misses = 0
            self._idle_and_resting()

    @rule()
    def the_caller_goes_first(self) -> None:
        if self._allowed(self.duty.withdrawn, self.busy == "ringing"):
            self.busy = None  # the turn is kept

    @rule()
    def a_call_begins(self) -> None:
        if self._allowed(self.duty.talk, self.busy != "talking"):
            self.busy, self.misses = "talking", 0
            self.calls += 1

    @rule(wrap_up_s=st.integers(0, 30))
    def the_call_ends(self, wrap_up_s: int) -> None:
        step = lambda now: self.duty.end(now, wrap_up_s=wrap_up_s)  # noqa: E731
        if self._allowed(step, self.busy == "talking"):
            wraps_up = wrap_up_s > 0 and self.signed_in
            self.busy = "wrap_up" if wraps_up else None
            self.idle_since = self.now
            self.wraps_up_until = self.now + timedelta(seconds=wrap_up_s)

    @invariant()
    def the_account_agrees(self) -> None:
        assert self.duty.doing is self._expected()
        assert self.duty.reachable is self.phone_is_on
        assert self.duty.signed_in is self.signed_in
        assert self.duty.reason is self.reason
        assert self.duty.misses == self.misses
        assert self.duty.calls_today(self.now) == self.calls
        if self.busy is None:
            assert self.duty.since == self.idle_since

    @invariant()
    def only_a_free_and_rested_counsellor_can_be_rung(self) -> None:
        rested = self.now >= self.rests_until
        assert self.duty.can_be_rung(self.now) is (self._expected() is Doing.FREE and rested)

    @invariant()
    def what_time_alone_will_change_is_known(self) -> None:
        if self.busy == "wrap_up":
            assert self.duty.next_change(self.now) == self.wraps_up_until
        elif self._expected() is Doing.FREE and self.now < self.rests_until:
            assert self.duty.next_change(self.now) == self.rests_until
        else:
            assert self.duty.next_change(self.now) is None

    @invariant()
    def it_survives_being_written_down(self) -> None:
        assert decode(encode(self.duty)) == self.duty

    def _expected(self) -> Doing:
        if self.busy is not None:
            return Doing(self.busy)
        if not self.signed_in:
            return Doing.SIGNED_OUT
        if self.reason is not None:
            return Doing.PAUSED
        return Doing.FREE if self.phone_is_on else Doing.AWAY

    def _idle_and_resting(self) -> None:
        self.busy, self.idle_since = None, self.now
        self.rests_until = self.now + REST_AFTER_MISS

    def _allowed(self, transition: Callable[[datetime], Duty], allowed: bool) -> bool:
        """Do it; what is not allowed must raise."""
        if allowed:
            self.duty = transition(self.now)
        else:
            with pytest.raises(IllegalTransition):
                transition(self.now)
        return allowed


TestADayAtWork = ADayAtWork.TestCase
