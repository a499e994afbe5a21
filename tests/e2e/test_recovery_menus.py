"""kill -9 of the controller, and a start again, while a caller is asked or told something."""

import pytest

from ivr.phone.hearing import Heard
from ivr.phone.phone import Phone, Telephony
from tests.e2e.callers import in_line, restart, served, talk, times_heard
from tests.e2e.heard import spoken
from tests.e2e.joining import CITIZEN, MENUS, QUIET, dial, join
from tests.e2e.line import Line

# What the caller on line `menus` hears first in each scene, and a key that leads on.
ASKED = (("lang_choice", "2"), ("sv/welcome", "#"), ("sv/topic_short", "1"))
SAID = (
    {"fi/lang_choice", "sv/lang_choice"},
    {"sv/welcome", "sv/free_queue"},
    {"sv/topic_short"},
)


@pytest.mark.parametrize("dies_in", range(len(ASKED)), ids=["language", "notices", "topic"])
async def test_a_caller_goes_on_in_the_scene_in_which_the_controller_died(
    line: Line, telephony: Telephony, anna: Phone, dies_in: int
) -> None:
    call = await dial(telephony, MENUS)
    for place, (prompt, key) in enumerate(ASKED):
        await call.heard(prompt)
        if place == dies_in:
            await restart(line)
            await call.heard(prompt)
        await call.press(key)
    await served(call, anna)
    assert await line.outcomes(1) == ["served"]
    heard = times_heard(call)
    assert max(heard.values()) == 2, call.story()
    assert {clip for clip, times in heard.items() if times > 1} <= SAID[dies_in], call.story()


async def test_the_callback_question_is_put_again_after_the_controller_died(
    line: Line, telephony: Telephony
) -> None:
    call = await in_line(telephony, "sv")
    await call.press("1")
    await call.heard("sv/number_confirm")
    await restart(line)
    await call.heard("sv/number_confirm")
    assert await numbers_kept(line) == []
    await call.press("1")
    await call.heard(promise)
    await call.hang_up()
    assert await line.outcomes(1) == ["callback"]
    assert await numbers_kept(line) == [CITIZEN]


@pytest.mark.parametrize("moment", ["it was confirmed", "it was promised"])
async def test_a_callback_is_kept_once_when_the_controller_died_as(
    line: Line, telephony: Telephony, moment: str
) -> None:
    call = await in_line(telephony, "sv")
    await call.press("1")
    await call.heard("sv/number_confirm")
    await call.press("1")
    if moment == "it was promised":
        await call.heard(promise)
    await restart(line)
    if (await call.heard(promise_or_question)).prompt == "number_confirm":
        await call.press("1")
        await call.heard(promise)
    await call.hang_up()
    assert await line.outcomes(1) == ["callback"]
    assert await numbers_kept(line) == [CITIZEN]
    said = [heard for heard in spoken(call) if promise(heard) and heard.clip.endswith(".1")]
    assert 1 <= len(said) <= 2, call.story()


async def test_a_counsellor_who_is_told_of_a_caller_is_told_again_and_not_rung_again(
    line: Line, telephony: Telephony, anna: Phone
) -> None:
    call = await join(telephony, QUIET, "sv")
    leg = await anna.next_call()
    await leg.answer()
    await leg.heard("sv/whisper_sv")
    await restart(line)
    await leg.heard("sv/whisper_sv")
    assert call.answered_at is None
    await call.answered()
    await talk(call, leg)
    await call.hang_up()
    await leg.ended()
    assert await line.outcomes(1) == ["served"]
    assert len(await line.rows("SELECT FROM call_event WHERE kind = 'ringing'")) == 1
    assert not call.hearing.silences(1.0), call.story()


def promise(heard: Heard) -> bool:
    """Which of the two it is depends on the hour."""
    return heard.prompt in {"callback_saved_today", "callback_saved_next"}


def promise_or_question(heard: Heard) -> bool:
    return promise(heard) or heard.says("sv/number_confirm")


async def numbers_kept(line: Line) -> list[str]:
    return [row["number"] for row in await line.rows("SELECT number FROM callback")]
