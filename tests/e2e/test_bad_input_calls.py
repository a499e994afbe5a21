"""Calls that are broken, numbers that are none, and keys without end."""

from urllib.parse import quote

import pytest

from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.phone.phone import Phone, Telephony
from tests.e2e.joining import BY_NUMBER
from tests.e2e.keypad import Keypad
from tests.e2e.line import Line
from tests.e2e.rawcallers import (
    IN_LANGUAGE,
    answer,
    everything_logged,
    serve,
    wait_in_line,
)
from tests.e2e.rawsip import SDP, raw_call

IN_FINNISH_ALONE = "0291000005"  # nothing is asked there
IN_CALLBACK = "SELECT FROM call WHERE scene = 'callback'"
MANY = "2034567890*#ABC" * 14  # without 1, which says yes to a callback

BROKEN = {
    "no lines": ("v", 400),
    "no address": ("v=0\r\no=- 1 1 IN IP4\r\nm=audio x RTP/AVP 8\r\n", 400),
    "an endless line": (SDP + "a=" + "x" * 4000 + "\r\n", 183),
    "only a codec that nobody has": (
        SDP.replace("RTP/AVP 8 101", "RTP/AVP 96").replace("8 PCMA/8000", "96 opus/48000/2"),
        488,
    ),
    "only video": (SDP.replace("m=audio", "m=video"), 488),
}


@pytest.mark.parametrize(("sdp", "status"), BROKEN.values(), ids=BROKEN)
async def test_a_caller_whose_sdp_is_broken_is_refused_and_the_next_is_served(
    line: Line, anna: Phone, embedded: EmbeddedAsterisk, sdp: str, status: int
) -> None:
    async with raw_call(embedded.sip, BY_NUMBER, sdp=sdp) as call:
        assert await call.status(180) == status
    with Keypad() as keypad:
        async with raw_call(embedded.sip, BY_NUMBER, sdp=keypad.sdp) as call:
            leg = await serve(call, keypad, anna, line)
            await leg.hang_up()
    assert "401234567" not in everything_logged(line, embedded)


async def test_a_caller_who_offers_no_sdp_is_served(
    line: Line, anna: Phone, embedded: EmbeddedAsterisk
) -> None:
    async with raw_call(embedded.sip, IN_FINNISH_ALONE, sdp="") as call:
        leg = await answer(call, anna)
        call.bye()
        await leg.ended()
    assert await line.outcomes(1) == ["served"]


NUMBERS = {
    "endless": "9" * 300,
    "one digit": "7",
    "letters": "neuvonta",
    "nothing": "",
    "stars": "*31*0291000001*",
    "hashes": quote("#31#0291000001"),
    "a comma": quote("0291000001,x,1"),
    "plus alone": "+",
}


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
async def test_a_number_that_is_no_line_is_recorded_as_that_and_not_logged(
    line: Line, embedded: EmbeddedAsterisk, number: str
) -> None:
    async with raw_call(embedded.sip, number) as call:
        assert await call.status(180) == 183
        call.cancel()
        assert await call.status(200) == 487
    assert await line.outcomes(1) == ["unknown_number"]
    logged = everything_logged(line, embedded)
    assert not [told for told in ("9" * 10, "*31*", "#31#", "SHELL") if told in logged]


async def test_a_number_of_other_signs_is_refused_at_once(
    line: Line, embedded: EmbeddedAsterisk
) -> None:
    async with raw_call(embedded.sip, quote("${SHELL(id)}")) as call:
        assert await call.status(180) == 404
    assert "SHELL" not in everything_logged(line, embedded)


@pytest.mark.parametrize("where", ["in the menu", "in the line", "asked for a callback"])
async def test_keys_without_end_are_no_fault_and_the_caller_is_served(
    line: Line,
    telephony: Telephony,
    passwords: dict[str, str],
    embedded: EmbeddedAsterisk,
    where: str,
) -> None:
    with Keypad() as keypad:
        async with raw_call(embedded.sip, BY_NUMBER, sdp=keypad.sdp) as call:
            if where == "in the menu":
                await line.rows_once(IN_LANGUAGE, 1)
            else:
                await wait_in_line(call, keypad, line)
            if where == "asked for a callback":
                await keypad.press(call, "1")
                await line.rows_once(IN_CALLBACK, 1)
            await keypad.press(call, MANY)
            anna = await telephony.counsellor("anna", passwords["anna"])
            leg = await answer(call, anna)
            # In the line every 9 among the keys has changed the language.
            expected = ("SV",) if where == "in the menu" else ("FI", "SV")
            assert leg.display_name.startswith(expected)
            await keypad.press(call, MANY)
            call.bye()
            await leg.ended()
    assert await line.outcomes(1) == ["served"]
    assert not await line.rows("SELECT FROM call_event WHERE kind = 'fault'")
    logged = everything_logged(line, embedded)
    assert [row for row in logged.splitlines() if MANY[:4] in row or '"error"' in row] == []
