"""A counsellor does one thing at a time, keeps their turn, and rests after a missed call."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ivr.domain.counsellor import REST_AFTER_MISS, Doing, Duty, IllegalTransition

NINE = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class ADayAtWork(RuleBasedStateMachine):
    """Everything that can befall a counsellor, in any order, held against a simple account."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NINE

    @initialize(reachable=st.booleans())
    def begin(self, reachable: bool) -> None:
        self.duty = Duty.begin(self.now, reachable=reachable)
        self.phone_is_on = reachable
        self.busy: str | None = None  # "ringing", "talking"
        self.idle_since = self.now
        self.rests_until = self.now

    @rule(seconds=st.integers(0, 20))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(reachable=st.booleans())
    def the_phone_comes_or_goes(self, reachable: bool) -> None:
        if self.busy is None and reachable is not self.phone_is_on:
            self.idle_since = self.now
        self.duty = self.duty.phone(self.now, reachable=reachable)
        self.phone_is_on = reachable

    @rule()
    def a_caller_is_offered(self) -> None:
        rested = self.now >= self.rests_until
        if self._allowed(self.duty.ring, self.busy is None and self.phone_is_on and rested):
            self.busy = "ringing"

    @rule()
    def the_offer_is_missed(self) -> None:
        if self._allowed(self.duty.miss, self.busy == "ringing"):
            self.busy, self.idle_since = None, self.now
            self.rests_until = self.now + REST_AFTER_MISS

    @rule()
    def the_caller_goes_first(self) -> None:
        if self._allowed(self.duty.withdrawn, self.busy == "ringing"):
            self.busy = None  # the turn is kept

    @rule()
    def a_call_begins(self) -> None:
        if self._allowed(self.duty.talk, self.busy != "talking"):
            self.busy = "talking"

    @rule()
    def the_call_ends(self) -> None:
        if self._allowed(self.duty.end, self.busy == "talking"):
            self.busy, self.idle_since = None, self.now

    @invariant()
    def the_account_agrees(self) -> None:
        idle = Doing.FREE if self.phone_is_on else Doing.AWAY
        assert self.duty.doing is (Doing(self.busy) if self.busy else idle)
        assert self.duty.reachable is self.phone_is_on
        if self.busy is None:
            assert self.duty.since == self.idle_since

    @invariant()
    def only_a_free_and_rested_counsellor_can_be_rung(self) -> None:
        rested = self.now >= self.rests_until
        can_be_rung = self.busy is None and self.phone_is_on and rested
        assert self.duty.can_be_rung(self.now) is can_be_rung

    def _allowed(self, transition: Callable[[datetime], Duty], allowed: bool) -> bool:
        """Do it; what is not allowed must raise."""
        if allowed:
            self.duty = transition(self.now)
        else:
            with pytest.raises(IllegalTransition):
                transition(self.now)
        return allowed


TestADayAtWork = ADayAtWork.TestCase


def _free() -> Duty:
    return Duty.begin(NINE, reachable=True)


def test_a_counsellor_keeps_their_turn_when_the_caller_hangs_up_first() -> None:
    later = NINE + 30 * SECOND
    assert _free().ring(later).withdrawn(later + SECOND) == _free()


def test_a_counsellor_who_missed_a_call_goes_behind_and_rests() -> None:
    missed = _free().ring(NINE + SECOND).miss(NINE + 20 * SECOND)
    assert missed.since == NINE + 20 * SECOND
    assert not missed.can_be_rung(NINE + 24 * SECOND)
    assert missed.can_be_rung(NINE + 25 * SECOND)


def test_a_phone_lost_during_a_call_leaves_the_counsellor_away_after_it() -> None:
    talking = _free().ring(NINE).talk(NINE + SECOND).phone(NINE + 2 * SECOND, reachable=False)
    assert talking.doing is Doing.TALKING
    assert talking.end(NINE + 60 * SECOND).doing is Doing.AWAY


def test_a_call_on_the_air_is_taken_up_again_whatever_the_phone_says() -> None:
    found = Duty.begin(NINE, reachable=False).talk(NINE + SECOND)
    assert found.doing is Doing.TALKING
    assert not found.can_be_rung(NINE + 60 * SECOND)
