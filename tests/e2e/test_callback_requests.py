"""What one request to be called back has to do with the others."""

import asyncio

from ivr.phone.phone import PhoneCall, Telephony
from tests.e2e.asking import abroad, asks
from tests.e2e.desks import Api
from tests.e2e.heard import prompts
from tests.e2e.joining import FAR_BACK, IN_TURN, PRESSING, dial, join_at_once, tells_place
from tests.e2e.line import Line

NUMBER, ANOTHERS = "0401112231", "0401112232"
LINES = "SELECT line, status, again FROM callback ORDER BY requested_at"


async def pressing(telephony: Telephony, key: str) -> PhoneCall:
    """A caller who says whether it is urgent, and asks to be called back."""
    call = await dial(telephony, PRESSING, caller=abroad(NUMBER))
    await call.heard("fi/welcome")
    await call.press("#")
    await call.heard("fi/urgency")
    await call.press(key)
    await call.heard(tells_place, within_s=30)
    await call.press("1")
    await call.heard("fi/number_confirm.1")
    await call.press("1")
    await call.heard("fi/callback_saved_today.1", within_s=30)
    await call.hang_up()
    return call


async def test_an_urgent_word_said_when_asking_again_counts_and_the_place_stays(
    line: Line, telephony: Telephony
) -> None:
    await pressing(telephony, "2")
    (before,) = await line.rows_once("SELECT id, joined, caller_urgent FROM callback", 1)
    assert not before["caller_urgent"]
    again = await pressing(telephony, "1")
    assert "fi/callback_exists" in prompts(again)
    (after,) = await line.rows_once("SELECT * FROM callback WHERE caller_urgent", 1)
    assert (after["id"], after["joined"]) == (before["id"], before["joined"])


async def test_a_request_to_another_line_is_one_of_its_own_and_closing_it_leaves_the_first(
    line: Line, telephony: Telephony
) -> None:
    await asks(telephony, NUMBER, line=IN_TURN)
    other = await asks(telephony, NUMBER, line=FAR_BACK)
    assert "fi/callback_exists" not in prompts(other)
    _, second = await line.rows_once("SELECT id FROM callback ORDER BY requested_at", 2)
    async with Api.of(line) as api:
        closed = {"because": "mistake"}
        assert (await api.ask("POST", f"callbacks/{second['id']}/close", closed))[0] == 200
    await line.rows_once("SELECT FROM callback WHERE status = 'closed'", 1)
    both = [("in_turn", "waiting", 0), ("far_back", "closed", 0)]
    assert [tuple(row) for row in await line.rows(LINES)] == both


async def test_of_two_calls_that_ask_for_one_number_in_the_same_second_one_request_is_kept(
    line: Line, telephony: Telephony
) -> None:
    calls = [await join_at_once(telephony, IN_TURN, caller=abroad(NUMBER)) for _ in range(2)]
    for call in calls:
        await call.press("1")
    await asyncio.gather(*(call.heard("fi/number_confirm.1") for call in calls))
    await asyncio.gather(*(call.press("1") for call in calls))
    await asyncio.gather(*(call.heard("fi/callback_saved_today.1", within_s=30) for call in calls))
    for call in calls:
        await call.hang_up()
    assert sum("fi/callback_exists" in prompts(call) for call in calls) == 1
    await line.rows_once("SELECT FROM callback WHERE again = 1", 1)
    assert [tuple(row) for row in await line.rows(LINES)] == [("in_turn", "waiting", 1)]


async def test_who_comes_far_back_is_offered_a_callback_at_once_and_the_first_is_not(
    line: Line, telephony: Telephony
) -> None:
    first = await join_at_once(telephony, FAR_BACK, caller=abroad(ANOTHERS))
    await first.heard("music")
    second = await join_at_once(telephony, FAR_BACK, caller=abroad(NUMBER))
    await second.heard("fi/callback_offer")
    assert "fi/callback_offer" not in prompts(first)
    for call in (first, second):
        await call.hang_up()
    assert await line.outcomes(2) == ["abandoned_queue"] * 2


async def test_when_as_many_are_promised_for_today_as_may_be_the_next_is_promised_another_day(
    line: Line, telephony: Telephony
) -> None:
    await asks(telephony, NUMBER, line=FAR_BACK)
    await line.rows_once("SELECT FROM callback", 1)
    call = await join_at_once(telephony, FAR_BACK, caller=abroad(ANOTHERS))
    await call.press("1")
    await call.heard("fi/number_confirm.1")
    await call.press("1")
    await call.heard("fi/callback_saved_next.1")
    await call.hang_up()
    first, second = await line.rows_once("SELECT promised_by FROM callback ORDER BY joined", 2)
    assert second["promised_by"] > first["promised_by"]
