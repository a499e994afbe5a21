"""The transfer buttons of a counsellor's phone (REFER, RFC 3515) do what the keys do."""

import asyncio

import pytest

from ivr.phone.phone import Phone, Telephony
from tests.e2e.callers import connected
from tests.e2e.line import Line
from tests.e2e.outside import OUTSIDE
from tests.e2e.talks import NOBODYS, Talk, comes_to_work, hear_each_other, hears_music
from tests.ports import free_port


@pytest.fixture
def phones_port() -> int:
    """A port at which the phones can be called."""
    return free_port()


async def test_a_blind_transfer_to_a_colleague(
    line: Line, telephony: Telephony, passwords: dict[str, str], anna: Phone
) -> None:
    talk = await Talk.begin(telephony, anna)
    bertil = await comes_to_work("bertil", line, telephony, passwords)
    assert await talk.leg.transfer("102") == 200
    await talk.leg.ended()
    await talk.call.heard("sv/transfer_other", out=True)
    await talk.call.heard("sv/price_waiting", out=True)  # answered: it costs
    leg = await connected(talk.call, bertil)
    await talk.over(leg)
    assert await line.outcomes(1) == ["served"]


async def test_a_blind_transfer_of_a_held_call_leaves_no_music_behind(
    line: Line, telephony: Telephony, passwords: dict[str, str], anna: Phone
) -> None:
    talk = await Talk.begin(telephony, anna)
    bertil = await comes_to_work("bertil", line, telephony, passwords)
    await talk.leg.hold()
    await hears_music(talk.call)
    assert await talk.leg.transfer("102") == 200
    await talk.call.heard("sv/price_waiting", within_s=20, out=True)
    leg = await connected(talk.call, bertil)
    await hear_each_other(talk.call, leg)
    await talk.over(leg)
    assert await line.outcomes(1) == ["served"]


async def test_a_blind_transfer_outside(
    line: Line, telephony: Telephony, anna: Phone, office: Phone
) -> None:
    talk = await Talk.begin(telephony, anna)
    asking = asyncio.create_task(talk.leg.transfer(OUTSIDE))
    outside = await office.next_call()
    await outside.answer()
    assert await asking == 200
    await hear_each_other(talk.call, outside)
    await talk.over(outside)
    assert await line.outcomes(1) == ["handed_over"]


@pytest.mark.parametrize("target", ["555", NOBODYS, "103", "*1"])
async def test_a_transfer_to_nowhere_is_declined_to_the_phone_and_they_talk_on(
    line: Line, telephony: Telephony, anna: Phone, target: str
) -> None:
    talk = await Talk.begin(telephony, anna)
    assert await talk.leg.transfer(target) == 603
    await hear_each_other(talk.call, talk.leg)
    await talk.over(talk.leg)
    assert await line.outcomes(1) == ["served"]
