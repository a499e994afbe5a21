"""A counsellor does one thing at a time, keeps their turn, and is not rung while they rest."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import strategies as st

from ivr.domain.call import CallId, LineId
from ivr.domain.counsellor import LEGAL, Doing, Duty, IllegalTransition, Step
from ivr.domain.pause import PAUSE_KEYS, PauseReason

NINE = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MOST_MISSES = 2
OWN_REASONS = st.sampled_from(list(PAUSE_KEYS.values()))


def free() -> Duty:
    return Duty.begin(NINE).sign_in(NINE, "anna", reachable=True)


def talking() -> Duty:
    return free().ring(NINE).talk(NINE, call=CallId("n1-1.1"), line=LineId("free"))


STATES: dict[Doing, Duty] = {
    Doing.SIGNED_OUT: Duty.begin(NINE),
    Doing.AWAY: Duty.begin(NINE).sign_in(NINE, "anna", reachable=False),
    Doing.FREE: free(),
    Doing.RINGING: free().ring(NINE),
    Doing.TALKING: talking().pause(NINE, PauseReason.LUNCH),
    Doing.WRAP_UP: talking().end(NINE, wrap_up_s=30),
    Doing.PAUSED: free().pause(NINE, PauseReason.BREAK),
}
STEPS: dict[Step, Callable[[Duty], Duty]] = {
    Step.SIGN_IN: lambda duty: duty.sign_in(NINE, "bertil", reachable=True),
    Step.SIGN_OUT: lambda duty: duty.sign_out(NINE),
    Step.RING: lambda duty: duty.ring(NINE),
    Step.MISS: lambda duty: duty.miss(NINE, most=MOST_MISSES),
    Step.DECLINE: lambda duty: duty.decline(NINE),
    Step.WITHDRAW: lambda duty: duty.withdrawn(NINE),
    Step.TALK: lambda duty: duty.talk(NINE),
    Step.END: lambda duty: duty.end(NINE),
    Step.PAUSE: lambda duty: duty.pause(NINE, PauseReason.MEETING),
    Step.RESUME: lambda duty: (
        duty.pause(NINE, PauseReason.MEETING).resume(NINE)
        if duty.doing is Doing.RINGING
        else duty.resume(NINE)
    ),
}


@pytest.mark.parametrize("doing", Doing)
@pytest.mark.parametrize("step", Step)
def test_the_table_says_which_steps_are_legal(doing: Doing, step: Step) -> None:
    duty = STATES[doing]
    assert duty.doing is doing
    if doing in LEGAL[step]:
        STEPS[step](duty)
    else:
        with pytest.raises(IllegalTransition):
            STEPS[step](duty)


def test_a_counsellor_keeps_their_turn_when_the_caller_hangs_up_first() -> None:
    later = NINE + 30 * SECOND
    assert free().ring(later).withdrawn(later + SECOND) == free()


def test_a_phone_that_could_not_be_rung_rests_and_the_turn_is_kept() -> None:
    kept = free().ring(NINE + SECOND).withdrawn(NINE + 2 * SECOND, rest=True)
    assert (kept.since, kept.misses) == (NINE, 0)
    assert not kept.can_be_rung(NINE + 6 * SECOND)
    assert kept.can_be_rung(NINE + 7 * SECOND)


def test_a_counsellor_who_missed_a_call_goes_behind_and_rests() -> None:
    missed = free().ring(NINE + SECOND).miss(NINE + 20 * SECOND, most=MOST_MISSES)
    assert missed.since == NINE + 20 * SECOND
    assert not missed.can_be_rung(NINE + 24 * SECOND)
    assert missed.can_be_rung(NINE + 25 * SECOND)


def test_a_clock_that_is_set_back_makes_no_rest_longer() -> None:
    missed = free().ring(NINE + SECOND).miss(NINE + 20 * SECOND, most=MOST_MISSES)
    assert not missed.can_be_rung(NINE + 21 * SECOND)
    assert missed.can_be_rung(NINE - 3600 * SECOND)


def test_misses_in_a_row_pause_and_a_declined_call_between_them_breaks_the_row() -> None:
    later = NINE + 10 * SECOND
    once = free().ring(NINE).miss(NINE, most=2)
    twice = once.ring(later).miss(later, most=2)
    assert (twice.doing, twice.reason) == (Doing.PAUSED, PauseReason.NO_ANSWER)
    declined = once.ring(later).decline(later).ring(later + 10 * SECOND)
    assert declined.miss(later + 20 * SECOND, most=2).doing is Doing.FREE


def test_a_wrap_up_lasts_its_time_and_only_the_counsellor_ends_it_sooner() -> None:
    wrapping = talking().end(NINE, wrap_up_s=30)
    phone_gone = wrapping.phone(NINE, reachable=False).phone(NINE, reachable=True)
    moved = phone_gone.sign_in(NINE, "bertil", reachable=True)
    assert moved.settled(NINE + 29 * SECOND).doing is Doing.WRAP_UP
    over = moved.settled(NINE + 40 * SECOND)
    assert (over.doing, over.since, over.account) == (Doing.FREE, NINE + 30 * SECOND, "bertil")
    assert wrapping.resume(NINE + SECOND).doing is Doing.FREE


def test_a_wrap_up_is_over_when_the_clock_has_been_set_back_to_before_it() -> None:
    wrapping = talking().end(NINE, wrap_up_s=30)
    before = NINE - 60 * SECOND
    settled = wrapping.settled(before)
    assert (settled.doing, settled.since) == (Doing.FREE, before)
    assert settled.can_be_rung(before)


def test_a_pause_asked_for_in_a_call_begins_after_the_wrap_up() -> None:
    asked = talking().pause(NINE, PauseReason.LUNCH)
    assert asked.doing is Doing.TALKING
    wrapping = asked.end(NINE, wrap_up_s=10)
    assert wrapping.doing is Doing.WRAP_UP
    lunch = wrapping.settled(NINE + 10 * SECOND)
    assert (lunch.doing, lunch.reason) == (Doing.PAUSED, PauseReason.LUNCH)


def test_a_pause_to_come_can_be_called_off_during_the_call() -> None:
    called_off = talking().pause(NINE, PauseReason.LUNCH).resume(NINE)
    assert called_off.end(NINE).doing is Doing.FREE
    with pytest.raises(IllegalTransition):
        talking().resume(NINE)


def test_a_phone_lost_during_a_call_leaves_the_counsellor_away_after_it() -> None:
    lost = talking().phone(NINE + 2 * SECOND, reachable=False)
    assert lost.doing is Doing.TALKING
    assert lost.end(NINE + 60 * SECOND).doing is Doing.AWAY


def test_a_call_on_the_air_is_taken_up_again_whatever_the_record_says() -> None:
    found = Duty.begin(NINE).talk(NINE + SECOND)
    assert found.doing is Doing.TALKING
    assert found.end(NINE + 60 * SECOND, wrap_up_s=30).doing is Doing.SIGNED_OUT


def test_calls_are_counted_by_the_day_in_finland() -> None:
    late = datetime(2026, 11, 23, 21, 59, tzinfo=UTC)  # 23:59 in Helsinki
    counted = free().talk(late)
    assert counted.calls_today(late) == 1
    assert counted.calls_today(late + timedelta(minutes=2)) == 0
    assert counted.end(late).talk(late + timedelta(minutes=2)).calls == 1
