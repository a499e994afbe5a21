"""A call that the caller ends has the outcome of the scene it ended in."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import (
    BUSY_SCENES,
    CALLING_SCENES,
    CLOSED_SCENES,
    TALK_SCENES,
    Caller,
    CallId,
    ChannelId,
    Facts,
    Limit,
    Outcome,
    SceneName,
)
from ivr.domain.ending import outcome_of_hangup, was_cut_off

CALL = Facts(
    call_id=CallId("n1-1.1"),
    dialled="0291000001",
    caller=Caller(number=None, hidden=True),
    arrived=datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
    scene=SceneName.LANGUAGE,
)

BEFORE_THE_ANSWER = {
    SceneName.LANGUAGE: Outcome.ABANDONED_MENU,
    SceneName.NOTICES: Outcome.ABANDONED_MENU,
    SceneName.TOPIC: Outcome.ABANDONED_MENU,
    SceneName.URGENCY: Outcome.ABANDONED_MENU,
    SceneName.LIMIT: Outcome.TURNED_AWAY,
    SceneName.HELD: Outcome.ABANDONED_QUEUE,
    SceneName.CONSULTING: Outcome.ABANDONED_QUEUE,
    SceneName.CONFERENCE: Outcome.ABANDONED_QUEUE,
    SceneName.OUTSIDE: Outcome.ABANDONED_QUEUE,
    SceneName.RETURNING: Outcome.ABANDONED_QUEUE,
    SceneName.WAITING: Outcome.ABANDONED_QUEUE,
    SceneName.CALLBACK: Outcome.ABANDONED_QUEUE,
    SceneName.NUMBER: Outcome.ABANDONED_QUEUE,
    SceneName.READ_BACK: Outcome.ABANDONED_QUEUE,
    SceneName.BUDGET_END: Outcome.ABANDONED_QUEUE,
    SceneName.CONNECTING: Outcome.ABANDONED_QUEUE,
    SceneName.TALKING: Outcome.ABANDONED_QUEUE,
    **dict.fromkeys(CLOSED_SCENES, Outcome.CLOSED_HOURS),
    **dict.fromkeys(BUSY_SCENES, Outcome.TURNED_AWAY),
    SceneName.UNKNOWN_NUMBER: Outcome.UNKNOWN_NUMBER,
    SceneName.FAREWELL: Outcome.ABANDONED_QUEUE,
    SceneName.DIALLING: Outcome.NOT_REACHED,
    SceneName.GREETING: Outcome.NOT_REACHED,
}
NORMAL_CLEARING, RING_LIMIT = 16, 102


@pytest.mark.parametrize("scene", SceneName)
def test_a_hang_up_in_each_scene_has_its_outcome(scene: SceneName) -> None:
    ended = replace(CALL, scene=scene)
    outcome = outcome_of_hangup(ended, cause=NORMAL_CLEARING, callback_kept=False)
    assert outcome is BEFORE_THE_ANSWER[scene]


@pytest.mark.parametrize("scene", [SceneName.NUMBER, SceneName.READ_BACK])
def test_who_hangs_up_over_a_number_at_a_limit_was_told_why_they_cannot_wait(
    scene: SceneName,
) -> None:
    ended = replace(CALL, scene=scene, limit=Limit.FULL)
    outcome = outcome_of_hangup(ended, cause=RING_LIMIT, callback_kept=False)
    assert outcome is Outcome.TURNED_AWAY


@pytest.mark.parametrize("scene", [SceneName.NUMBER, SceneName.READ_BACK])
@pytest.mark.parametrize("cause", [NORMAL_CLEARING, RING_LIMIT])
def test_who_hangs_up_over_a_number_outside_hours_was_told_that_the_line_is_closed(
    scene: SceneName, cause: int
) -> None:
    ended = replace(CALL, scene=scene, closed=True)
    outcome = outcome_of_hangup(ended, cause=cause, callback_kept=False)
    assert outcome is Outcome.CLOSED_HOURS


@pytest.mark.parametrize("scene", SceneName)
def test_the_networks_ring_limit_is_told_apart_from_a_caller_who_gives_up(
    scene: SceneName,
) -> None:
    ended = replace(CALL, scene=scene)
    told_anyway = {SceneName.UNKNOWN_NUMBER, SceneName.LIMIT, *CALLING_SCENES}
    told_anyway |= CLOSED_SCENES | BUSY_SCENES
    expected = BEFORE_THE_ANSWER[scene] if scene in told_anyway else Outcome.CARRIER_RELEASED
    assert outcome_of_hangup(ended, cause=RING_LIMIT, callback_kept=False) is expected


@pytest.mark.parametrize("scene", SceneName)
def test_an_answered_call_is_never_released_by_a_ring_limit(scene: SceneName) -> None:
    ended = replace(CALL, scene=scene, answered=True)
    outcome = outcome_of_hangup(ended, cause=RING_LIMIT, callback_kept=False)
    assert outcome is BEFORE_THE_ANSWER[scene]


@given(scene=st.sampled_from(SceneName), cause=st.integers(0, 127), connected=st.booleans())
def test_a_callback_on_disk_is_the_outcome_unless_the_caller_was_served_after_all(
    scene: SceneName, cause: int, connected: bool
) -> None:
    ended = replace(CALL, scene=scene, connected=connected)
    served = connected and scene in TALK_SCENES | {SceneName.OUTSIDE}
    expected = Outcome.SERVED if served else Outcome.CALLBACK
    assert outcome_of_hangup(ended, cause=cause, callback_kept=True) is expected


@given(cause=st.integers(0, 127), answered=st.booleans())
def test_only_a_caller_who_could_hear_the_counsellor_was_served(cause: int, answered: bool) -> None:
    talking = replace(CALL, scene=SceneName.TALKING, answered=answered, connected=True)
    assert outcome_of_hangup(talking, cause=cause, callback_kept=False) is Outcome.SERVED
    for scene in SceneName:
        not_connected = replace(talking, scene=scene, connected=False)
        outcome = outcome_of_hangup(not_connected, cause=cause, callback_kept=False)
        assert outcome is not Outcome.SERVED


def test_who_talks_with_a_number_outside_was_handed_over_and_before_that_served() -> None:
    ringing = replace(CALL, scene=SceneName.OUTSIDE, answered=True, connected=True)
    talking = replace(ringing, colleague_leg=ChannelId("outside"))
    for cause in (NORMAL_CLEARING, RING_LIMIT, 0):
        outcomes = [
            outcome_of_hangup(each, cause=cause, callback_kept=False) for each in (ringing, talking)
        ]
        assert outcomes == [Outcome.SERVED, Outcome.HANDED_OVER]


def test_a_phone_that_hangs_up_is_told_from_one_that_was_lost() -> None:
    assert not any(was_cut_off(cause) for cause in (0, NORMAL_CLEARING, 17, 21))
    assert all(was_cut_off(cause) for cause in (1, 18, 20, 38, 41, 44, RING_LIMIT))
