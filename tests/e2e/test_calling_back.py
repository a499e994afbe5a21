"""Who has asked is called back through the trunk, in their turn, once a counsellor has accepted."""

import pytest

from ivr.phone.phone import Phone, PhoneCall, Telephony
from tests.e2e.callers import restart
from tests.e2e.joining import ANOTHER, BACK, join
from tests.e2e.line import Line
from tests.e2e.outside import OUTSIDE
from tests.e2e.talks import comes_to_work, hear_each_other
from tests.ports import free_port

ATTEMPTS = "SELECT result FROM callback_attempt WHERE result IS NOT NULL ORDER BY began"


@pytest.fixture
def phones_port() -> int:
    """A port at which the phones can be called."""
    return free_port()


async def asks(telephony: Telephony, language: str) -> None:
    """A citizen asks to be called back at the number of the phone outside."""
    call = await join(telephony, BACK, language, caller=f"+358{OUTSIDE[1:]}")
    await call.press("1")
    await call.heard(f"{language}/number_confirm.1")
    await call.press("1")
    await call.heard(f"{language}/callback_saved_today.1")
    await call.hang_up()


async def accepted(anna: Phone, language: str) -> PhoneCall:
    """The leg of Anna, who is rung and accepts to call back."""
    leg = await anna.next_call()
    assert leg.display_name == f"Takaisinsoitto {language.upper()} Lapsiperheet"
    await leg.answer()
    await leg.heard(f"back_{language}.3", within_s=20)
    await leg.press("1")
    return leg


async def test_who_has_asked_is_called_back_before_those_who_came_later_and_talks(
    line: Line, telephony: Telephony, passwords: dict[str, str], office: Phone
) -> None:
    await asks(telephony, "fi")
    behind = await join(telephony, BACK, caller=ANOTHER)
    leg = await accepted(await comes_to_work("anna", line, telephony, passwords), "fi")
    citizen = await office.next_call()
    assert citizen.number == BACK
    await citizen.answer()
    await citizen.heard("fi/back_greeting")
    await citizen.press("1")
    await hear_each_other(citizen, leg)
    await citizen.hang_up()
    assert not (await leg.ended()).by_us
    await behind.hang_up()
    await line.rows_once("SELECT FROM callback WHERE status = 'reached'", 1)
    assert [row["result"] for row in await line.rows(ATTEMPTS)] == ["reached"]
    assert sorted(await line.outcomes(3)) == ["abandoned_queue", "callback", "served"]
    (made,) = await line.rows("SELECT answered FROM call WHERE callback IS NOT NULL")
    assert made["answered"] is None


async def test_wherever_the_controller_dies_the_citizen_is_dialled_once_and_the_two_talk(
    line: Line, telephony: Telephony, passwords: dict[str, str], office: Phone
) -> None:
    await asks(telephony, "sv")
    anna = await comes_to_work("anna", line, telephony, passwords)
    rings = await anna.next_call()
    await restart(line)
    assert not (await rings.ended()).by_us
    listens = await anna.next_call()
    await listens.answer()
    await listens.heard("back_sv")
    await restart(line)
    assert not (await listens.ended()).by_us
    assert await line.rows("SELECT FROM callback_attempt") == []
    leg = await accepted(anna, "sv")
    citizen = await office.next_call()
    await restart(line)
    await line.stop()  # as a deployment does it
    await line.start()
    await citizen.answer()
    await citizen.heard("sv/back_greeting", within_s=20)
    await citizen.press("1")
    await hear_each_other(citizen, leg)
    await restart(line)
    await hear_each_other(citizen, leg)
    await citizen.hang_up()
    assert not (await leg.ended()).by_us
    assert [row["result"] for row in await line.rows_once(ATTEMPTS, 1)] == ["reached"]
    assert await line.outcomes(2) == ["callback", "served"]
    assert len(await line.rows("SELECT FROM callback_attempt")) == 1
    assert await line.rows("SELECT FROM callback WHERE status <> 'reached'") == []
