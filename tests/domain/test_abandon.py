"""Who hangs up in the line is called back where they were told so, and nobody else is."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.abandon import may_be_assured, number_left
from ivr.domain.call import Caller, CallId, Facts, Outcome, Refused
from ivr.domain.policy import CallbackPolicy, OnAbandon, WaitingPolicy
from ivr.domain.service import Charging
from tests.fakes.service import FREE, facts, line
from tests.fakes.time import BEGIN

KEEPS = line(
    "free", FREE, Charging.EARLY_MEDIA, waiting=WaitingPolicy(on_abandon=OnAbandon.CALLBACK)
)
WAITS = replace(facts(KEEPS), joined=BEGIN)
TOLD = replace(WAITS, assured=True)
OWN = "+358401234567"
CUT_OFF = {
    *(Outcome.ABANDONED_QUEUE, Outcome.CARRIER_RELEASED, Outcome.GHOST, Outcome.TURNED_AWAY),
    *(Outcome.FALLBACK, Outcome.LOST),
}
NOBODYS = {
    "hidden": Caller(number=None, hidden=True),
    "hidden, though delivered": Caller(number=OWN, hidden=True),
    "none": Caller(number=None, hidden=False),
    "premium": Caller(number="+358600123456", hidden=False, unfit=Refused.PREMIUM),
}


@pytest.mark.parametrize("outcome", Outcome)
def test_who_was_told_is_called_back_however_they_were_cut_off_in_the_line(
    outcome: Outcome,
) -> None:
    assert number_left(TOLD, outcome) == (OWN if outcome in CUT_OFF else None)


@given(outcome=st.sampled_from(Outcome))
def test_who_was_not_told_is_not_called_back(outcome: Outcome) -> None:
    assert number_left(WAITS, outcome) is None


@given(outcome=st.sampled_from(Outcome))
def test_whose_next_call_has_the_place_already_is_not_called_back_for_the_one_before(
    outcome: Outcome,
) -> None:
    assert number_left(replace(TOLD, replaced_by=CallId("n1-2.2")), outcome) is None


@pytest.mark.parametrize("who", NOBODYS)
def test_who_shows_no_number_that_may_be_called_is_told_nothing_and_not_called(who: str) -> None:
    caller = NOBODYS[who]
    assert not may_be_assured(KEEPS, replace(WAITS, caller=caller))
    assert number_left(replace(TOLD, caller=caller), Outcome.ABANDONED_QUEUE) is None


def test_only_a_line_that_keeps_numbers_tells_so_and_not_those_whom_it_has_called() -> None:
    assert may_be_assured(KEEPS, WAITS)
    called: Facts = replace(WAITS, callback=CallId("n1-1.0"))
    assert not may_be_assured(KEEPS, called)
    assert not may_be_assured(replace(KEEPS, waiting=WaitingPolicy()), WAITS)
    off = replace(KEEPS, callback=CallbackPolicy(enabled=False))
    assert not may_be_assured(off, WAITS)
