"""A citizen and a counsellor on real SIP, with the prompts recognised by their sound."""

import pytest

from ivr.phone.phone import Telephony
from tests.e2e.heard import answers, cut_off, prompts, statuses
from tests.e2e.joining import BY_NUMBER, CITIZEN, FREE, KEYS, choose, dial
from tests.e2e.line import Line


@pytest.mark.parametrize("language", ["fi", "sv"])
async def test_a_caller_is_served_in_the_language_chosen_and_answered_only_by_a_counsellor(
    line: Line, telephony: Telephony, passwords: dict[str, str], language: str
) -> None:
    anna = await telephony.counsellor("anna", passwords["anna"])
    call = await dial(telephony, FREE)
    await call.heard("sv/lang_choice")
    await call.press(KEYS[language])
    await call.heard(f"{language}/topic_menu", within_s=20)
    await call.press("1")
    leg = await anna.next_call(within_s=15)
    assert leg.display_name.startswith(f"{language.upper()} Lapsiperheet 0:0")
    await call.heard(f"{language}/queue_next", out=True)
    assert answers(call) == 0
    await leg.answer()
    topic = await leg.heard(f"{language}/topic/families", out=True)
    await call.answered()
    assert call.answered_at is not None
    assert leg.began + topic.started_at_s < call.answered_at, call.story()
    assert prompts(leg) == [f"{language}/whisper_{language}", f"{language}/topic/families"]
    assert cut_off(leg) == [], leg.story()
    assert prompts(call) == [
        *("fi/lang_choice", "sv/lang_choice"),
        *(f"{language}/welcome", f"{language}/free_queue", f"{language}/topic_menu"),
        f"{language}/queue_next",
    ]
    assert cut_off(call) == ["sv/lang_choice", f"{language}/topic_menu"], call.story()
    call.speak_tone(440)
    leg.speak_tone(600)
    await leg.hears_tone(440)
    await call.hears_tone(600)
    assert set(statuses(call)[:-1]) == {183}
    assert statuses(call)[-1] == 200
    await call.hang_up()
    await leg.ended()
    assert await line.outcomes(1) == ["served"]
    (row,) = await line.rows("SELECT caller, language, topic, counsellor FROM call")
    assert tuple(row) == (CITIZEN, language, "families", "anna")


@pytest.mark.parametrize("language", ["fi", "sv"])
async def test_a_line_whose_number_says_the_topic_asks_for_none(
    line: Line, telephony: Telephony, passwords: dict[str, str], language: str
) -> None:
    anna = await telephony.counsellor("anna", passwords["anna"])
    call = await dial(telephony, BY_NUMBER)
    await choose(call, language)
    leg = await anna.next_call()
    assert leg.display_name.startswith(f"{language.upper()} Työikäiset 0:0")
    await call.heard(f"{language}/queue_next")
    told = ["fi/lang_choice", f"{language}/welcome", f"{language}/queue_next"]
    assert prompts(call)[:3] == told
    await leg.answer()
    await leg.heard(f"{language}/topic/adults", out=True)
    await call.answered()
    await call.hang_up()
    assert await line.outcomes(1) == ["served"]
