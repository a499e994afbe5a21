"""Several phones ring for one caller: one wins, and whatever happens at once, nothing is stuck."""

import asyncio

import pytest

from ivr.phone.phone import CallGone, CallState, Phone, PhoneCall, Telephony
from tests.e2e.callers import talk
from tests.e2e.joining import ANOTHER, TOGETHER, join
from tests.e2e.line import Line

NAMES = ("dora", "eero", "fanni")
ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"'


@pytest.fixture
async def phones(telephony: Telephony, passwords: dict[str, str]) -> list[Phone]:
    """The phones of the three counsellors who are rung at once."""
    return [await telephony.counsellor(name, passwords[name]) for name in NAMES]


async def all_rung(phones: list[Phone]) -> list[PhoneCall]:
    """The call that rings at each of the phones."""
    return list(await asyncio.gather(*(phone.next_call(within_s=15) for phone in phones)))


def reasons(leg: PhoneCall) -> list[str]:
    """Why the line ended a call at a phone (RFC 3326)."""
    endings = [m for m in leg.messages if m.method in {"CANCEL", "BYE"} and not m.sent]
    return [message.headers.get("reason", "") for message in endings]


async def test_the_first_to_answer_has_the_caller_and_the_others_are_told_that_nothing_was_missed(
    line: Line, telephony: Telephony, phones: list[Phone]
) -> None:
    call = await join(telephony, TOGETHER, "fi")
    dora, eero, fanni = await all_rung(phones)
    await eero.answer()
    for leg in (dora, fanni):
        assert (await leg.ended()).status == 487
        assert reasons(leg) == [ELSEWHERE]
    await call.answered()
    await talk(call, eero)
    # The two others are free, and rung for the next caller; who talks is not.
    second = await join(telephony, TOGETHER, "fi", caller=ANOTHER)
    again, _ = await all_rung([phones[0], phones[2]])
    await again.answer()
    await second.answered()
    for each in (call, second):
        await each.hang_up()
    assert await line.outcomes(2) == ["served"] * 2
    missed = await line.rows("SELECT FROM counsellor_event WHERE kind = 'missed'")
    assert not missed


async def test_of_two_who_answer_in_the_same_instant_one_has_the_caller_and_the_other_the_next(
    line: Line, telephony: Telephony, phones: list[Phone]
) -> None:
    for rounds in range(1, 4):
        call = await join(telephony, TOGETHER, "fi")
        dora, eero, fanni = await all_rung(phones)
        answers = await asyncio.gather(dora.answer(), eero.answer(), return_exceptions=True)
        assert all(each is None or isinstance(each, CallGone) for each in answers)
        await call.answered()
        winner, loser = (dora, eero) if eero.state is CallState.ENDED else (eero, dora)
        await asyncio.gather(loser.ended(), fanni.ended())
        assert reasons(fanni) == [ELSEWHERE]
        # Where an answer crossed the CANCEL, a BYE without a reason follows it.
        assert reasons(loser)[0] == ELSEWHERE
        await talk(call, winner)
        # Nothing is stuck: the loser is rung for the next caller while the winner talks.
        second = await join(telephony, TOGETHER, "fi", caller=ANOTHER)
        free = phones[1] if loser is eero else phones[0]
        leg, _ = await all_rung([free, phones[2]])
        await leg.answer()
        await second.answered()
        for each in (call, second):
            await each.hang_up()
        assert await line.outcomes(2 * rounds) == ["served"] * 2 * rounds
        await asyncio.gather(winner.ended(), leg.ended())


async def test_every_phone_stops_when_the_caller_hangs_up_while_they_ring(
    line: Line, telephony: Telephony, phones: list[Phone]
) -> None:
    call = await join(telephony, TOGETHER, "fi")
    legs = await all_rung(phones)
    await call.hang_up()
    for leg in legs:
        assert (await leg.ended()).status == 487
        assert ELSEWHERE not in reasons(leg)
    again = await join(telephony, TOGETHER, "fi", caller=ANOTHER)
    legs = await all_rung(phones)
    await legs[2].answer()
    await again.answered()
    await again.hang_up()
    assert await line.outcomes(2) == ["abandoned_queue", "served"]


async def test_who_declines_leaves_the_caller_to_the_others_who_still_ring(
    line: Line, telephony: Telephony, phones: list[Phone]
) -> None:
    call = await join(telephony, TOGETHER, "fi")
    dora, eero, fanni = await all_rung(phones)
    await dora.reject()
    await eero.reject()
    # Who answers before a refusal has come leaves nothing to refuse.
    rows = await line.rows_once("SELECT FROM counsellor_event WHERE kind = 'declined'", 2)
    assert len(rows) == 2
    await fanni.answer()
    await call.answered()
    await fanni.hang_up()
    assert await line.outcomes(1) == ["served"]
