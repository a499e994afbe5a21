"""The desk's interface moves real counsellors at real phones."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from ivr.phone.phone import Phone, Telephony
from tests.e2e.desks import Api, code, connected, is_not_rung, secret, served, waiting
from tests.e2e.line import Line


@pytest.fixture
async def gita(telephony: Telephony, passwords: dict[str, str]) -> Phone:
    """A counsellor at her own phone."""
    return await telephony.counsellor("gita", passwords["gita"])


@pytest.fixture
async def api(line: Line) -> AsyncIterator[Api]:
    """The interface of the running line."""
    async with Api.of(line) as api:
        yield api


async def is_shown(api: Api, who: str, state: str) -> None:
    """Wait until the screen shows the counsellor so."""
    async with asyncio.timeout(20):
        while (await api.shown(who))["state"] != state:  # noqa: ASYNC110 - the screen is asked
            await asyncio.sleep(0.05)


async def test_a_pause_from_the_screen_is_one_at_the_phone(
    line: Line, telephony: Telephony, gita: Phone, api: Api
) -> None:
    await is_shown(api, "gita", "free")  # the registration is told a moment later
    assert await api.wish("gita", "pause", reason="meeting") == (200, "paused")
    call = await waiting(telephony)
    await is_not_rung(gita)
    shown = await api.shown("gita")
    assert (shown["reason"], shown["phone"], shown["reachable"]) == ("meeting", "gita", True)
    assert await api.wish("gita", "resume") == (200, "free")
    await served(call, gita)
    assert await api.wish("gita", "sign-out") == (200, "signed_out")
    assert await code(gita, "*3") == ("sv/desk_not_signed_in",)
    assert await api.wish("gita", "sign-out") == (409, "not_signed_in")
    assert await line.outcomes(1) == ["served"]


async def test_a_sign_in_from_the_screen_moves_the_counsellor(
    line: Line, telephony: Telephony, passwords: dict[str, str], gita: Phone, api: Api
) -> None:
    desk1 = await telephony.counsellor("desk1", passwords["desk1"])
    status, _ = await api.wish("gita", "sign-in", account="desk1")
    assert status == 200
    await is_shown(api, "gita", "free")
    call = await waiting(telephony)
    leg = await connected(call, desk1)
    assert await api.wish("gita", "sign-in", account="gita") == (409, "in_call")
    assert await api.wish("hugo", "sign-in", account="desk1") == (409, "in_call")
    shown = await api.shown("gita")
    body = {"counsellor": "gita"}
    assert (await api.ask("POST", f"calls/{shown['call']}/urgent", body))[0] == 200
    await leg.hang_up()
    await call.ended()
    said = {"call": str(shown["call"]), "code": "resolved"}
    assert await api.wish("gita", "disposition", **said) == (200, "wrap_up")
    assert len(await line.rows_once("SELECT FROM call WHERE assessed_urgent", 1)) == 1
    assert len(await line.rows_once("SELECT FROM disposition WHERE code = 'resolved'", 1)) == 1
    assert await line.outcomes(1) == ["served"]


async def test_what_does_not_exist_is_said_and_nobody_without_the_token_is_heard(
    line: Line, api: Api
) -> None:
    assert await api.wish("nobody", "resume") == (404, "no_such_counsellor")
    assert await api.wish("gita", "sign-in", account="no-phone") == (404, "no_such_phone")
    body = {"counsellor": "gita"}
    status, answer = await api.ask("POST", "calls/n1-1.1/urgent", body)
    assert (status, answer["error"]) == (404, "no_such_call")
    api.token = "guessed"
    assert await api.wish("gita", "resume") == (401, "unauthorized")
    assert secret(line, "desk_token").stat().st_mode & 0o777 == 0o600
    assert secret(line, "desk_token").read_text() not in line.said() + line.logged()
