"""A new call begins where its number and the hours say, and keeps nothing it must not."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import CallId, Facts, Refused, SceneName
from ivr.domain.facts import encode
from ivr.domain.number import normalised
from ivr.domain.reception import MOST_DIALLED, answered_at_once, receive
from tests.fakes.service import BY_NUMBER, CLOSED, FREE, PAID, TOLL_FREE, service
from tests.fakes.time import BEGIN

SERVICE = service()
AT_NIGHT = BEGIN + timedelta(hours=12)


def _received(
    dialled: str,
    caller: str = "0401234567",
    *,
    hidden: bool = False,
    now: datetime = BEGIN,
    calls: int = 0,
) -> Facts:
    return receive(
        SERVICE,
        call_id=CallId("n1-1.1"),
        dialled=dialled,
        caller=caller,
        hidden=hidden,
        now=now,
        objection=lambda number: Refused.PREMIUM if number.startswith("+358600") else None,
        calls=calls,
    )


@pytest.mark.parametrize(
    ("dialled", "now", "line", "scene"),
    [
        (FREE, BEGIN, "free", SceneName.LANGUAGE),
        ("+358291000001", BEGIN, "free", SceneName.LANGUAGE),
        (BY_NUMBER, BEGIN, "by_number", SceneName.LANGUAGE),
        (CLOSED, BEGIN, "closed", SceneName.CLOSED),
        (FREE, AT_NIGHT, "free", SceneName.CLOSED),
        ("0999999", BEGIN, None, SceneName.UNKNOWN_NUMBER),
        ("0999999", AT_NIGHT, None, SceneName.UNKNOWN_NUMBER),
        ("", BEGIN, None, SceneName.UNKNOWN_NUMBER),
    ],
)
def test_the_number_and_the_hour_decide_where_a_call_begins(
    dialled: str, now: datetime, line: str | None, scene: SceneName
) -> None:
    call = _received(dialled, now=now)
    assert (call.line, call.scene) == (line, scene)
    assert call.arrived == now


@pytest.mark.parametrize(
    ("calls", "scene"),
    [
        (0, SceneName.LANGUAGE),
        (399, SceneName.LANGUAGE),
        (400, SceneName.BUSY),
        (499, SceneName.BUSY),
        (500, SceneName.BUSY_NOTICE),
        (10**9, SceneName.BUSY_NOTICE),
    ],
)
def test_beyond_the_most_calls_a_new_one_is_only_told_so_and_before_the_answer(
    calls: int, scene: SceneName
) -> None:
    for dialled in (FREE, TOLL_FREE, PAID):
        call = _received(dialled, calls=calls)
        assert call.scene is scene
        assert answered_at_once(SERVICE, call) is (calls < 400 and dialled != FREE)
    assert _received(CLOSED, calls=calls).scene is SceneName.CLOSED
    assert _received("0999999", calls=calls).scene is SceneName.UNKNOWN_NUMBER


@pytest.mark.parametrize(
    ("dialled", "now", "at_once"),
    [
        (FREE, BEGIN, False),
        (TOLL_FREE, BEGIN, True),
        (PAID, BEGIN, True),
        (TOLL_FREE, AT_NIGHT, False),
        (PAID, AT_NIGHT, False),
        ("0999999", BEGIN, False),
    ],
)
def test_a_call_is_answered_at_once_only_on_an_open_line_that_is_not_early_media(
    dialled: str, now: datetime, *, at_once: bool
) -> None:
    assert answered_at_once(SERVICE, _received(dialled, now=now)) is at_once


@given(caller=st.text())
def test_whatever_the_network_delivers_is_kept_as_a_number_or_not_at_all(caller: str) -> None:
    assert _received(FREE, caller).caller.number == normalised(caller)


@pytest.mark.parametrize(
    ("caller", "unfit"),
    [
        ("0401234567", None),
        ("0600123456", Refused.PREMIUM),
        ("029 100 0003", Refused.OURS),
        ("+46701234567", Refused.FOREIGN),
        ("anonymous", None),
    ],
)
def test_it_is_known_from_the_start_why_a_number_may_not_be_called_back(
    caller: str, unfit: Refused | None
) -> None:
    assert _received(FREE, caller).caller.unfit is unfit
    assert _received(FREE, caller, hidden=True).caller.unfit is None


@given(caller=st.from_regex(r"\+358[4-9]{9}", fullmatch=True))
def test_nothing_of_a_hidden_callers_number_is_kept(caller: str) -> None:
    call = _received(FREE, caller, hidden=True)
    assert call.caller.number is None
    assert call.caller.hidden
    assert caller[4:] not in encode(call)


@given(dialled=st.text(min_size=MOST_DIALLED, max_size=2000))
def test_a_monstrous_number_dialled_still_fits_into_the_facts(dialled: str) -> None:
    call = _received(dialled)
    assert call.dialled == dialled[:MOST_DIALLED]
    encode(call)
