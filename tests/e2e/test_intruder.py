"""Whoever takes a call over by its ids (INVITE with Replaces, RFC 3891) is hung up on at once."""

import asyncio

from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.phone.phone import Phone
from tests.e2e.joining import BY_NUMBER
from tests.e2e.keypad import Keypad
from tests.e2e.line import Line
from tests.e2e.rawcallers import serve
from tests.e2e.rawsip import RawCall, raw_call


def _replaces(call: RawCall) -> bytes:
    answer = next(message for message in call.messages if message.status == 200)
    theirs = answer.headers["to"].partition(";tag=")[2]
    return f"{call.call_id};to-tag={theirs};from-tag=1".encode()


async def test_who_takes_a_call_over_is_hung_up_on_and_the_record_balances(
    line: Line, anna: Phone, embedded: EmbeddedAsterisk
) -> None:
    with Keypad() as keypad:
        async with raw_call(embedded.sip, BY_NUMBER, sdp=keypad.sdp) as call:
            leg = await serve(call, keypad, anna, line)
            replaces = (b"Replaces: " + _replaces(call), b"Require: replaces")
            async with raw_call(embedded.sip, BY_NUMBER, headers=replaces) as intruder:
                assert await intruder.status(200) == 200
                async with asyncio.timeout(20):
                    while "BYE" not in {one.method for one in intruder.messages}:  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
            await leg.hang_up()
    assert await line.outcomes(1) == ["served"]
