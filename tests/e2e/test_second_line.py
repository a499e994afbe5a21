"""A counsellor asks a colleague on the phone's second line, and hands the caller over: RFC 5589."""

import pytest

from ivr.phone.phone import Phone, PhoneCall, Telephony
from tests.e2e.callers import restart
from tests.e2e.line import Line
from tests.e2e.talks import Talk, comes_to_work, hear_each_other, hears_music

TRANSFERS = "SELECT data ->> 'attended' AS attended FROM call_event WHERE kind = 'transferred'"


@pytest.fixture
async def bertil(line: Line, telephony: Telephony, passwords: dict[str, str], anna: Phone) -> Phone:
    """A colleague who comes to work after Anna."""
    return await comes_to_work("bertil", line, telephony, passwords)


async def consult(talk: Talk, anna: Phone, bertil: Phone) -> tuple[PhoneCall, PhoneCall]:
    """Anna holds the caller by her phone's button and dials Bertil: her second line, and his."""
    await talk.leg.hold()
    await hears_music(talk.call)
    second = await anna.dial("102")
    colleague = await bertil.next_call()
    await second.hears_tone(425.0)  # the ringing
    await colleague.answer()
    await hear_each_other(second, colleague)
    return second, colleague


@pytest.mark.parametrize("on_second", [False, True])
async def test_a_caller_is_handed_to_the_colleague_spoken_with(
    line: Line, telephony: Telephony, anna: Phone, bertil: Phone, on_second: bool
) -> None:
    talk = await Talk.begin(telephony, anna)
    second, colleague = await consult(talk, anna, bertil)
    asks, names = (second, talk.leg) if on_second else (talk.leg, second)
    assert await asks.transfer_attended(names) == 200
    for ended in (talk.leg, second):
        await ended.ended()
    await hear_each_other(talk.call, colleague)
    await talk.over(colleague)
    assert await line.outcomes(1) == ["served"]
    assert [tuple(row) for row in await line.rows(TRANSFERS)] == [("true",)]


async def test_before_the_colleague_answers_it_is_declined_and_they_talk_on(
    line: Line, telephony: Telephony, anna: Phone, bertil: Phone
) -> None:
    talk = await Talk.begin(telephony, anna)
    await talk.leg.hold()
    second = await anna.dial("102")
    ringing = await bertil.next_call()
    await second.answered()
    assert await talk.leg.transfer_attended(second) == 603
    await second.hang_up()
    assert (await ringing.ended()).status == 487
    await hear_each_other(talk.call, talk.leg)
    await talk.over(talk.leg)
    assert await line.outcomes(1) == ["served"]


async def test_a_consultation_ends_with_the_controller_and_the_caller_is_still_on_hold(
    line: Line, telephony: Telephony, anna: Phone, bertil: Phone
) -> None:
    talk = await Talk.begin(telephony, anna)
    second, colleague = await consult(talk, anna, bertil)
    await restart(line)
    for left in (second, colleague):
        assert not (await left.ended()).by_us
    await hears_music(talk.call)
    await talk.leg.resume()
    await hear_each_other(talk.call, talk.leg)
    await talk.over(talk.leg)
    assert await line.outcomes(1) == ["served"]


async def test_without_a_caller_no_colleague_is_rung(
    line: Line, anna: Phone, bertil: Phone
) -> None:
    del line, bertil
    call = await anna.dial("102")
    await call.heard("desk_no_caller")
    assert not (await call.ended()).by_us
