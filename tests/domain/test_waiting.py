"""What a waiting caller is told comes in order and to an end, and offers what can be kept."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import Caller, Facts, Language, Refused, SceneName
from ivr.domain.policy import CallbackPolicy, Ending, OnAbandon, OnBudgetEnd, WaitingPolicy
from ivr.domain.service import Charging, ServiceLine
from ivr.domain.waiting import (
    ENDS,
    Due,
    Step,
    Stretch,
    acts_at,
    after_budget,
    budget_end,
    can_offer,
    far_back,
    in_time,
    next_due,
    other_language,
)
from tests.fakes.service import facts, line
from tests.fakes.time import BEGIN

POLICIES = st.builds(
    WaitingPolicy,
    offer_after_s=st.floats(0, 200),
    announce_every_s=st.floats(30, 200),
    budget_s=st.floats(10, 400),
    offer_before_budget_s=st.floats(0, 100),
    on_longest=st.just(Ending.WAIT),
    on_closing=st.just(Ending.WAIT),
    on_abandon=st.sampled_from(OnAbandon),
)
SECONDS = st.floats(0, 30).map(lambda seconds: timedelta(seconds=seconds))
FRESH = Stretch(entered=BEGIN, said=BEGIN)


def _line(
    charging: Charging = Charging.EARLY_MEDIA, policy: WaitingPolicy | None = None
) -> ServiceLine:
    return line("any", "0291000001", charging, waiting=policy)


def _hidden(call: Facts) -> Facts:
    return replace(call, caller=Caller(number=None, hidden=True))


def _steps(
    of: ServiceLine, call: Facts, spoken: timedelta, most: int, *, behind: bool = False
) -> list[Due]:
    """The steps of one stretch of waiting in which each announcement takes `spoken`."""
    now = BEGIN
    lengths = dict.fromkeys(Step, spoken.total_seconds())
    stretch = replace(FRESH, lengths=lengths, far_back=behind)
    steps: list[Due] = []
    while len(steps) < most:
        due = next_due(of, call, stretch, now)
        begun = max(now, due.at)
        steps.append(replace(due, at=begun))
        if due.step in ENDS:
            break
        now = begun + spoken
        stretch = replace(stretch, said=now)
        if due.step is Step.OFFER:
            stretch = replace(stretch, offered=begun)
        if due.step is Step.CLOSED:
            stretch = replace(stretch, told_closed=True)
        if due.step is Step.ASSURANCE:
            stretch = replace(stretch, assured=True)
    return steps


@given(policy=POLICIES, spoken=SECONDS)
def test_free_waiting_always_comes_to_the_end_of_its_budget_and_at_its_time(
    policy: WaitingPolicy, spoken: timedelta
) -> None:
    of = _line(policy=policy)
    *said, last = _steps(of, facts(of), spoken, most=40)
    end = BEGIN + timedelta(seconds=policy.budget_s)
    assert last == Due(at=end, step=Step.BUDGET_END)
    assert all(due.at + spoken <= end for due in said)


@given(policy=POLICIES, on_budget_end=st.sampled_from(OnBudgetEnd))
def test_where_the_end_of_the_budget_changes_nothing_the_place_is_told_across_it(
    policy: WaitingPolicy, on_budget_end: OnBudgetEnd
) -> None:
    of = _line(policy=replace(policy, on_budget_end=on_budget_end))
    acts = acts_at(of, facts(of))
    assert acts == (None if on_budget_end is OnBudgetEnd.WAIT else budget_end(of, facts(of)))
    assert in_time(of, facts(of), BEGIN, policy.budget_s + 1) == (acts is None)
    assert in_time(of, facts(of), BEGIN, policy.budget_s - 1)


@given(policy=POLICIES, spoken=SECONDS)
def test_an_offer_is_never_cut_off_by_the_end_of_the_free_waiting(
    policy: WaitingPolicy, spoken: timedelta
) -> None:
    of = _line(policy=policy)
    end = BEGIN + timedelta(seconds=policy.budget_s)
    offers = [d for d in _steps(of, facts(of), spoken, most=40) if d.step is Step.OFFER]
    assert all(offer.at + spoken <= end for offer in offers)


@given(policy=POLICIES, spoken=SECONDS, charging=st.sampled_from(Charging), behind=st.booleans())
def test_a_callback_is_offered_twice_at_most(
    policy: WaitingPolicy, spoken: timedelta, charging: Charging, *, behind: bool
) -> None:
    of = _line(charging, policy)
    said = Counter(due.step for due in _steps(of, facts(of), spoken, most=40, behind=behind))
    assert said[Step.OFFER] <= (2 if charging is Charging.EARLY_MEDIA else 1)


@given(policy=POLICIES, spoken=SECONDS)
def test_a_callback_is_never_offered_where_none_are_kept(
    policy: WaitingPolicy, spoken: timedelta
) -> None:
    of = replace(_line(policy=policy), callback=CallbackPolicy(enabled=False))
    assert Step.OFFER not in {due.step for due in _steps(of, facts(of), spoken, most=40)}


@given(policy=POLICIES, spoken=SECONDS)
def test_who_hangs_up_is_called_back_is_told_first_if_there_is_time_and_once(
    policy: WaitingPolicy, spoken: timedelta
) -> None:
    of = _line(policy=policy)
    steps = [due.step for due in _steps(of, facts(of), spoken, most=40)]
    enough = spoken <= timedelta(seconds=policy.budget_s)
    told = policy.on_abandon is OnAbandon.CALLBACK and enough
    assert steps.count(Step.ASSURANCE) == told
    assert not told or steps[0] is Step.ASSURANCE


def test_who_shows_no_number_that_may_be_called_is_offered_to_give_one_but_none_is_kept() -> None:
    of = _line()
    unfit = Caller(number="+358600123456", hidden=False, unfit=Refused.PREMIUM)
    for call in (_hidden(facts(of)), replace(facts(of), caller=unfit)):
        assert not can_offer(of, call)
        assert Step.OFFER in {due.step for due in _steps(of, call, timedelta(0), most=10)}


@given(policy=POLICIES, spoken=SECONDS, charging=st.sampled_from(Charging))
def test_each_step_is_due_after_the_one_before(
    policy: WaitingPolicy, spoken: timedelta, charging: Charging
) -> None:
    of = _line(charging, policy)
    steps = _steps(of, facts(of), spoken, most=40)
    assert [due.at for due in steps] == sorted(due.at for due in steps)


def test_the_shipped_policy_says_offer_offer_and_end() -> None:
    of = _line()
    told = [(due.at - BEGIN, due.step) for due in _steps(of, facts(of), timedelta(0), most=10)]
    assert told == [
        (timedelta(seconds=15), Step.OFFER),
        (timedelta(seconds=80), Step.OFFER),
        (timedelta(seconds=110), Step.BUDGET_END),
    ]


def test_what_was_announced_at_the_time_of_the_last_offer_does_not_take_its_place() -> None:
    of = _line()
    stretch = replace(FRESH, said=_after(85), offered=_after(15), lengths={Step.OFFER: 12})
    assert next_due(of, facts(of), stretch, _after(85)) == Due(at=_after(80), step=Step.OFFER)


@pytest.mark.parametrize(("now_s", "step"), [(97, Step.OFFER), (99, Step.BUDGET_END)])
def test_an_offer_that_would_not_be_over_in_time_is_left_out(now_s: float, step: Step) -> None:
    of = _line()
    stretch = replace(FRESH, said=_after(90), offered=_after(15), lengths={Step.OFFER: 12})
    assert next_due(of, facts(of), stretch, _after(now_s)).step is step


def test_who_pays_or_has_paid_for_waits_on_with_no_budget() -> None:
    free, early = _line(Charging.TOLL_FREE), _line(Charging.EARLY_MEDIA)
    assert budget_end(free, facts(free)) is None
    assert budget_end(_line(Charging.ANSWERED), facts(free)) is None
    assert budget_end(early, replace(facts(early), answered=True)) is None
    assert budget_end(early, replace(facts(early), budget_over=True)) is None
    assert budget_end(early, facts(early)) == _after(110)


@pytest.mark.parametrize("charging", Charging)
@pytest.mark.parametrize("on_budget_end", OnBudgetEnd)
def test_whoever_calls_a_closed_line_is_done_with_when_the_free_time_ends(
    charging: Charging, on_budget_end: OnBudgetEnd
) -> None:
    of = _line(charging, WaitingPolicy(on_budget_end=on_budget_end))
    call = replace(facts(of), closed=True)
    assert acts_at(of, call) == _after(110)
    assert in_time(of, call, BEGIN, 110)
    assert not in_time(of, call, BEGIN, 111)
    assert acts_at(of, replace(call, answered=True)) is None


def test_the_budget_runs_from_the_arrival_and_not_from_joining_the_line() -> None:
    of = _line()
    call = replace(facts(of), arrived=_after(-109))
    assert next_due(of, call, FRESH, BEGIN) == Due(at=_after(1), step=Step.BUDGET_END)


def test_the_place_in_the_line_is_told_again_and_again_once_the_call_is_answered() -> None:
    of = _line(Charging.ANSWERED)
    steps = _steps(of, replace(facts(of), answered=True), timedelta(seconds=5), most=5)
    assert [due.step for due in steps] == [Step.OFFER] + [Step.POSITION] * 4
    assert {b.at - a.at for a, b in pairwise(steps[1:])} == {timedelta(seconds=80)}


@pytest.mark.parametrize("offer_after_s", [0.0, 110.0])
def test_of_two_steps_due_at_once_the_milder_comes_first(offer_after_s: float) -> None:
    of = _line(policy=WaitingPolicy(offer_after_s=offer_after_s, announce_every_s=offer_after_s))
    due = next_due(of, facts(of), FRESH, BEGIN)
    assert due.step is (Step.POSITION if offer_after_s == 0.0 else Step.OFFER)


def test_once_the_waiting_is_at_its_end_nothing_is_told_before_that() -> None:
    of = _line()
    due = next_due(of, facts(of), FRESH, _after(111))
    assert due == Due(at=_after(110), step=Step.BUDGET_END)


@pytest.mark.parametrize(
    ("on_budget_end", "hidden", "scene"),
    [
        (OnBudgetEnd.CALLBACK, False, SceneName.BUDGET_END),
        (OnBudgetEnd.CALLBACK, True, SceneName.WAITING),
        (OnBudgetEnd.ANSWER, True, SceneName.BUDGET_END),
        (OnBudgetEnd.WAIT, False, SceneName.WAITING),
    ],
)
def test_the_end_of_the_free_waiting_leads_to_what_can_be_done_for_the_caller(
    on_budget_end: OnBudgetEnd, hidden: bool, scene: SceneName
) -> None:
    of = _line(policy=WaitingPolicy(on_budget_end=on_budget_end))
    call = _hidden(facts(of)) if hidden else facts(of)
    assert after_budget(of, call) is scene


def test_who_joins_far_back_is_offered_a_callback_at_once_and_not_again_soon() -> None:
    of = _line(policy=WaitingPolicy(offer_from_place=3))
    assert [far_back(of, ahead) for ahead in (0, 1, 2, 9)] == [False, False, True, True]
    assert not far_back(_line(), 100)
    stretch = replace(FRESH, far_back=True, said=_after(6))
    first = next_due(of, facts(of), stretch, _after(6))
    assert first == Due(at=BEGIN, step=Step.OFFER)
    offered = replace(stretch, offered=_after(6), said=_after(18))
    then = next_due(of, facts(of), offered, _after(18))
    assert then == Due(at=_after(80), step=Step.OFFER)  # the last one, before the wait ends


def test_key_9_goes_from_each_language_to_the_lines_next_one() -> None:
    both = _line()
    assert other_language(both, Language.FI) is Language.SV
    assert other_language(both, Language.SV) is Language.FI
    swedish = replace(both, languages=(Language.SV,))
    assert other_language(swedish, Language.SV) is None
    assert other_language(replace(both, languages=(Language.FI,)), Language.SV) is None


def _after(seconds: float) -> datetime:
    return BEGIN + timedelta(seconds=seconds)
