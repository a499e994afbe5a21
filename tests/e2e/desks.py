"""Codes dialled on counsellors' phones, and the line on which those tests' counsellors answer."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ivr.phone.phone import NotInTime, Phone, PhoneCall, Telephony
from tests.e2e.heard import prompts
from tests.e2e.joining import CITIZEN, dial
from tests.e2e.line import Line

DESK = "0291000050"
NUMBERS = {"gita": "501", "hugo": "502"}


def secret(line: Line, name: str) -> Path:
    """A file among the secrets of this line."""
    return Path(line.environment["IVR_STATE_DIR"]) / "secrets" / name


def pin(line: Line, counsellor: str) -> str:
    """The PIN that the line made for a counsellor."""
    return str(json.loads(secret(line, "pins.json").read_text())[counsellor])


async def code(
    phone: Phone, dialled: str, answers: Mapping[str, str] | None = None
) -> tuple[str, ...]:
    """Dial a code, answer each prompt in order, and listen to the end; what was heard."""
    call = await phone.dial(dialled)
    for prompt, keys in (answers or {}).items():
        await call.heard(prompt)
        await call.press(keys)
    await call.ended(within_s=30)
    return tuple(prompts(call))


async def sign_in(phone: Phone, line: Line, counsellor: str, *, right: str | None = None) -> str:
    """*1, number and PIN; what was said last."""
    keys = right or pin(line, counsellor)
    answers = {"desk_number": f"{NUMBERS[counsellor]}#", "desk_pin": f"{keys}#"}
    return (await code(phone, "*1", answers))[-1]


async def waiting(telephony: Telephony, *, caller: str = CITIZEN) -> PhoneCall:
    """A caller in the desk's line."""
    call = await dial(telephony, DESK, caller=caller)
    await call.heard("fi/welcome")
    await call.press("#")
    await call.heard("music")
    return call


async def connected(call: PhoneCall, phone: Phone) -> PhoneCall:
    """The counsellor's leg; the two can talk."""
    leg = await phone.next_call()
    await leg.answer()
    await call.answered()
    return leg


async def served(call: PhoneCall, phone: Phone) -> None:
    """The counsellor answers, and hangs up first: nothing is asked."""
    leg = await connected(call, phone)
    await leg.hang_up()
    await call.ended()


async def is_not_rung(phone: Phone, within_s: float = 3.0) -> None:
    """The phone stays silent for so long."""
    with pytest.raises(NotInTime):
        await phone.next_call(within_s=within_s)
