"""Who is cut off and calls again has the place again; who hides the number is nobody we know."""

from ivr.phone.phone import Telephony
from tests.e2e.heard import prompts
from tests.e2e.joining import ANOTHER, CITIZEN, QUIET, choose, dial, join
from tests.e2e.line import Line


async def test_who_calls_again_soon_stands_before_those_who_came_meanwhile(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    before = await join(telephony, QUIET)
    other = await join(telephony, QUIET, caller=ANOTHER)
    await other.heard("music")
    await before.hang_up()
    await line.outcomes(1)
    again = await dial(telephony, QUIET)
    await choose(again, "fi")
    await again.heard("fi/place_regained")
    await again.heard("fi/queue_next")
    rows = await line.rows_once(
        "SELECT joined, arrived FROM call WHERE joined IS NOT NULL ORDER BY arrived", 3
    )
    assert rows[2]["joined"] == rows[0]["joined"] < rows[1]["joined"]
    anna = await telephony.counsellor("anna", passwords["anna"])
    leg = await anna.next_call(within_s=15)
    await leg.answer()
    await again.answered(within_s=15)
    await again.hang_up()
    await other.hang_up()
    assert (await line.outcomes(3))[2] == "served"
    assert len(await line.rows("SELECT FROM call_event WHERE kind = 'rejoined'")) == 1


async def test_a_hidden_caller_regains_nothing_and_a_place_is_regained_once(
    line: Line, telephony: Telephony
) -> None:
    hidden = await join(telephony, QUIET, caller=None)
    await hidden.hang_up()
    shown = await join(telephony, QUIET)
    await shown.hang_up()
    await line.outcomes(2)
    calls = [await join(telephony, QUIET, caller=caller) for caller in (None, CITIZEN, CITIZEN)]
    for call in calls:
        await call.heard("music")
    assert ["fi/place_regained" in prompts(call) for call in calls] == [False, True, False]
    for call in calls:
        await call.hang_up()
    await line.outcomes(5)
