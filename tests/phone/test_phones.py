"""The phones on a real Asterisk: what they hear, send and show is what is on the wire."""

import asyncio
from collections.abc import Sequence

import pytest

from ivr.phone.phone import CallGone, CallState, Ending, NoService, NotInTime, Telephony
from ivr.phone.wire import SipMessage
from tests.phone.sounds import sine


def statuses(messages: Sequence[SipMessage]) -> list[int]:
    """The responses to the INVITE."""
    return [m.status for m in messages if m.cseq_method == "INVITE" and m.status]


async def test_the_caller_hears_the_prompts_in_order_before_the_answer_and_after_it(
    telephony: Telephony,
) -> None:
    citizen = await telephony.citizen("+358401234567")
    call = await citizen.dial("100")
    assert call.state in (CallState.RINGING, CallState.EARLY)  # the 183 may have come already
    states = [CallState.RINGING]
    await call.heard("fi/welcome", within_s=5)
    states.append(call.state)
    assert statuses(call.messages) == [100, 183]
    second = await call.heard("welcome", within_s=8)
    assert second.says("sv/welcome")
    assert statuses(call.messages) == [100, 183]
    last = await call.heard("digit/0", within_s=5)
    states.append(call.state)
    assert call.answered_at is not None
    assert call.answered_at - call.began <= last.started_at_s + 0.5
    ending = await call.ended()
    assert ending == Ending(status=0, reason="Q.850;cause=16", by_us=False)
    assert [*states, call.state] == list(CallState)
    assert statuses(call.messages) == [100, 183, 200]
    assert call.hearing.clips() == ("fi/welcome", "fi/digit/4", "sv/welcome", "fi/digit/0")
    assert all(heard.complete for heard in call.hearing.transcript()), call.story()


async def test_a_gap_between_two_prompts_is_known_as_silence(telephony: Telephony) -> None:
    call = await (await telephony.citizen("+358401234567")).dial("100")
    await call.heard("sv/welcome", within_s=8)
    first = call.hearing.transcript()[0]
    gaps = call.hearing.silences(min_s=0.8)
    assert len([start for start, _ in gaps if start > first.started_at_s + 1.0]) == 1


async def test_a_key_pressed_before_the_answer_arrives_and_cuts_the_prompt_off(
    telephony: Telephony,
) -> None:
    call = await (await telephony.citizen("+358401234567")).dial("200")
    await call.heard("question")
    await call.press("9")
    await call.heard("digit/4")
    await call.ended()
    question, _ = call.hearing.transcript()
    assert question.over
    assert not question.complete
    assert call.answered_at is None


async def test_a_caller_who_hangs_up_before_the_answer_cancels_at_once(
    telephony: Telephony,
) -> None:
    call = await (await telephony.citizen("+358401234567")).dial("300")
    await call.heard("music")
    await call.hang_up()
    ending = await call.ended()
    assert ending == Ending(status=487, reason="Request Terminated", by_us=True)
    await call.hang_up()
    with pytest.raises(CallGone):
        await call.press("1")


async def test_hanging_up_right_after_dialling_still_cancels(telephony: Telephony) -> None:
    call = await (await telephony.citizen("+358401234567")).dial("300")
    await call.hang_up()
    assert (await call.ended()).status == 487
    assert "CANCEL" in {message.method for message in call.messages}


async def test_a_refused_call_ends_with_its_status(telephony: Telephony) -> None:
    call = await (await telephony.citizen("+358401234567")).dial("600")
    assert (await call.ended()).status == 486
    assert not len(call.pcm)


@pytest.mark.parametrize(("number", "clip"), [("+358401234567", "digit/4"), (None, "digit/0")])
async def test_the_line_sees_a_number_only_if_it_is_shown(
    telephony: Telephony, number: str | None, clip: str
) -> None:
    call = await (await telephony.citizen(number)).dial("700")
    await call.heard(clip)
    invite = call.messages[0]
    assert ("id" in invite.headers.get("privacy", "")) is (number is None)
    assert invite.number == (number or "anonymous")


