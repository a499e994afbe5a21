"""Whatever a caller calls themselves: they are served, and nothing of it gets further."""

from pathlib import Path

import pytest

from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.phone.phone import Phone
from tests.e2e.joining import BY_NUMBER
from tests.e2e.keypad import Keypad
from tests.e2e.line import Line
from tests.e2e.rawcallers import everything_logged, serve
from tests.e2e.rawsip import raw_call

NUMBER = "<sip:+358401234567@carrier.example>"
SHELL = "${SHELL(touch MARK)}"
ESCAPED = "%24%7BSHELL(touch%20MARK)%7D"
SENDERS = {
    "endless": f'"{"Zäta" * 250}" {NUMBER}',
    "utf-8": f'"Zäta Ångström 你好 🎉" {NUMBER}',
    "quotes": f'"Zäta \\"x\\" \\\\ <sip:zeta@x>, ;tag=7" {NUMBER}',
    "escaped line breaks": f'"Zäta%0d%0aVia: x\\r\\n" {NUMBER}',
    "expressions": f'"Zäta {SHELL}" <sip:+358401234567{ESCAPED}@carrier.example>',
    "a number of expressions": f"<sip:{ESCAPED}@carrier.example>",
    "a number of line breaks": "<sip:%0d%0a+358401234567%0d%0aZeta@carrier.example>",
    "no number": '"Zäta 0401234567" <sip:carrier.example>',
}


@pytest.mark.parametrize("sender", SENDERS.values(), ids=SENDERS)
async def test_a_caller_is_served_whatever_they_call_themselves(
    line: Line, anna: Phone, embedded: EmbeddedAsterisk, tmp_path: Path, sender: str
) -> None:
    mark = tmp_path / "executed"
    raw = sender.replace("MARK", str(mark)).encode()
    with Keypad() as keypad:
        async with raw_call(embedded.sip, BY_NUMBER, sender=raw, sdp=keypad.sdp) as call:
            leg = await serve(call, keypad, anna, line)
            assert leg.display_name.startswith("FI Työikäiset 0:")
            assert leg.number == BY_NUMBER
            call.bye()
            await leg.ended()
    assert await line.outcomes(1) == ["served"]
    assert not await line.rows("SELECT FROM call_event WHERE kind = 'fault'")
    logged = everything_logged(line, embedded).casefold()
    words = ("zäta", "zeta", "401234567", "shell(")
    assert [row for row in logged.splitlines() if any(word in row for word in words)] == []
    assert not mark.exists()


async def test_a_name_in_no_known_encoding_is_no_harm(
    line: Line, anna: Phone, embedded: EmbeddedAsterisk
) -> None:
    sender = b'"\xff\xfe\xc5sa\x07\x1b[31m" ' + NUMBER.encode()
    with Keypad() as keypad:
        async with raw_call(embedded.sip, BY_NUMBER, sender=sender, sdp=keypad.sdp) as call:
            leg = await serve(call, keypad, anna, line)
            call.bye()
            await leg.ended()
    assert await line.outcomes(1) == ["served"]
    assert "\x1b[31m" not in everything_logged(line, embedded)
