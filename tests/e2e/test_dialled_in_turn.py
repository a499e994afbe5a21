"""Who has asked is dialled in the order of the line, one at a time; who is not reached, and why."""

import asyncio

from ivr.phone.phone import Phone, PhoneCall, Telephony
from ivr.settings import Address
from tests.e2e.asking import abroad, asks, tries
from tests.e2e.exchange import RINGS, exchange
from tests.e2e.heard import prompts
from tests.e2e.joining import ANOTHER, IN_TURN, join_at_once
from tests.e2e.line import Line
from tests.e2e.talks import comes_to_work

ENDS = {
    "0401112221": (486, "busy", "waiting"),
    "0401112222": (603, "refused", "waiting"),
    "0401112223": (404, "wrong_number", "unreached"),
    "0401112224": (503, "failed", "waiting"),
    "0401112225": (RINGS, "no_answer", "waiting"),
}
TWICE, CALLS_AGAIN = "0401112222", "0401112226"
ASKED = "SELECT number FROM callback ORDER BY joined"
ATTEMPTS = """
SELECT c.number, a.number AS attempt, a.result, c.status
FROM callback c JOIN callback_attempt a ON a.callback = c.id WHERE a.result IS NOT NULL
"""


async def is_served(call: PhoneCall, anna: Phone) -> None:
    """Anna's next call is this one."""
    leg = await anna.next_call()
    await leg.answer()
    await call.answered()
    await call.hang_up()
    await leg.ended()


async def test_who_has_asked_is_dialled_in_turn_one_at_a_time_and_who_gets_through_is_not_dialled(
    line: Line, telephony: Telephony, passwords: dict[str, str], carrier: Address
) -> None:
    first = await join_at_once(telephony, IN_TURN, caller=ANOTHER)
    calls = await asyncio.gather(*(asks(telephony, n) for n in (*ENDS, TWICE)))
    calls.append(await asks(telephony, CALLS_AGAIN))  # so that the place they regain is the last
    assert sum("fi/callback_exists" in prompts(call) for call in calls) == 1
    again = await line.rows_once("SELECT number FROM callback WHERE again = 1", 1)
    assert [row["number"] for row in again] == [abroad(TWICE)]
    asked = await line.rows_once(ASKED, len(ENDS) + 1)
    order = [f"0{row['number'][4:]}" for row in asked if row["number"] != abroad(CALLS_AGAIN)]
    behind = await join_at_once(telephony, IN_TURN, caller=abroad(CALLS_AGAIN))
    arranged = {number: status for number, (status, *_) in ENDS.items()}
    async with exchange(carrier, arranged) as trunk:
        anna = await comes_to_work("anna", line, telephony, passwords)
        await is_served(first, anna)
        told = [await tries(anna) for _ in ENDS]
        await is_served(behind, anna)
    assert told == [f"back_{ENDS[number][1]}" for number in order]
    assert trunk.happened == [f"{what} {each}" for each in order for what in ("dialled", "over")]
    made = await line.rows_once(ATTEMPTS, len(ENDS))
    assert {f"0{row['number'][4:]}": (row["result"], row["status"]) for row in made} == {
        number: (result, status) for number, (_, result, status) in ENDS.items()
    }
    assert [row["attempt"] for row in made] == [1] * len(ENDS)
    through = "SELECT number FROM callback WHERE status = 'answered_by_phone'"
    assert [row[0] for row in await line.rows_once(through, 1)] == [abroad(CALLS_AGAIN)]
    outcomes = await line.outcomes(len(calls) + 2 + len(ENDS))
    served, callback = ["served"] * 2, ["callback"] * len(calls)
    assert sorted(outcomes) == [*callback, *["not_reached"] * len(ENDS), *served]
