"""The caller hangs up, in every scene: one outcome each, and the counsellor is free again.

That nothing is left of a call is checked after every test, by the fixture `line`.
"""

from ivr.phone.phone import Phone, PhoneCall, Telephony
from tests.e2e.heard import answers, prompts
from tests.e2e.joining import MENUS, QUIET, SHUT, choose, dial, join
from tests.e2e.line import Line

NOBODYS = "0299999999"


async def is_free(counsellor: Phone, telephony: Telephony) -> None:
    """The counsellor is rung for the next caller and can talk with them."""
    call = await join(telephony, QUIET)
    leg = await counsellor.next_call()
    await leg.answer()
    await call.answered()
    await call.hang_up()
    await leg.ended()


async def unanswered(call: PhoneCall) -> bool:
    """The caller hangs up before any answer; whether that is how it ended."""
    await call.hang_up()
    ending = await call.ended()
    return (ending.status, ending.by_us, answers(call)) == (487, True, 0)


async def test_hanging_up_at_each_question_and_at_the_notices_is_leaving_the_menu(
    line: Line, telephony: Telephony
) -> None:
    language, notices, topic = [await dial(telephony, MENUS) for _ in range(3)]
    await language.heard("fi/lang_choice")
    await notices.heard("fi/lang_choice")
    await notices.press("1")
    await notices.heard("fi/welcome")
    await choose(topic, "fi")
    await topic.heard("fi/topic_short")
    for call in (language, notices, topic):
        assert await unanswered(call), call.story()
    assert await line.outcomes(3) == ["abandoned_menu"] * 3


async def test_hanging_up_in_the_line_is_leaving_the_line(line: Line, telephony: Telephony) -> None:
    told, music, callback = [await join(telephony) for _ in range(3)]
    await music.heard("music")
    await callback.press("1")
    await callback.heard("fi/number_confirm.1")
    for call in (told, music, callback):
        assert await unanswered(call), call.story()
    assert await line.outcomes(3) == ["abandoned_queue"] * 3
    assert await line.rows("SELECT * FROM callback") == []


async def test_the_counsellors_phone_stops_ringing_when_the_caller_hangs_up(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    anna = await telephony.counsellor("anna", passwords["anna"])
    call = await join(telephony)
    leg = await anna.next_call()
    assert await unanswered(call), call.story()
    ending = await leg.ended()
    assert (ending.status, ending.by_us) == (487, False)
    assert any(message.method == "CANCEL" for message in leg.messages)
    await is_free(anna, telephony)
    assert await line.outcomes(2) == ["abandoned_queue", "served"]


async def test_hanging_up_while_the_counsellor_is_told_who_calls_is_leaving_the_line(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    anna = await telephony.counsellor("anna", passwords["anna"])
    call = await join(telephony)
    leg = await anna.next_call()
    await leg.answer()
    await leg.heard("fi/whisper_fi")
    assert await unanswered(call), call.story()
    assert not (await leg.ended()).by_us
    await is_free(anna, telephony)
    assert await line.outcomes(2) == ["abandoned_queue", "served"]


async def test_hanging_up_while_talking_ends_a_call_that_was_served(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    anna = await telephony.counsellor("anna", passwords["anna"])
    call = await join(telephony)
    leg = await anna.next_call()
    await leg.answer()
    await call.answered()
    await call.hang_up()
    ending = await leg.ended()
    assert (ending.reason, ending.by_us) == ("Q.850;cause=16", False)
    await is_free(anna, telephony)
    assert await line.outcomes(2) == ["served"] * 2


async def test_hanging_up_on_a_closed_line_is_having_been_told(
    line: Line, telephony: Telephony
) -> None:
    call = await dial(telephony, SHUT)
    await call.heard("fi/closed")
    assert await unanswered(call), call.story()
    assert await line.outcomes(1) == ["closed_hours"]


async def test_a_number_of_nobody_is_told_so_in_both_languages_and_written_down(
    line: Line, telephony: Telephony
) -> None:
    heard_out, cut_short = [await dial(telephony, NOBODYS) for _ in range(2)]
    await cut_short.heard("fi/unknown_number")
    assert await unanswered(cut_short), cut_short.story()
    ending = await heard_out.ended(within_s=20)
    assert (ending.status, ending.by_us) == (480, False)
    assert prompts(heard_out) == ["fi/unknown_number", "sv/unknown_number"]
    assert answers(heard_out) == 0
    assert await line.outcomes(2) == ["unknown_number"] * 2
    finished = [entry for entry in line.logged().splitlines() if "call.finished" in entry]
    assert len(finished) == 2
    assert all('"unknown_number"' in entry and NOBODYS not in entry for entry in finished)
