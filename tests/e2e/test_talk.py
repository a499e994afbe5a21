"""What a counsellor does with a caller by keys: hold, ask a colleague, add one, refusals."""

import asyncio

import pytest

from ivr.phone.phone import Phone, Telephony
from tests.e2e.heard import prompts
from tests.e2e.line import Line
from tests.e2e.talks import (
    NOBODYS,
    Talk,
    comes_to_work,
    hear_each_other,
    hears_music,
    hears_nothing_of,
)


@pytest.fixture
async def bertil(line: Line, telephony: Telephony, passwords: dict[str, str], anna: Phone) -> Phone:
    """A colleague who comes to work after Anna."""
    return await comes_to_work("bertil", line, telephony, passwords)


async def kinds(line: Line, *wanted: str) -> list[str]:
    """The events of these kinds in their order, once there is one of each."""
    query = "SELECT kind FROM call_event WHERE kind = ANY($1) ORDER BY at"
    await line.rows_once("SELECT FROM call WHERE outcome IS NOT NULL", 1)
    return [row["kind"] for row in await line.rows(query, list(wanted))]


async def test_a_held_caller_hears_music_and_nothing_of_the_counsellor_until_they_are_back(
    line: Line, telephony: Telephony, anna: Phone
) -> None:
    talk = await Talk.begin(telephony, anna)
    await talk.hold()
    await hears_nothing_of(talk.call, talk.leg)
    await hears_nothing_of(talk.leg, talk.call)
    await talk.leg.press("*1")
    await hear_each_other(talk.call, talk.leg)
    await talk.over(talk.leg)
    assert await line.outcomes(1) == ["served"]
    assert await kinds(line, "held", "resumed") == ["held", "resumed"]


async def test_keys_pressed_by_both_at_once_are_heard_by_neither_and_the_callers_mean_nothing(
    line: Line, telephony: Telephony, anna: Phone
) -> None:
    talk = await Talk.begin(telephony, anna)
    await asyncio.gather(talk.call.press("*1*7102#"), talk.leg.press("5#"))
    for hz in (697.0, 770.0, 852.0, 941.0, 1209.0, 1336.0):
        assert not talk.call.hearing.tone(hz)
        assert not talk.leg.hearing.tone(hz)
    await asyncio.gather(talk.call.press("*7102#"), talk.leg.press("*1"))
    await hears_music(talk.call)
    await asyncio.gather(talk.call.press("*4"), talk.leg.press("*1"))
    await hear_each_other(talk.call, talk.leg)
    await talk.leg.hang_up()
    await talk.call.ended()
    assert await line.outcomes(1) == ["served"]


@pytest.mark.parametrize("first", ["anna", "caller"])
async def test_whoever_hangs_up_first_on_hold_ends_the_call_for_both(
    line: Line, telephony: Telephony, anna: Phone, first: str
) -> None:
    talk = await Talk.begin(telephony, anna)
    await talk.hold()
    if first == "anna":
        await talk.leg.hang_up()
        assert not (await talk.call.ended()).by_us
    else:
        await talk.over(talk.leg)
    assert await line.outcomes(1) == ["served"]


async def test_a_colleague_is_consulted_and_takes_the_call(
    line: Line, telephony: Telephony, anna: Phone, bertil: Phone
) -> None:
    talk = await Talk.begin(telephony, anna)
    colleague = await talk.consult(bertil, "102")
    assert colleague.display_name == "Anna Kaksikielinen: Lapsiperheet"
    assert colleague.number == "0291000007"
    await hears_nothing_of(talk.call, colleague)
    await talk.leg.press("*4")
    assert not (await talk.leg.ended()).by_us
    await hear_each_other(talk.call, colleague)
    await talk.over(colleague)
    assert await line.outcomes(1) == ["served"]
    assert await kinds(line, "consulted", "transferred") == ["consulted", "transferred"]
    (row,) = await line.rows("SELECT counsellor, transfers FROM call")
    assert tuple(row) == ("bertil", 1)


