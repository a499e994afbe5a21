"""Counsellors sign in and out by codes on real phones."""

import pytest

from ivr.phone.phone import Phone, Telephony
from tests.e2e.desks import (
    NUMBERS,
    code,
    connected,
    is_not_rung,
    pin,
    secret,
    served,
    sign_in,
    waiting,
)
from tests.e2e.line import Line


@pytest.fixture
async def gita(telephony: Telephony, passwords: dict[str, str]) -> Phone:
    """The own phone of a counsellor."""
    return await telephony.counsellor("gita", passwords["gita"])


@pytest.fixture
async def desk1(telephony: Telephony, passwords: dict[str, str]) -> Phone:
    """A phone that belongs to no one person."""
    return await telephony.counsellor("desk1", passwords["desk1"])


async def test_who_has_no_phone_signs_in_on_a_shared_one_and_is_rung_there(
    line: Line, telephony: Telephony, desk1: Phone
) -> None:
    call = await waiting(telephony)
    answers = {"desk_number": f"{NUMBERS['hugo']}#", "desk_pin": f"{pin(line, 'hugo')}#"}
    heard = await code(desk1, "*1", answers)
    assert heard == ("fi/desk_number", "fi/desk_pin", "fi/desk_signed_in")
    await served(call, desk1)
    assert await line.outcomes(1) == ["served"]
    assert secret(line, "pins.json").stat().st_mode & 0o777 == 0o600


async def test_a_sign_in_on_a_second_phone_moves_the_counsellor_there(
    line: Line, telephony: Telephony, gita: Phone, desk1: Phone
) -> None:
    assert await sign_in(desk1, line, "gita") == "sv/desk_signed_in"
    call = await waiting(telephony)
    leg = await connected(call, desk1)
    assert await sign_in(gita, line, "gita") == "sv/desk_in_call"
    await leg.hang_up()
    await call.ended()
    assert await sign_in(gita, line, "gita") == "sv/desk_signed_in"
    await is_not_rung(gita, 0.5)
    await served(await waiting(telephony), gita)
    assert await line.outcomes(2) == ["served", "served"]


async def test_whoever_signs_in_on_a_phone_signs_out_who_was_there(
    line: Line, telephony: Telephony, gita: Phone
) -> None:
    assert await sign_in(gita, line, "hugo") == "fi/desk_signed_in"
    await served(await waiting(telephony), gita)
    query = "SELECT counsellor FROM counsellor_event WHERE kind = 'signed_out'"
    assert [row["counsellor"] for row in await line.rows_once(query, 1)] == ["gita"]
    query = "SELECT counsellor FROM counsellor_event WHERE kind = 'talking'"
    assert [row["counsellor"] for row in await line.rows_once(query, 1)] == ["hugo"]
    assert await line.outcomes(1) == ["served"]


async def test_three_wrong_pins_make_the_phone_and_the_number_wait(
    line: Line, telephony: Telephony, gita: Phone, desk1: Phone
) -> None:
    call = await desk1.dial("*1")
    for again in range(3):
        await call.heard("desk_number")
        await call.press("502#")
        await call.heard("fi/desk_pin")
        await call.press("0000#")
        await call.heard("fi/desk_barred" if again == 2 else "fi/desk_wrong")
    await call.ended()
    assert await sign_in(gita, line, "hugo") == "fi/desk_barred"
    assert await code(desk1, "*1") == ("fi/desk_barred", "sv/desk_barred")
    query = "SELECT FROM counsellor_event WHERE kind = 'wrong_pin' AND counsellor = 'hugo'"
    assert len(await line.rows_once(query, 3)) == 3
    await until_signed_in(desk1, line)
    assert pin(line, "hugo") not in line.said() + line.logged()
    assert "0000" not in line.logged()


async def until_signed_in(phone: Phone, line: Line) -> None:
    """Try again until the wait is over; it lasts twenty seconds here."""
    for _ in range(10):
        call = await phone.dial("*1")
        said = await call.heard(lambda heard: heard.prompt in {"desk_number", "desk_barred"})
        if said.prompt == "desk_number":
            await call.press(f"{NUMBERS['hugo']}#")
            await call.heard("fi/desk_pin")
            await call.press(f"{pin(line, 'hugo')}#")
            await call.heard("fi/desk_signed_in")
            await call.ended()
            return
        await call.ended()
    raise AssertionError("the phone is barred for ever")


async def test_who_signed_out_is_not_rung_even_when_the_phone_registers_again(
    line: Line, telephony: Telephony, passwords: dict[str, str], gita: Phone
) -> None:
    assert await code(gita, "*4") == ("sv/desk_signed_out",)
    assert await code(gita, "*3") == ("sv/desk_not_signed_in",)
    await gita.unregister()
    again = await telephony.counsellor("gita", passwords["gita"])
    call = await waiting(telephony)
    await is_not_rung(again)
    assert await sign_in(again, line, "gita") == "sv/desk_signed_in"
    await served(call, again)
    assert await line.outcomes(1) == ["served"]


async def test_a_phone_can_dial_codes_and_nothing_else(line: Line, gita: Phone) -> None:
    for dialled in ("*8", "*25", "*31", "*211", "0401234567", "*"):
        call = await gita.dial(dialled)
        assert (await call.ended()).status == 403
