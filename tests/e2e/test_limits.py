"""Where the waiting comes to its end: the caller is told why, and something is done for them."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from ivr.phone.phone import PhoneCall, Telephony
from tests.e2e.heard import answers, prompts
from tests.e2e.joining import (
    ANOTHER,
    CITIZEN,
    CROWDED,
    ELSEWHERE,
    EMPTY,
    LATE,
    PATIENT,
    dial,
)
from tests.e2e.line import Line

LIMITS = (
    "SELECT data ->> 'because' AS because, data ->> 'ending' AS ending"
    " FROM call_event WHERE kind = 'limit' ORDER BY at"
)


async def waiting(telephony: Telephony, number: str, *, caller: str | None = CITIZEN) -> PhoneCall:
    """A caller on a line of one language who has skipped its notices."""
    call = await dial(telephony, number, caller=caller)
    await call.heard("fi/welcome")
    await call.press("#")
    return call


async def limits(line: Line) -> list[tuple[str, str]]:
    """Which limits were reached, and how each ended the wait."""
    return [(row["because"], row["ending"]) for row in await line.rows(LIMITS)]


async def test_after_the_longest_wait_a_callback_is_offered_and_kept_for_who_agrees(
    line: Line, telephony: Telephony
) -> None:
    call = await waiting(telephony, PATIENT)
    await call.heard("fi/wait_longest", within_s=20)
    await call.heard("fi/limit_confirm.2", within_s=20)
    await call.press("1")
    await call.heard("fi/callback_saved_today.1")
    await call.heard("fi/goodbye", within_s=20, out=True)
    ending = await call.ended()
    assert not ending.by_us
    assert await line.outcomes(1) == ["callback"]
    assert await limits(line) == [("longest", "offer_callback")]
    (row,) = await line.rows("SELECT number, line FROM callback")
    assert tuple(row) == (CITIZEN, "patient")


async def test_who_does_not_agree_and_who_hides_the_number_hear_the_notice(
    line: Line, telephony: Telephony
) -> None:
    silent = await waiting(telephony, PATIENT)
    hidden = await waiting(telephony, PATIENT, caller=None)
    await hidden.heard("fi/goodbye", within_s=60)
    await silent.heard("fi/goodbye", within_s=30)
    for call in (silent, hidden):
        assert not (await call.ended()).by_us
    asked = ["fi/number_hidden", "fi/number_entry"]
    assert prompts(hidden)[-5:] == ["fi/wait_longest", *asked, "fi/call_later", "fi/goodbye"]
    assert prompts(silent)[-3:] == ["fi/limit_confirm", "fi/call_later", "fi/goodbye"]
    assert await line.outcomes(2) == ["turned_away"] * 2
    assert await line.rows("SELECT FROM callback") == []


async def test_who_finds_the_line_full_is_told_so_unanswered_and_never_joins_it(
    line: Line, telephony: Telephony
) -> None:
    first = await waiting(telephony, CROWDED)
    await first.heard("fi/queue_next")
    second = await waiting(telephony, CROWDED, caller=ANOTHER)
    ending = await second.ended(within_s=30)
    assert (ending.status, ending.by_us) == (480, False)
    assert prompts(second)[-3:] == ["fi/queue_full", "fi/call_later", "fi/goodbye"]
    assert answers(second) == 0
    await first.hang_up()
    third = await waiting(telephony, CROWDED, caller=ANOTHER)
    await third.heard("fi/queue_next")
    await third.hang_up()
    assert await line.outcomes(3) == ["abandoned_queue", "turned_away", "abandoned_queue"]
    rows = await line.rows("SELECT joined FROM call ORDER BY arrived")
    assert [row["joined"] is None for row in rows] == [False, True, False]
    joined = await line.rows("SELECT DISTINCT call_id FROM call_event WHERE kind = 'joined'")
    assert len(joined) == 2


async def test_where_nobody_is_at_work_the_caller_is_told_so_and_may_be_called_back(
    line: Line, telephony: Telephony
) -> None:
    call = await waiting(telephony, EMPTY)
    await call.heard("fi/queue_next")
    await call.heard("fi/nobody_present", within_s=15)
    await call.heard("fi/limit_confirm.2", within_s=20)
    await call.press("1")
    await call.heard("fi/callback_saved_today.1")
    await call.hang_up()
    assert answers(call) == 0
    assert await line.outcomes(1) == ["callback"]
    assert await limits(line) == [("nobody", "offer_callback")]


async def test_the_last_counsellor_who_goes_is_noticed_by_who_waits(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    anna = await telephony.counsellor("anna", passwords["anna"])
    call = await waiting(telephony, EMPTY)
    leg = await anna.next_call()
    await call.heard("fi/queue_next")
    await leg.reject()
    await anna.unregister()
    await call.heard("fi/nobody_present", within_s=20)
    await call.hang_up()
    assert await line.outcomes(1) == ["turned_away"]


async def test_who_is_led_to_another_topic_is_served_there(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    cecilia = await telephony.counsellor("cecilia", passwords["cecilia"])
    call = await waiting(telephony, ELSEWHERE)
    await call.heard("fi/nobody_present", within_s=20)
    await call.heard("fi/other_topic")
    leg = await cecilia.next_call(within_s=15)
    await leg.answer()
    await leg.heard("topic/adults", within_s=10)
    await call.hang_up()
    await line.outcomes(1)
    (row,) = await line.rows("SELECT topic FROM call")
    assert row["topic"] == "adults"
    assert await limits(line) == [("nobody", "other_topic")]


async def test_at_closing_the_caller_hears_that_they_may_stay_and_then_that_they_are_called_back(
    line_at: Callable[[str], AbstractAsyncContextManager[Line]], telephony: Telephony
) -> None:
    async with line_at("2026-11-27 14:59:45") as line:
        call = await waiting(telephony, LATE)
        await call.heard("fi/queue_next")
        await call.heard("fi/closing_waiting", within_s=20)
        await call.heard("fi/closing_now", within_s=75)
        await call.heard("fi/callback_saved_next.1", within_s=15)
        await call.hang_up()
        assert await line.outcomes(1) == ["callback"]
        assert prompts(call).count("fi/closing_waiting") == 1
        (row,) = await line.rows("SELECT promised_by::text FROM callback")
        assert row["promised_by"] == "2026-11-30"
