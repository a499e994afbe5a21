"""Who hangs up in the line, and was told so, is called back, also if nobody saw them go."""

from ivr.phone.phone import PhoneCall, Telephony
from tests.e2e.heard import answers
from tests.e2e.joining import ANOTHER, CITIZEN, FORSAKEN, join
from tests.e2e.line import Line

REQUESTS = "SELECT id, number, joined, status FROM callback ORDER BY joined"


async def told(telephony: Telephony, caller: str | None) -> PhoneCall:
    """A caller in the line who hears that they are called back if they hang up."""
    call = await join(telephony, FORSAKEN, caller=caller)
    await call.heard("fi/callback_on_hangup", out=True)
    return call


async def test_who_hangs_up_in_the_line_or_while_it_is_down_is_called_back_at_their_place(
    line: Line, telephony: Telephony
) -> None:
    first = await told(telephony, CITIZEN)
    await first.hang_up()
    assert await line.outcomes(1) == ["abandoned_queue"]
    await line.rows_once(REQUESTS, 1)
    second = await told(telephony, ANOTHER)
    await line.kill()
    await second.hang_up()
    await line.start()
    assert await line.outcomes(2) == ["abandoned_queue"] * 2
    rows = await line.rows_once(REQUESTS, 2)
    assert [(row["number"], row["status"]) for row in rows] == [
        *((CITIZEN, "waiting"), (ANOTHER, "waiting")),
    ]
    calls = await line.rows("SELECT id, joined FROM call ORDER BY arrived")
    assert [(row["id"], row["joined"]) for row in rows] == [tuple(call) for call in calls]
    assert [answers(call) for call in (first, second)] == [0, 0]