async def test_music_is_heard_as_one_however_long_it_plays(telephony: Telephony) -> None:
    call = await (await telephony.citizen("+358401234567")).dial("300")
    music = await call.heard("music")
    await call.until(lambda: len(call.pcm) > 5 * 8000, "5 s of sound", within_s=10)
    assert call.hearing.clips() == ("music",)
    assert not music.over


async def test_what_one_says_comes_back_from_an_echo(telephony: Telephony) -> None:
    call = await (await telephony.citizen("+358401234567")).dial("400")
    await call.answered()
    call.speak_tone(440)
    await call.hears_tone(440)
    call.hush()
    await call.until(lambda: not call.hearing.tone(440), "silence", within_s=5)
    call.speak(sine(1000, 0.5))
    await call.hears_tone(1000)


async def test_the_counsellor_sees_who_calls_answers_and_both_hear_each_other(
    telephony: Telephony, secret: str
) -> None:
    anna = await telephony.counsellor("anna", secret)
    call = await (await telephony.citizen("+358401234567")).dial("500")
    ring = await anna.next_call()
    assert ring.display_name == "SV Lapsiperheet 3:40"
    assert ring.number == "+358401234567"
    assert ring.state is CallState.RINGING
    assert call.answered_at is None
    await ring.answer()
    await call.answered()
    call.speak_tone(440)
    ring.speak_tone(700)
    await ring.hears_tone(440)
    await call.hears_tone(700)
    await ring.hang_up()
    assert (await ring.ended()).by_us
    assert not (await call.ended()).by_us


async def test_the_counsellors_phone_stops_ringing_when_the_caller_hangs_up(
    telephony: Telephony, secret: str
) -> None:
    anna = await telephony.counsellor("anna", secret)
    call = await (await telephony.citizen("+358401234567")).dial("500")
    ring = await anna.next_call()
    await call.hang_up()
    assert (await ring.ended()) == Ending(status=487, reason="Request Terminated", by_us=False)
    with pytest.raises(CallGone):
        await ring.answer()


async def test_a_counsellor_may_refuse_a_call(telephony: Telephony, secret: str) -> None:
    anna = await telephony.counsellor("anna", secret)
    call = await (await telephony.citizen("+358401234567")).dial("500")
    ring = await anna.next_call()
    await ring.reject()
    assert await ring.ended() == Ending(status=486, reason="Busy Here", by_us=True)
    assert (await call.ended()).status == 486


async def test_a_phone_that_has_left_the_exchange_is_not_rung(
    telephony: Telephony, secret: str
) -> None:
    anna = await telephony.counsellor("anna", secret)
    await anna.unregister()
    call = await (await telephony.citizen("+358401234567")).dial("500")
    assert (await call.ended()).status >= 400
    with pytest.raises(NotInTime, match="anna has not rung"):
        await anna.next_call(within_s=0.1)


async def test_a_wrong_password_is_refused(telephony: Telephony) -> None:
    with pytest.raises(NoService, match="anna is not registered at"):
        await telephony.counsellor("anna", "wrong")


async def test_what_does_not_happen_is_reported_with_the_story_of_the_call(
    telephony: Telephony,
) -> None:
    call = await (await telephony.citizen("+358401234567")).dial("300")
    await call.heard("music")
    with pytest.raises(NotInTime) as report:
        await call.heard("fi/welcome", within_s=0.2)
    told = str(report.value)
    assert "no prompt fi/welcome within 0.2 s" in told
    assert told.index("→ INVITE") < told.index("← 183 Session Progress (INVITE)")
    assert "music" in told


async def test_twenty_calls_at_once_hear_everything(telephony: Telephony) -> None:
    numbers = [f"+3584012345{n:02}" for n in range(20)]
    citizens = [await telephony.citizen(number) for number in numbers]
    calls = [await citizen.dial("100") for citizen in citizens]
    await asyncio.gather(*(call.ended(within_s=20) for call in calls))
    everything = ("fi/welcome", "fi/digit/4", "sv/welcome", "fi/digit/0")
    assert {call.hearing.clips() for call in calls} == {everything}
