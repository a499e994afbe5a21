"""Counsellors at their phones and screens, and the line on which they answer."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
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


class Api:
    """Speaks to the interface with the token that the line made."""

    def __init__(self, line: Line, session: aiohttp.ClientSession) -> None:
        self._line = line
        self._session = session
        self.token = secret(line, "desk_token").read_text()

    @classmethod
    @asynccontextmanager
    async def of(cls, line: Line) -> "AsyncIterator[Api]":
        """The interface of a running line."""
        async with aiohttp.ClientSession() as session:
            yield cls(line, session)

    async def ask(self, method: str, path: str, said: object = None) -> tuple[int, Any]:
        """The status and the JSON of the answer."""
        url = f"http://{self._line.http}/api/{path}"
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self._session.request(method, url, headers=headers, json=said or {}) as answer:
            return answer.status, await answer.json()

    async def wish(self, who: str, what: str, **said: str) -> tuple[int, str]:
        """The status, and the counsellor's state or the error."""
        status, body = await self.ask("POST", f"counsellors/{who}/{what}", said)
        return status, body.get("state") or body["error"]

    async def shown(self, who: str) -> dict[str, Any]:
        """One counsellor as the list has them."""
        _, body = await self.ask("GET", "counsellors")
        return next(dict(each) for each in body["counsellors"] if each["id"] == who)
