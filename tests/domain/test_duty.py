"""A counsellor's state is read back as it was written, and nothing else is taken for one."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import CallId, LineId
from ivr.domain.counsellor import Doing, Duty
from ivr.domain.duty import decode, encode
from ivr.domain.pause import PauseReason

NINE = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)
TIMES = st.datetimes(timezones=st.just(UTC))
TEXTS = st.text(max_size=20)
WRITTEN: dict[str, Any] = json.loads(
    encode(Duty.begin(NINE).sign_in(NINE, "anna", reachable=True).pause(NINE, PauseReason.LUNCH))
)


@st.composite
def duties(draw: st.DrawFn) -> Duty:
    """States that fit together."""
    doing = draw(st.sampled_from(Doing))
    account = None if doing is Doing.SIGNED_OUT else draw(TEXTS)
    reasons = st.sampled_from(PauseReason)
    return Duty(
        doing=doing,
        since=draw(TIMES),
        rests_until=draw(TIMES),
        account=account,
        reachable=draw(st.booleans()),
        wrap_up_until=draw(TIMES) if doing is Doing.WRAP_UP else None,
        reason=draw(reasons if doing is Doing.PAUSED else st.none() | reasons),
        misses=draw(st.integers(0, 9)),
        calls=draw(st.integers(0, 999)),
        calls_on=draw(st.none() | st.dates()),
        left_on=draw(st.none() | st.dates()),
        call=draw(st.none() | TEXTS.map(CallId)),
        line=draw(st.none() | TEXTS.map(LineId)),
        serial=draw(st.integers(0, 10**9)),
    )


@given(duties())
def test_a_state_is_read_back_as_it_was_written(duty: Duty) -> None:
    text = encode(duty)
    assert text.isascii()
    assert "\n" not in text
    assert decode(text) == duty


def test_what_a_newer_version_says_beside_is_left_out() -> None:
    newer = json.dumps({**WRITTEN, "v": 7, "mood": "good"})
    assert decode(newer) == decode(json.dumps(WRITTEN))


@given(st.text(max_size=50) | st.recursive(st.none() | st.integers(), st.lists).map(json.dumps))
def test_anything_else_is_refused_and_breaks_nothing(text: str) -> None:
    with pytest.raises(ValueError, match="unreadable state"):
        decode(text)


@pytest.mark.parametrize(
    "wrong",
    [
        {"v": 0},
        {"doing": "dancing"},
        {"since": "2026-11-23T09:00:00"},
        {"since": "2026-11-23T09:00:00+02:00"},
        {"reason": "boredom"},
        {"reason": None},
        {"account": None},
        {"account": 7},
        {"misses": -1},
        {"serial": True},
        {"calls_on": "yesterday"},
        {"doing": "wrap_up"},
        {"wrap_up_until": "2026-11-23T09:00:00+00:00"},
    ],
)
def test_what_does_not_fit_together_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="unreadable state"):
        decode(json.dumps({**WRITTEN, **wrong}))
