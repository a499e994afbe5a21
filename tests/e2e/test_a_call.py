"""A citizen and a counsellor on real SIP, with the prompts recognised by their sound."""

import asyncio

import pytest

from ivr.phone.phone import PhoneCall, Telephony
from tests.e2e.conftest import CONFIG
from tests.e2e.line import Line

FREE, BY_NUMBER, TOLL_FREE, PAID = "0291000001", "0291000002", "0800100003", "0291000004"
SHORT_BUDGET = "0291000005"
CITIZEN = "+358401234567"


def prompts(call: PhoneCall) -> list[str]:
    """The prompts heard, each once however many clips it has, without music."""
    names: list[str] = []
    for heard in call.hearing.transcript():
        name = f"{heard.language}/{heard.prompt}"
        if heard.language is not None and (not names or names[-1] != name):
            names.append(name)
    return names


def provisional(call: PhoneCall) -> int:
    """How many 183s were received for the INVITE."""
    return sum(1 for message in call.messages if message.answers("INVITE", 183))


@pytest.mark.parametrize(("key", "language"), [("1", "fi"), ("2", "sv")])
async def test_a_caller_is_served_in_the_language_chosen_and_answered_only_by_a_counsellor(
    line: Line, telephony: Telephony, passwords: dict[str, str], key: str, language: str
) -> None:
    anna = await telephony.counsellor("anna", passwords["anna"])
    citizen = await telephony.citizen(CITIZEN)
    call = await citizen.dial(FREE)
    await call.heard("sv/lang_choice")
    await call.press(key)
    await call.heard(f"{language}/topic_menu", within_s=20)
    await call.press("1")
    leg = await anna.next_call(within_s=15)
    assert leg.display_name.startswith(f"{language.upper()} Lapsiperheet 0:0")
    await call.heard(f"{language}/queue_next", out=True)
    assert call.answered_at is None
    await leg.answer()
    await leg.heard(f"{language}/topic/families", out=True)
    assert call.answered_at is None
    await call.answered()
    assert prompts(call)[:6] == [
        "fi/lang_choice",
        "sv/lang_choice",
        f"{language}/welcome",
        f"{language}/free_queue",
        f"{language}/topic_menu",
        f"{language}/queue_next",
    ]
    assert provisional(call) >= 3
    call.speak_tone(440)
    leg.speak_tone(600)
    await leg.hears_tone(440)
    await call.hears_tone(600)
    await call.hang_up()
    await leg.ended()
    assert await line.outcomes(1) == ["served"]
