"""Raw callers on the line: brought before a counsellor by keys, and what is known of them."""

from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.phone.phone import Phone, PhoneCall
from tests.e2e.keypad import Keypad
from tests.e2e.line import Line
from tests.e2e.rawsip import RawCall

IN_LANGUAGE = "SELECT FROM call WHERE scene = 'language'"
IN_NOTICES = "SELECT FROM call WHERE scene = 'notices'"
IN_WAITING = "SELECT FROM call_event WHERE kind = 'scene' AND scene = 'waiting'"


async def wait_in_line(call: RawCall, keypad: Keypad, line: Line) -> None:
    """Bring the caller on line `by_number` into the line, in Finnish."""
    await line.rows_once(IN_LANGUAGE, 1)
    await keypad.press(call, "1")
    await line.rows_once(IN_NOTICES, 1)
    await keypad.press(call, "#")
    await line.rows_once(IN_WAITING, 1)


async def serve(call: RawCall, keypad: Keypad, counsellor: Phone, line: Line) -> PhoneCall:
    """Bring the caller on line `by_number` to the counsellor, and connect them; gives the leg."""
    await wait_in_line(call, keypad, line)
    return await answer(call, counsellor)


async def answer(call: RawCall, counsellor: Phone) -> PhoneCall:
    """The counsellor takes the call, and the caller is answered."""
    leg = await counsellor.next_call(within_s=20)
    await leg.answer()
    assert await call.status(200) == 200
    return leg


def everything_logged(line: Line, asterisk: EmbeddedAsterisk) -> str:
    """What the controller and Asterisk have printed and logged."""
    log = asterisk.state_dir / "asterisk" / "log"
    files = [file.read_text(errors="replace") for file in log.iterdir() if file.is_file()]
    return "\n".join([line.said(), line.logged(), *files])
