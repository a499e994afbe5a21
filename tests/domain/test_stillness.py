"""Who talks may talk for ever; nobody else is left in silence for a minute."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import TALK_SCENES, SceneName
from ivr.domain.stillness import stillness_s
from tests.adapters.record import facts
from tests.fakes.service import service

LINE = service().lines[0]
TALKS = TALK_SCENES | {SceneName.OUTSIDE}
SLOW = {SceneName.DIALLING, SceneName.CONNECTING}  # the caller's phone rings, or they hear music


@given(scene=st.sampled_from(SceneName), connected=st.booleans(), known=st.booleans())
def test_there_is_a_bound_wherever_nobody_talks(
    scene: SceneName, connected: bool, known: bool
) -> None:
    line = LINE if known else None
    bound_s = stillness_s(replace(facts(), scene=scene, connected=connected), line)
    if scene in TALKS and (connected or scene is SceneName.OUTSIDE):
        assert bound_s is None
    else:
        assert bound_s is not None
        assert bound_s == 30 or scene in SLOW


@pytest.mark.parametrize("ring_s", [5, 30, 120])
def test_a_phone_may_ring_as_long_as_the_line_lets_it(ring_s: float) -> None:
    line = replace(LINE, callback=replace(LINE.callback, ring_s=ring_s))
    bound_s = stillness_s(replace(facts(), scene=SceneName.DIALLING), line)
    assert bound_s is not None
    assert bound_s > ring_s + 5
