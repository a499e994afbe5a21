"""A phone is gone when its sound had been flowing and stopped, and for no other silence."""

from dataclasses import replace
from datetime import timedelta
from itertools import accumulate
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import Caller, CallId, Facts, LineId
from ivr.domain.ghost import Pulse, between_samples, is_ghost, listen, next_call, silent_s
from ivr.domain.service import Charging
from tests.fakes.service import facts, line
from tests.fakes.time import BEGIN

AFTER_S = 60.0
EVERY_S = between_samples(AFTER_S)
COUNTS = st.lists(st.integers(0, 700), min_size=1, max_size=40)


def _pulses(arrived: list[int], every_s: float = EVERY_S) -> list[Pulse]:
    """The pulse at each sample, so many packets having come before it."""
    pulse: Pulse | None = None
    pulses = []
    for number, packets in enumerate(accumulate(arrived)):
        pulse = listen(pulse, BEGIN + timedelta(seconds=number * every_s), packets)
        pulses.append(pulse)
    return pulses


def _found(arrived: list[int], after_s: float = AFTER_S, every_s: float = EVERY_S) -> int | None:
    """The number of the sample at which the phone is found to be gone."""
    pulses = _pulses(arrived, every_s)
    return next((n for n, pulse in enumerate(pulses) if is_ghost(pulse, pulse.at, after_s)), None)


def test_sound_that_flowed_and_stopped_is_a_phone_that_is_gone() -> None:
    assert _found([0, 500, 500, 0, 0, 0, 0, 0]) is None
    assert _found([0, 500, 500, 0, 0, 0, 0, 0, 0]) == 8


@given(stops_after_s=st.floats(30, 300), spoken_s=st.floats(0, 15))
def test_who_is_gone_for_a_minute_is_found_within_90_seconds(
    stops_after_s: float, spoken_s: float
) -> None:
    """Samples come every interval, and once later because the line was speaking."""
    pulse, now_s, worst = None, 0.0, stops_after_s + 90
    while now_s <= worst:
        packets = round(50 * min(now_s, stops_after_s))
        pulse = listen(pulse, BEGIN + timedelta(seconds=now_s), packets)
        if is_ghost(pulse, BEGIN + timedelta(seconds=now_s), AFTER_S):
            assert now_s - stops_after_s >= AFTER_S - EVERY_S - spoken_s
            return
        late = spoken_s if now_s <= stops_after_s + AFTER_S < now_s + 2 * EVERY_S else 0.0
        now_s += EVERY_S + late
    raise AssertionError("not found within 90 s")


@given(COUNTS)
def test_a_phone_of_which_something_came_lately_is_never_gone(arrived: list[int]) -> None:
    for number, pulse in enumerate(_pulses(arrived)):
        if number > 0 and arrived[number] > 0:
            assert silent_s(pulse, pulse.at) == 0.0
            assert not is_ghost(pulse, pulse.at, AFTER_S)


@pytest.mark.parametrize("first", [0, 12, 400])
def test_a_carrier_that_never_sends_sound_makes_no_ghost(first: int) -> None:
    assert _found([first] + [0] * 60) is None


def test_who_was_gone_when_the_controller_began_anew_is_found_all_the_same() -> None:
    assert _found([5000] + [0] * 10) == 6


def test_keys_pressed_on_a_silent_carrier_are_no_sound_that_flowed() -> None:
    """A key is about ten packets; ten in a row are pressed in ten seconds."""
    assert _found([0, 10, 30, 0, 70, 0, 0, 0, 0, 0, 0, 0, 0, 0]) is None
    assert (
        _found([0, 10, 0, 0, 10, 0, 0, 0, 0, 0, 0], after_s=4, every_s=between_samples(4)) is None
    )


def test_a_phone_that_sends_little_while_nobody_speaks_is_not_gone() -> None:
    """Comfort noise: a packet now and then after a flow of speech (RFC 3389)."""
    assert _found([0, 500, 500] + [2] * 60) is None


def test_a_stream_that_begins_anew_counts_from_nought_and_is_a_sign_of_life() -> None:
    pulse = _pulses([0, 500, 500, 0, 0])[-1]
    assert silent_s(pulse, pulse.at) == 20.0
    later = pulse.at + timedelta(seconds=10)
    fresh = listen(pulse, later, 5)
    assert silent_s(fresh, later) == 0.0
    assert is_ghost(fresh, later + timedelta(seconds=60), AFTER_S)


def test_nobody_is_gone_where_the_check_is_switched_off() -> None:
    assert _found([0, 500] + [0] * 60, after_s=0) is None
    assert between_samples(0) > 1


def _call(call: str, *, arrived_s: float, joined_s: float, **changes: Any) -> Facts:
    of = line("free", "0291000001", Charging.EARLY_MEDIA)
    arrived, joined = (BEGIN + timedelta(seconds=seconds) for seconds in (arrived_s, joined_s))
    known = replace(facts(of, arrived=arrived), call_id=CallId(call), joined=joined)
    return replace(known, **changes)


def test_only_a_call_that_came_after_the_last_sound_is_that_of_the_same_caller() -> None:
    ghost = _call("n1-1", arrived_s=0, joined_s=10)
    vanished = BEGIN + timedelta(seconds=100)
    before = _call("n1-2", arrived_s=99, joined_s=120)
    after = _call("n1-3", arrived_s=101, joined_s=121)
    later = _call("n1-4", arrived_s=102, joined_s=115)
    assert next_call(ghost, vanished, [ghost, later, after, before]) == after
    assert next_call(ghost, vanished, [ghost, before]) is None


@pytest.mark.parametrize(
    "other",
    [
        {"caller": Caller(number="+358501112222", hidden=False)},
        {"line": LineId("other")},
        {"joined": BEGIN},  # at a place of their own, before this one
    ],
)
def test_another_number_another_line_and_an_earlier_place_are_somebody_elses(
    other: dict[str, Any],
) -> None:
    ghost = _call("n1-1", arrived_s=0, joined_s=10)
    again = _call("n1-2", arrived_s=101, joined_s=120)
    vanished = BEGIN + timedelta(seconds=100)
    assert next_call(ghost, vanished, [again]) == again
    assert next_call(ghost, vanished, [replace(again, **other)]) is None


@pytest.mark.parametrize(
    "caller", [Caller(number=None, hidden=True), Caller(number=None, hidden=False)]
)
def test_callers_without_a_number_are_not_told_apart_and_so_never_the_same(caller: Caller) -> None:
    ghost = _call("n1-1", arrived_s=0, joined_s=10, caller=caller)
    again = _call("n1-2", arrived_s=101, joined_s=120, caller=caller)
    assert next_call(ghost, BEGIN + timedelta(seconds=100), [again]) is None