async def test_hanging_up_while_the_colleague_talks_is_completing_the_transfer(
    line: Line, telephony: Telephony, anna: Phone, bertil: Phone
) -> None:
    talk = await Talk.begin(telephony, anna)
    colleague = await talk.consult(bertil, "102")
    await talk.leg.hang_up()
    await hear_each_other(talk.call, colleague)
    await colleague.hang_up()
    assert not (await talk.call.ended()).by_us
    assert await line.outcomes(1) == ["served"]


async def test_a_caller_who_hangs_up_during_the_consultation_ends_it(
    line: Line, telephony: Telephony, anna: Phone, bertil: Phone
) -> None:
    talk = await Talk.begin(telephony, anna)
    colleague = await talk.consult(bertil, "102")
    await talk.over(talk.leg, colleague)
    assert await line.outcomes(1) == ["served"]


@pytest.mark.parametrize("who", ["anna", "bertil"])
async def test_the_counsellor_is_back_with_the_caller_when_the_colleague_goes(
    line: Line, telephony: Telephony, anna: Phone, bertil: Phone, who: str
) -> None:
    talk = await Talk.begin(telephony, anna)
    colleague = await talk.consult(bertil, "102")
    if who == "anna":
        await talk.leg.press("*5")
    else:
        await colleague.hang_up()
    await colleague.ended()
    await hear_each_other(talk.call, talk.leg)
    await talk.over(talk.leg)
    assert await line.outcomes(1) == ["served"]


@pytest.mark.parametrize("leaves", ["anna", "colleague", "caller"])
async def test_three_talk_and_whoever_leaves_first_leaves_the_other_two_or_nobody(
    line: Line, telephony: Telephony, anna: Phone, bertil: Phone, leaves: str
) -> None:
    talk = await Talk.begin(telephony, anna)
    colleague = await talk.consult(bertil, "102")
    await talk.leg.press("*3")
    await hear_each_other(talk.call, talk.leg, colleague)
    if leaves == "anna":
        await talk.leg.hang_up()
        await hear_each_other(talk.call, colleague)
        await talk.over(colleague)
    elif leaves == "colleague":
        await colleague.hang_up()
        await hear_each_other(talk.call, talk.leg)
        await talk.over(talk.leg)
    else:
        await talk.over(talk.leg, colleague)
    assert await line.outcomes(1) == ["served"]


async def test_a_colleague_who_declines_is_busy_and_the_counsellor_is_back(
    line: Line, telephony: Telephony, anna: Phone, bertil: Phone
) -> None:
    talk = await Talk.begin(telephony, anna)
    await talk.leg.press("*2102#")
    await hears_music(talk.call)
    ringing = await bertil.next_call()
    await talk.leg.hears_tone(425.0)  # the ringing
    await ringing.reject()
    await talk.leg.heard("talk_busy", out=True)
    await hear_each_other(talk.call, talk.leg)
    await talk.over(talk.leg)
    assert await line.outcomes(1) == ["served"]


async def test_a_ringing_colleague_is_given_up_and_their_phone_stops(
    line: Line, telephony: Telephony, anna: Phone, bertil: Phone
) -> None:
    talk = await Talk.begin(telephony, anna)
    await talk.leg.press("*2102#")
    ringing = await bertil.next_call()
    await talk.leg.press("*5")
    assert (await ringing.ended()).status == 487
    await hear_each_other(talk.call, talk.leg)
    await talk.over(talk.leg)
    assert await line.outcomes(1) == ["served"]


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("*9", "talk_no_code"),
        ("*3", "talk_not_now"),
        ("*7555#", "talk_no_such_number"),
        (f"*7{NOBODYS}#", "talk_not_allowed"),
        ("*7103#", "talk_absent"),
        ("*710", "talk_unfinished"),
    ],
)
async def test_what_cannot_be_done_is_said_to_the_counsellor_alone_and_they_talk_on(
    line: Line, telephony: Telephony, anna: Phone, keys: str, told: str
) -> None:
    talk = await Talk.begin(telephony, anna)
    before = prompts(talk.call)
    await talk.leg.press(keys)
    await talk.leg.heard(f"fi/{told}", within_s=12, out=True)
    await hear_each_other(talk.call, talk.leg)
    assert prompts(talk.call) == before
    await talk.over(talk.leg)
    assert await line.outcomes(1) == ["served"]
