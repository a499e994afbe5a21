"""A key while waiting: the other language, the announcement again; each keeps the place."""

from ivr.phone.phone import Phone, Telephony
from tests.e2e.callers import restart
from tests.e2e.heard import answers, prompts, spoken
from tests.e2e.joining import ANOTHER, BY_NUMBER, QUIET, SHORT_BUDGET, dial, join
from tests.e2e.line import Line

JOINED = "SELECT DISTINCT joined FROM call WHERE joined IS NOT NULL"


async def test_key_9_changes_the_language_and_keeps_the_place_even_over_a_crash(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    first = await join(telephony, QUIET, "fi")
    (joined,) = await line.rows_once(JOINED, 1)
    second = await join(telephony, QUIET, "fi", caller=ANOTHER)
    await first.heard("sv/lang_switch")
    await first.press("9")
    await first.heard("sv/queue_next")
    await first.heard("music")
    await restart(line)
    await first.heard("sv/queue_next", within_s=15)
    (now,) = await line.rows("SELECT joined, language FROM call ORDER BY arrived LIMIT 1")
    assert (now["joined"], now["language"]) == (joined["joined"], "sv")
    changes = await line.rows("SELECT data FROM call_event WHERE kind = 'language'")
    assert len(changes) == 1
    anna = await telephony.counsellor("anna", passwords["anna"])
    leg = await anna.next_call(within_s=15)
    assert leg.display_name.startswith("SV ")
    await leg.answer()
    await first.answered(within_s=15)
    await first.hang_up()
    await second.hang_up()
    assert (await line.outcomes(2))[0] == "served"


async def test_key_9_lets_a_phone_ring_on_whose_counsellor_speaks_the_other_language_too(
    line: Line, telephony: Telephony, anna: Phone
) -> None:
    call = await join(telephony, QUIET, "fi")
    leg = await anna.next_call()
    await call.press("9")
    await call.heard("sv/queue_next")
    await leg.answer()
    await leg.heard("sv/whisper_sv", out=True)
    await call.answered()
    await call.hang_up()
    assert await line.outcomes(1) == ["served"]


async def test_key_9_stops_the_phone_of_a_counsellor_who_does_not_speak_the_other_language(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    cecilia = await telephony.counsellor("cecilia", passwords["cecilia"])  # Finnish only
    call = await join(telephony, BY_NUMBER, "fi")
    finnish = await cecilia.next_call()
    await call.press("9")
    ending = await finnish.ended()
    assert not ending.by_us
    anna = await telephony.counsellor("anna", passwords["anna"])
    swedish = await anna.next_call()
    assert swedish.display_name.startswith("SV ")
    await swedish.answer()
    await call.answered()
    await call.hang_up()
    assert await line.outcomes(1) == ["served"]


async def test_key_0_says_the_place_again_as_it_is_now(line: Line, telephony: Telephony) -> None:
    first = await join(telephony, QUIET, "sv")
    second = await join(telephony, QUIET, "sv", caller=ANOTHER)
    await second.heard("music")
    await first.hang_up()
    await line.outcomes(1)
    await second.press("0")
    await second.heard("sv/queue_next")
    await second.hang_up()
    assert await line.outcomes(2) == ["abandoned_queue"] * 2


async def test_the_number_is_kept_when_the_free_waiting_leaves_no_time_for_the_question_for_it(
    line: Line, telephony: Telephony
) -> None:
    call = await dial(telephony, SHORT_BUDGET)
    await call.heard("fi/welcome")
    await call.press("#")
    await call.heard("fi/queue_next")
    await call.press("1")
    await call.heard("fi/goodbye", within_s=30, out=True)
    await call.ended(within_s=15)
    assert prompts(call)[-2:] == ["fi/callback_saved_today", "fi/goodbye"], call.story()
    assert "fi/number_confirm" not in prompts(call), call.story()
    assert answers(call) == 0
    assert await line.outcomes(1) == ["callback"]
    assert len(await line.rows("SELECT FROM callback")) == 1
    assert spoken(call)[-1].complete
