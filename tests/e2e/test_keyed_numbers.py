"""Which keyed numbers are not called back, and that the caller hears why and stays in the line."""

import asyncio
from collections.abc import Mapping

from ivr.phone.phone import PhoneCall, Telephony
from tests.e2e.heard import prompts
from tests.e2e.joining import IN_TURN, join_at_once, tells_place
from tests.e2e.line import Line

EMERGENCY = {"112#": "emergency", "00881612345678#": "satellite", "060012345#": "premium"}
SHORT = {"123#": "short", f"{IN_TURN}#": "ours", "0046701234567#": "foreign"}
LONG = {f"{'0401234567' * 4}#": "invalid"}


async def keys_in(telephony: Telephony, refused: Mapping[str, str]) -> PhoneCall:
    """A caller who keys in these, and is asked for another number after each."""
    call = await join_at_once(telephony, IN_TURN)
    await call.press("1")
    await call.heard("fi/number_confirm.1")
    await call.press("3")
    for number, why in refused.items():
        await call.heard("fi/number_entry")
        await call.press(number)
        await call.heard(f"fi/number_{why}")
    await call.heard("fi/number_entry")
    told = [f"fi/number_{why}" for why in refused.values()]
    assert [prompt for prompt in prompts(call) if prompt in told] == told
    return call


async def in_vain(telephony: Telephony, refused: Mapping[str, str]) -> None:
    """Who gives no other number is back in the line."""
    call = await keys_in(telephony, refused)
    await call.press("#")
    await call.heard(tells_place)
    await call.hang_up()


async def at_last(telephony: Telephony, refused: Mapping[str, str], number: str) -> None:
    """Who gives a number that may be called is promised a call."""
    call = await keys_in(telephony, refused)
    await call.press(f"{number}#")
    await call.heard("fi/number_readback.1")
    await call.press("1")
    await call.heard("fi/callback_saved_today.1")
    await call.hang_up()


async def test_each_number_that_may_not_be_called_is_refused_with_its_reason_and_another_is_taken(
    line: Line, telephony: Telephony
) -> None:
    await asyncio.gather(
        in_vain(telephony, EMERGENCY),
        in_vain(telephony, SHORT),
        at_last(telephony, LONG, "00358501234567"),
    )
    assert sorted(await line.outcomes(3)) == ["abandoned_queue", "abandoned_queue", "callback"]
    rows = await line.rows_once("SELECT number FROM callback", 1)
    assert [row["number"] for row in rows] == ["+358501234567"]
