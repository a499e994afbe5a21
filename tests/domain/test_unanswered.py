"""Only a phone that rang and was left to ring is a miss."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.unanswered import Unanswered, unanswered


# As measured on Asterisk 22.10.1: the SIP status of the phone, the cause, and 180 before or not.
@pytest.mark.parametrize(
    ("cause", "rang", "why"),
    [
        (19, True, Unanswered.RANG_OUT),  # our own time was over
        (17, True, Unanswered.DECLINED),  # 486
        (17, False, Unanswered.DECLINED),  # 486 or 600 at once: do not disturb
        (21, True, Unanswered.DECLINED),  # 603
        (21, False, Unanswered.DECLINED),  # 403
        (23, False, Unanswered.DECLINED),  # 302 at once: calls are forwarded
        (23, True, Unanswered.DECLINED),  # 302 after ringing
        (19, False, Unanswered.VANISHED),  # no response at all
        (18, False, Unanswered.VANISHED),  # 408
        (1, False, Unanswered.VANISHED),  # 404
        (38, False, Unanswered.VANISHED),  # 500
        (34, True, Unanswered.VANISHED),  # 503
        (58, False, Unanswered.VANISHED),  # 488
        (0, False, Unanswered.VANISHED),  # never rung
    ],
)
def test_why_a_phone_was_not_answered(cause: int, rang: bool, why: Unanswered) -> None:
    assert unanswered(cause, rang=rang, lasted_s=20.1, ring_s=20.0) is why


@given(ring_s=st.floats(0.1, 3600), lasted_s=st.floats(0, 3600), rang=st.booleans())
def test_a_phone_that_rings_and_says_480_clearly_before_our_time_is_over_has_declined(
    ring_s: float, lasted_s: float, *, rang: bool
) -> None:
    why = unanswered(19, rang=rang, lasted_s=lasted_s, ring_s=ring_s)
    if not rang:
        assert why is Unanswered.VANISHED
    elif lasted_s < ring_s - 2:
        assert why is Unanswered.DECLINED
    else:
        assert why is Unanswered.RANG_OUT
