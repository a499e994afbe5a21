"""What the network does to a call, and how the record tells it from what a caller does."""

import pytest

from ivr.embedded.asterisk import EmbeddedAsterisk
from tests.e2e.joining import HAUNTED
from tests.e2e.line import Line
from tests.e2e.rawsip import raw_call

IN_WAITING = "SELECT FROM call WHERE scene = 'waiting'"


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        (b'Q.850;cause=102;text="recovery on timer expiry"', "carrier_released"),
        (b"Q.850;cause=16", "abandoned_queue"),
        (None, "abandoned_queue"),
    ],
    ids=["the ring limit", "the caller", "no reason"],
)
async def test_a_call_that_the_network_ends_at_its_ring_limit_is_no_caller_who_gave_up(
    line: Line, embedded: EmbeddedAsterisk, reason: bytes | None, outcome: str
) -> None:
    async with raw_call(embedded.sip, HAUNTED) as call:
        await line.rows_once(IN_WAITING, 1, within_s=30)
        call.cancel(reason=reason)
        assert await line.outcomes(1) == [outcome]
