"""Keys: the right one, a wrong one, none at all, too early, in the middle of a prompt."""

import pytest

from ivr.phone.phone import Telephony
from tests.e2e.heard import answers, cut_off, prompts
from tests.e2e.joining import KEYS, MENUS, choose, dial
from tests.e2e.line import Line


async def test_a_caller_who_presses_nothing_is_asked_again_and_served_in_finnish(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    anna = await telephony.counsellor("anna", passwords["anna"])
    call = await dial(telephony, MENUS)
    leg = await anna.next_call(within_s=70)
    assert leg.display_name.startswith("FI Lapsiperheet ")
    await call.heard("fi/queue_next", out=True)
    assert prompts(call) == [
        *("fi/lang_choice", "sv/lang_choice"),
        *("fi/lang_no_input", "fi/lang_retry", "sv/lang_no_input", "sv/lang_retry"),
        *("fi/welcome", "fi/free_queue"),
        *("fi/topic_short", "fi/no_input", "fi/topic_short", "fi/default_route"),
        "fi/queue_next",
    ]
    assert cut_off(call) == [], call.story()
    await leg.answer()
    await call.answered()
    await leg.hang_up()
    assert await line.outcomes(1) == ["served"]


async def test_a_caller_who_presses_only_wrong_keys_is_told_so_and_goes_on(
    line: Line, telephony: Telephony
) -> None:
    call = await dial(telephony, MENUS)
    for question in ("fi/lang_choice", "fi/lang_invalid", "fi/topic_short", "fi/invalid_choice"):
        await call.heard(question)
        await call.press("9")
        if question == "fi/lang_invalid":
            await call.heard("fi/welcome")
            await call.press("#")
    await call.heard("fi/queue_next", out=True)
    assert prompts(call) == [
        *("fi/lang_choice", "fi/lang_invalid", "fi/welcome"),
        *("fi/topic_short", "fi/invalid_choice", "fi/default_route", "fi/queue_next"),
    ]
    await call.hang_up()
    assert await line.outcomes(1) == ["abandoned_queue"]
    assert [row["topic"] for row in await line.rows("SELECT topic FROM call")] == ["families"]


async def test_a_wrong_key_and_then_silence_are_answered_each_in_its_own_words(
    line: Line, telephony: Telephony
) -> None:
    call = await dial(telephony, MENUS)
    await choose(call, "sv")
    await call.heard("sv/topic_short")
    await call.press("7")
    await call.heard("sv/queue_next", within_s=20, out=True)
    assert prompts(call)[2:] == [
        *("sv/topic_short", "sv/invalid_choice", "sv/topic_short"),
        *("sv/default_route", "sv/queue_next"),
    ]
    await call.hang_up()
    assert await line.outcomes(1) == ["abandoned_queue"]


@pytest.mark.parametrize("language", ["fi", "sv"])
async def test_a_key_cuts_off_the_prompt_that_it_answers(
    line: Line, telephony: Telephony, language: str
) -> None:
    call = await dial(telephony, MENUS)
    await call.heard("fi/lang_choice")
    await call.press(KEYS[language])
    await call.heard(f"{language}/welcome")
    await call.press("#")
    await call.heard(f"{language}/topic_short")
    await call.press("3")
    await call.heard(f"{language}/queue_next", out=True)
    asked = ["fi/lang_choice", f"{language}/welcome", f"{language}/topic_short"]
    assert prompts(call) == [*asked, f"{language}/queue_next"]
    assert cut_off(call) == asked, call.story()
    await call.hang_up()
    assert await line.outcomes(1) == ["abandoned_queue"]
    (row,) = await line.rows("SELECT language, topic FROM call")
    assert tuple(row) == (language, "adults")


async def test_a_key_that_skips_the_notices_is_no_answer_to_the_question_after_them(
    line: Line, telephony: Telephony
) -> None:
    call = await dial(telephony, MENUS)
    await call.heard("fi/lang_choice")
    await call.press("1")
    await call.heard("fi/welcome")
    await call.press("3")
    await call.heard("fi/no_input")
    assert prompts(call) == ["fi/lang_choice", "fi/welcome", "fi/topic_short", "fi/no_input"]
    assert cut_off(call)[:2] == ["fi/lang_choice", "fi/welcome"], call.story()
    assert "fi/topic_short" not in cut_off(call)
    await call.press("2")
    await call.heard("fi/queue_next")
    await call.hang_up()
    assert await line.outcomes(1) == ["abandoned_queue"]
    assert [row["topic"] for row in await line.rows("SELECT topic FROM call")] == ["disability"]


async def test_zero_is_an_answer_that_leads_to_the_general_topic(
    line: Line, telephony: Telephony
) -> None:
    call = await dial(telephony, MENUS)
    await choose(call, "fi")
    await call.heard("fi/topic_short")
    await call.press("0")
    await call.heard("fi/queue_next")
    assert prompts(call)[2:] == ["fi/topic_short", "fi/queue_next"]
    assert answers(call) == 0
    await call.hang_up()
    assert await line.outcomes(1) == ["abandoned_queue"]
    assert [row["topic"] for row in await line.rows("SELECT topic FROM call")] == ["families"]
