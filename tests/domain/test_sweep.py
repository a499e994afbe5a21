"""What is at odds twice is so; whatever is known is left alone."""

from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import BridgeId, ChannelId
from ivr.domain.sweep import Ours, doubt

CHANNELS = st.frozensets(st.sampled_from("abcd").map(ChannelId))
BRIDGES = st.frozensets(st.sampled_from("xy").map(BridgeId))
OURS = st.builds(
    lambda channels, bridges: Ours(channels=channels, bridges=bridges), CHANNELS, BRIDGES
)


@given(listed=OURS, known=OURS)
def test_what_is_known_is_never_in_doubt_and_what_is_not_always(listed: Ours, known: Ours) -> None:
    found = doubt(listed, known)
    assert not found.unknown.channels & known.channels
    assert not found.unknown.bridges & known.bridges
    assert listed.channels - found.unknown.channels == listed.channels & known.channels
    assert found.missing == known.channels - listed.channels
    assert bool(found) is (listed.channels != known.channels or not listed.bridges <= known.bridges)


@given(first=st.tuples(OURS, OURS), second=st.tuples(OURS, OURS))
def test_only_what_was_at_odds_both_times_still_is(
    first: tuple[Ours, Ours], second: tuple[Ours, Ours]
) -> None:
    before, now = doubt(*first), doubt(*second)
    still = now.still(before)
    assert still.missing == now.missing & before.missing
    assert still.unknown.channels == now.unknown.channels & before.unknown.channels
    assert still.unknown.bridges == now.unknown.bridges & before.unknown.bridges
    assert now.still(now) == now
