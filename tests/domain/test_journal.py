"""Every event has an id that a scene which runs again makes again, and no other event makes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import CallId, SceneName
from ivr.domain.journal import ONCE, EventKind, event
from tests.fakes.service import FREE, facts, service
from tests.fakes.time import BEGIN

FREE_LINE = service().line_for(FREE)
assert FREE_LINE is not None
CALL = facts(FREE_LINE)
LATER = BEGIN + timedelta(minutes=2)

OF = st.sampled_from(["", "/1", "/n1-1.1.leg.aa"])
KINDS = st.sampled_from(EventKind)
REPEATABLE = st.sampled_from(sorted(set(EventKind) - ONCE))


@given(kind=KINDS, of=OF, step=st.integers(0, 99))
def test_the_same_step_made_again_later_is_the_same_event(
    kind: EventKind, of: str, step: int
) -> None:
    call = replace(CALL, step=step)
    first, again = event(call, kind, BEGIN, {}, of), event(call, kind, LATER, {}, of)
    assert first.id == again.id


@given(
    one=st.tuples(REPEATABLE, OF, st.integers(0, 99)),
    other=st.tuples(REPEATABLE, OF, st.integers(0, 99)),
)
def test_two_different_steps_never_share_an_id(
    one: tuple[EventKind, str, int], other: tuple[EventKind, str, int]
) -> None:
    first, second = (
        event(replace(CALL, step=step), kind, BEGIN, {}, of) for kind, of, step in (one, other)
    )
    assert (first.id == second.id) is (one == other)


@pytest.mark.parametrize("kind", sorted(ONCE))
def test_what_can_be_said_once_of_a_call_is_one_event_in_whichever_scene(kind: EventKind) -> None:
    early = event(CALL, kind, BEGIN, {})
    late = event(replace(CALL, scene=SceneName.WAITING, step=7), kind, LATER, {})
    assert early.id == late.id


@given(kind=KINDS, step=st.integers(0, 99))
def test_two_calls_never_share_an_event(kind: EventKind, step: int) -> None:
    call = replace(CALL, step=step)
    other = replace(call, call_id=CallId("n1-1.2"))
    assert event(call, kind, BEGIN, {}).id != event(other, kind, BEGIN, {}).id


def test_an_arrival_recorded_late_is_dated_at_the_arrival() -> None:
    assert event(CALL, EventKind.ARRIVED, LATER, {}).at == CALL.arrived
    assert event(CALL, EventKind.SCENE, LATER, {}).at == LATER


def test_an_event_carries_the_facts_and_the_data_it_was_made_with() -> None:
    made = event(CALL, EventKind.MISSED, LATER, {"counsellor": "anna", "cause": 19}, "/leg")
    assert made.facts == CALL
    assert made.call_id == CALL.call_id
    assert made.data == {"counsellor": "anna", "cause": 19}
