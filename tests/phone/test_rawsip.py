"""The raw caller of the end-to-end tests, on a real Asterisk."""

import pytest

from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.phone.phone import Telephony
from tests.e2e.rawsip import raw_call

LONG = b'"' + b"N" * 1000 + b'" <sip:+358401234567@127.0.0.1>'
QUOTES = '"Åsa \\"Quote\\" \\\\ <x>" <sip:+358401234567@127.0.0.1>'.encode()
FOLDED = b'"Two\r\n lines" <sip:+358401234567@127.0.0.1>'
LATIN = b'"\xc5sa" <sip:+358401234567@127.0.0.1>'


@pytest.mark.parametrize("sender", [LONG, QUOTES, LATIN], ids=["long", "quotes", "latin"])
async def test_any_name_can_be_sent(switch: EmbeddedAsterisk, sender: bytes) -> None:
    async with raw_call(switch.sip, "600", sender=sender) as call:
        assert await call.status(200) == 486


async def test_a_name_with_a_line_break_is_passed_over_and_the_next_caller_is_not(
    switch: EmbeddedAsterisk,
) -> None:
    async with raw_call(switch.sip, "600", sender=FOLDED) as broken:
        async with raw_call(switch.sip, "600") as call:
            assert await call.status(200) == 486
        assert not broken.messages


async def test_an_unanswered_call_is_cancelled(switch: EmbeddedAsterisk) -> None:
    async with raw_call(switch.sip, "300") as call:
        assert await call.status(180) == 183
        call.cancel()
        assert await call.status(200) == 487


async def test_a_call_without_sdp_is_answered_and_hung_up(switch: EmbeddedAsterisk) -> None:
    async with raw_call(switch.sip, "400", sdp="") as call:
        assert await call.status(200) == 200
        assert "m=audio" in call.messages[-1].body
        call.bye()


async def test_a_long_name_reaches_the_counsellors_phone_whole_or_not_at_all(
    switch: EmbeddedAsterisk, telephony: Telephony, secret: str
) -> None:
    anna = await telephony.counsellor("anna", secret)
    async with raw_call(switch.sip, "800", sender=LONG):
        ring = await anna.next_call()
        assert set(ring.display_name) <= {"N"}
        await ring.reject()
