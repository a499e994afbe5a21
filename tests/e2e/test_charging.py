"""When a call is answered, and what it says of the price, by the line's `charging`."""

import pytest

from ivr.phone.phone import Telephony
from tests.e2e.heard import answers, cut_off, prompts, statuses
from tests.e2e.joining import (
    ANOTHER,
    BY_NUMBER,
    CITIZEN,
    KEYS,
    LIMITED,
    PAID,
    QUIET,
    TOLL_FREE,
    dial,
    join,
    tells_place,
)
from tests.e2e.line import Line

CALLERS = {"fi": CITIZEN, "sv": ANOTHER}
NOTICES = {
    BY_NUMBER: ["free_queue"],
    TOLL_FREE: ["emergency", "free_call"],
    PAID: ["emergency", "price_waiting"],
}


@pytest.mark.parametrize("number", NOTICES)
async def test_a_line_says_of_the_price_what_is_true_of_it(
    line: Line, telephony: Telephony, number: str
) -> None:
    calls = {lang: await dial(telephony, number, caller=CALLERS[lang]) for lang in KEYS}
    for language, call in calls.items():
        await call.heard("fi/lang_choice")
        await call.press(KEYS[language])
    for language, call in calls.items():
        await call.heard(tells_place, within_s=30, out=True)
        wanted = [f"{language}/{name}" for name in ("welcome", *NOTICES[number])]
        assert prompts(call)[:-1] == ["fi/lang_choice", *wanted], call.story()
        assert cut_off(call) == ["fi/lang_choice"], call.story()
        await call.hang_up()
    assert await line.outcomes(2) == ["abandoned_queue"] * 2


@pytest.mark.parametrize("number", [TOLL_FREE, PAID])
async def test_a_line_whose_waiting_is_not_early_media_is_answered_before_its_first_prompt(
    line: Line, telephony: Telephony, number: str
) -> None:
    call = await dial(telephony, number)
    await call.heard("fi/lang_choice")
    assert statuses(call) == [200]  # and no 183: there was nothing to be heard before
    await call.hang_up()
    assert await line.outcomes(1) == ["abandoned_menu"]


async def test_the_wait_is_kept_alive_by_a_183_at_least_every_minute(
    line: Line, telephony: Telephony
) -> None:
    call = await join(telephony, QUIET)
    music = await call.heard("music")
    later = call.began + music.started_at_s + 30  # nothing but music for a while
    # Asterisk repeats the last 183 itself after 60 s; the line is to be earlier.
    await call.until(
        lambda: any(m.at > later and m.answers("INVITE", 183) for m in call.messages),
        "183 in the music",
        within_s=55,
    )
    assert set(statuses(call)) == {183}
    assert [heard.prompt for heard in call.hearing.transcript()][-1] == "music"
    await call.hang_up()
    assert await line.outcomes(1) == ["abandoned_queue"]


async def test_a_caller_is_told_before_the_free_waiting_ends_and_only_then_answered(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    call = await dial(telephony, LIMITED)
    await call.heard("fi/welcome")
    await call.press("#")
    notice = await call.heard("fi/free_window_answer", within_s=15)
    assert answers(call) == 0
    await call.answered(within_s=15)
    told = [prompt for prompt in prompts(call) if prompt != "fi/queue_next"]  # if there was time
    assert told == ["fi/welcome", "fi/free_window_answer"]
    assert cut_off(call) == ["fi/welcome"], call.story()
    assert call.answered_at is not None
    assert call.answered_at - call.began > notice.started_at_s
    anna = await telephony.counsellor("anna", passwords["anna"])
    leg = await anna.next_call()
    await leg.answer()
    await leg.heard("fi/topic/families", out=True)
    leg.speak_tone(600)
    await call.hears_tone(600)
    assert answers(call) == 1
    await call.hang_up()
    assert await line.outcomes(1) == ["served"]


async def test_a_caller_who_is_told_that_paying_begins_may_hang_up_unanswered(
    line: Line, telephony: Telephony
) -> None:
    call = await dial(telephony, LIMITED)
    await call.heard("fi/welcome")
    await call.press("#")
    await call.heard("fi/free_window_answer", within_s=15)
    await call.hang_up()
    await call.ended()
    assert answers(call) == 0
    assert await line.outcomes(1) == ["abandoned_queue"]
