"""Urgent by the caller's own word: served before those who came earlier, and on the record."""

from ivr.phone.phone import PhoneCall, Telephony
from tests.e2e.callers import served
from tests.e2e.joining import ANOTHER, PRESSING, dial
from tests.e2e.line import Line

THIRD = "+358409998877"


async def asked(telephony: Telephony, caller: str, key: str | None) -> PhoneCall:
    """A caller who answers the question with this key, or not at all."""
    call = await dial(telephony, PRESSING, caller=caller)
    await call.heard("fi/welcome")
    await call.press("#")
    await call.heard("fi/urgency")
    if key is not None:
        await call.press(key)
    return call


async def test_an_urgent_caller_is_served_first_and_the_others_in_the_order_of_their_joining(
    line: Line, telephony: Telephony, passwords: dict[str, str]
) -> None:
    calm = await asked(telephony, ANOTHER, "2")
    await calm.heard("fi/queue_next")
    silent = await asked(telephony, THIRD, None)
    await silent.heard("fi/queue_pos_1", within_s=20)
    urgent = await asked(telephony, "+358401112233", "1")
    await urgent.heard("fi/urgent_ack")
    await urgent.heard("fi/queue_next")
    anna = await telephony.counsellor("anna", passwords["anna"])
    for call in (urgent, calm, silent):
        await served(call, anna)
    assert await line.outcomes(3) == ["served"] * 3
    rows = await line.rows("SELECT caller_urgent FROM call ORDER BY arrived")
    assert [row["caller_urgent"] for row in rows] == [False, False, True]
    assert await line.rows("SELECT data FROM call_event WHERE kind = 'urgent'") != []
