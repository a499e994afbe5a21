"""Counsellors pause, wrap up and say what became of a call, on real phones."""

import pytest

from ivr.phone.phone import Phone, Telephony
from tests.e2e.callers import talk
from tests.e2e.desks import code, connected, is_not_rung, served, sign_in, waiting
from tests.e2e.heard import prompts
from tests.e2e.joining import rung
from tests.e2e.line import Line


@pytest.fixture
async def gita(telephony: Telephony, passwords: dict[str, str]) -> Phone:
    """A counsellor at her own phone."""
    return await telephony.counsellor("gita", passwords["gita"])


async def test_who_is_paused_is_not_rung_and_who_goes_on_is(
    line: Line, telephony: Telephony, gita: Phone
) -> None:
    assert await code(gita, "*2", {"sv/desk_pause_why": "2"}) == (
        "sv/desk_pause_why",
        "sv/desk_paused",
    )
    call = await waiting(telephony)
    await is_not_rung(gita)
    assert await code(gita, "*3") == ("sv/desk_resumed",)
    await served(call, gita)
    assert await line.outcomes(1) == ["served"]


async def test_a_pause_survives_the_death_of_the_controller(
    line: Line, telephony: Telephony, gita: Phone
) -> None:
    assert await code(gita, "*21") == ("sv/desk_paused",)
    await line.kill()
    await line.start()
    call = await waiting(telephony)
    await is_not_rung(gita)
    assert await code(gita, "*3") == ("sv/desk_resumed",)
    await served(call, gita)
    assert await line.outcomes(1) == ["served"]


async def test_a_code_that_the_controllers_death_interrupts_is_asked_for_again(
    line: Line, gita: Phone
) -> None:
    call = await gita.dial("*2")
    await call.heard("sv/desk_pause_why")
    await line.kill()
    await line.start()
    await call.heard("sv/desk_pause_why")
    await call.press("3")
    await call.heard("sv/desk_paused")
    await call.ended()


async def test_two_calls_in_a_row_that_ring_unanswered_pause_and_the_sign_in_tells_of_it(
    line: Line, telephony: Telephony, gita: Phone
) -> None:
    call = await waiting(telephony)
    for _ in range(2):
        unanswered = await gita.next_call(within_s=15)
        await unanswered.ended()
    await is_not_rung(gita, 7.0)
    assert await sign_in(gita, line, "gita") == "sv/desk_signed_in"
    query = "SELECT data ->> 'reason' AS why FROM counsellor_event WHERE kind = 'paused'"
    assert [row["why"] for row in await line.rows_once(query, 1)] == ["no_answer"]
    await served(call, gita)
    assert await line.outcomes(1) == ["served"]


async def test_to_decline_is_no_miss(line: Line, telephony: Telephony, gita: Phone) -> None:
    call = await waiting(telephony)
    for _ in range(3):
        await (await gita.next_call(within_s=15)).reject()
    await served(call, gita)
    assert await line.outcomes(1) == ["served"]
    assert await rung(line, 4) == ["gita"] * 4


async def test_wrap_up_is_respected_and_told_as_a_wait_and_the_counsellor_may_end_it(
    line: Line, telephony: Telephony, gita: Phone
) -> None:
    await served(await waiting(telephony), gita)
    assert await code(gita, "*51") == ("sv/desk_noted",)
    assert await code(gita, "*3") == ("sv/desk_resumed",)
    await served(await waiting(telephony), gita)
    await served(await waiting(telephony), gita)
    fourth = await waiting(telephony)
    assert prompts(fourth)[-2:] == ["fi/queue_next", "fi/wait_lt5"]  # by the three calls before
    await fourth.hang_up()
    query = "SELECT kind, at FROM counsellor_event WHERE kind IN ('wrap_up', 'ringing') ORDER BY at"
    rows = await line.rows_once(query, 6)
    assert [row["kind"] for row in rows[:6]] == ["ringing", "wrap_up"] * 3
    assert (rows[4]["at"] - rows[3]["at"]).total_seconds() >= 4
    rows = await line.rows_once("SELECT code FROM disposition", 1)
    assert [row["code"] for row in rows] == ["resolved"]
    assert await line.outcomes(4) == [*["served"] * 3, "abandoned_queue"]


async def test_a_counsellor_whose_caller_hangs_up_is_asked_what_became_of_the_call(
    line: Line, telephony: Telephony, gita: Phone
) -> None:
    call = await waiting(telephony)
    leg = await connected(call, gita)
    await talk(call, leg)
    await call.hang_up()
    await leg.heard("sv/desk_note_resolved")
    await leg.heard("sv/desk_note_other", out=True)
    await leg.press("5")
    await leg.heard("sv/desk_noted", out=True)
    assert not (await leg.ended()).by_us
    rows = await line.rows_once("SELECT code, counsellor FROM disposition", 1)
    assert [tuple(row) for row in rows] == [("other", "gita")]
    assert await line.outcomes(1) == ["served"]


async def test_the_matter_is_found_urgent_from_the_phone(
    line: Line, telephony: Telephony, gita: Phone
) -> None:
    assert await code(gita, "*6") == ("sv/desk_no_call",)
    await served(await waiting(telephony), gita)
    assert await code(gita, "*6") == ("sv/desk_urgent",)
    rows = await line.rows_once("SELECT FROM call WHERE assessed_urgent", 1)
    assert len(rows) == 1
