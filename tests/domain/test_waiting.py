"""What a waiting caller is told comes in order and to an end, and offers what can be kept."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import Caller, Facts
from ivr.domain.service import CallbackPolicy, Charging, ServiceLine, WaitingPolicy
from ivr.domain.waiting import Due, Step, budget_end, can_offer, next_due
from tests.fakes.service import facts, line
from tests.fakes.time import BEGIN

POLICIES = st.builds(
    WaitingPolicy,
    offer_after_s=st.floats(0, 200),
    announce_every_s=st.floats(30, 200),
    budget_s=st.floats(10, 400),
    offer_before_budget_s=st.floats(0, 100),
)
SECONDS = st.floats(0, 30).map(lambda seconds: timedelta(seconds=seconds))


def _line(
    charging: Charging = Charging.EARLY_MEDIA, policy: WaitingPolicy | None = None
) -> ServiceLine:
    return line("any", "0291000001", charging, waiting=policy)


def _hidden(call: Facts) -> Facts:
    return replace(call, caller=Caller(number=None, hidden=True))


def _steps(of: ServiceLine, call: Facts, spoken: timedelta, most: int) -> list[Due]:
    """The steps of one stretch of waiting in which each announcement takes `spoken`."""
    now = entered = said = BEGIN
    steps: list[Due] = []
    while len(steps) < most:
        offers = sum(due.step is Step.OFFER for due in steps)
        due = next_due(of, call, entered=entered, said=said, offers=offers)
        steps.append(due)
        if due.step is Step.BUDGET_END:
            break
        said = now = max(now, due.at) + spoken
    return steps


@given(policy=POLICIES, spoken=SECONDS)
def test_free_waiting_always_comes_to_the_end_of_its_budget(
    policy: WaitingPolicy, spoken: timedelta
) -> None:
    of = _line(policy=policy)
    steps = _steps(of, facts(of), spoken, most=40)
    assert steps[-1] == Due(at=BEGIN + timedelta(seconds=policy.budget_s), step=Step.BUDGET_END)


@given(policy=POLICIES, spoken=SECONDS, charging=st.sampled_from(Charging))
def test_a_callback_is_offered_twice_at_most(
    policy: WaitingPolicy, spoken: timedelta, charging: Charging
) -> None:
    of = _line(charging, policy)
    said = Counter(due.step for due in _steps(of, facts(of), spoken, most=40))
    assert said[Step.OFFER] <= (2 if charging is Charging.EARLY_MEDIA else 1)


@given(policy=POLICIES, spoken=SECONDS)
def test_a_callback_is_never_offered_to_whom_it_could_not_be_kept(
    policy: WaitingPolicy, spoken: timedelta
) -> None:
    of = _line(policy=policy)
    without = replace(of, callback=CallbackPolicy(enabled=False))
    premium = replace(facts(of), caller=Caller(number="+358600123456", hidden=False))
    for one, call in [(of, _hidden(facts(of))), (of, premium), (without, facts(of))]:
        assert not can_offer(one, call)
        assert Step.OFFER not in {due.step for due in _steps(one, call, spoken, most=40)}


@given(policy=POLICIES, spoken=SECONDS, charging=st.sampled_from(Charging))
def test_each_step_is_due_after_the_one_before(
    policy: WaitingPolicy, spoken: timedelta, charging: Charging
) -> None:
    of = _line(charging, policy)
    steps = _steps(of, facts(of), spoken, most=40)
    assert [due.at for due in steps] == sorted(due.at for due in steps)


def test_the_shipped_policy_says_offer_position_offer_and_end() -> None:
    of = _line()
    told = [(due.at - BEGIN, due.step) for due in _steps(of, facts(of), timedelta(0), most=10)]
    assert told == [
        (timedelta(seconds=15), Step.OFFER),
        (timedelta(seconds=80), Step.OFFER),
        (timedelta(seconds=110), Step.BUDGET_END),
    ]


def test_who_pays_or_has_paid_for_waits_on_with_no_budget() -> None:
    free, early = _line(Charging.TOLL_FREE), _line(Charging.EARLY_MEDIA)
    assert budget_end(free, facts(free)) is None
    assert budget_end(_line(Charging.ANSWERED), facts(free)) is None
    assert budget_end(early, replace(facts(early), answered=True)) is None
    assert budget_end(early, replace(facts(early), budget_over=True)) is None
    assert budget_end(early, facts(early)) == BEGIN + timedelta(seconds=110)


def test_the_budget_runs_from_the_arrival_and_not_from_joining_the_line() -> None:
    of = _line()
    call = replace(facts(of), arrived=BEGIN - timedelta(seconds=109))
    due = next_due(of, call, entered=BEGIN, said=BEGIN, offers=0)
    assert due == Due(at=BEGIN + timedelta(seconds=1), step=Step.BUDGET_END)


def test_the_place_in_the_line_is_told_again_and_again_once_the_call_is_answered() -> None:
    of = _line(Charging.ANSWERED)
    steps = _steps(of, replace(facts(of), answered=True), timedelta(seconds=5), most=5)
    assert [due.step for due in steps] == [Step.OFFER] + [Step.POSITION] * 4
    assert {b.at - a.at for a, b in pairwise(steps[1:])} == {timedelta(seconds=80)}


@pytest.mark.parametrize("offer_after_s", [0.0, 110.0])
def test_of_two_steps_due_at_once_the_milder_comes_first(offer_after_s: float) -> None:
    of = _line(policy=WaitingPolicy(offer_after_s=offer_after_s, announce_every_s=offer_after_s))
    due = next_due(of, facts(of), entered=BEGIN, said=BEGIN, offers=0)
    assert due.step is (Step.POSITION if offer_after_s == 0.0 else Step.OFFER)
