"""Twenty callers of two topics and three counsellors: each is served in the turn of joining."""

import asyncio
from contextlib import AsyncExitStack

from ivr.embedded.asterisk import AsteriskAccess
from ivr.phone.phone import Phone, Telephony
from tests.e2e.joining import PLAIN, RARE
from tests.e2e.line import Line
from tests.e2e.rawsip import RawCall, raw_call

CALLERS = 20
NAMES = ("dora", "eero", "fanni")
# Long enough for those of the rare topic to have overflowed: all want the same three then.
IN_LINE = """
    SELECT id FROM call WHERE scene = 'waiting' AND joined < now() - interval '3.5 s'
    ORDER BY joined
"""
RUNG = "SELECT call_id FROM call_event WHERE kind = 'ringing' ORDER BY at"
SERVED = "SELECT FROM call_event WHERE kind = 'connected' AND data ->> 'counsellor' = '{}'"


async def everybody(stack: AsyncExitStack, access: AsteriskAccess) -> list[RawCall]:
    """Callers on both lines in turn, who press no key."""
    return [
        await stack.enter_async_context(
            raw_call(
                access.sip,
                (PLAIN, RARE)[number % 2],
                sender=f"<sip:+3584012345{number:02}@127.0.0.1>".encode(),
            )
        )
        for number in range(CALLERS)
    ]


async def work(phone: Phone, line: Line) -> None:
    """Take one call after another, and end each as soon as the two are connected."""
    served = 0
    while True:
        leg = await phone.next_call(within_s=120)
        await leg.answer()
        served += 1
        await line.rows_once(SERVED.format(phone.name), served)
        await leg.hang_up()


async def test_twenty_callers_are_served_by_three_counsellors_in_the_order_of_their_joining(
    line: Line, telephony: Telephony, passwords: dict[str, str], access: AsteriskAccess
) -> None:
    async with AsyncExitStack() as stack:
        callers = await everybody(stack, access)
        joined = [row["id"] for row in await line.rows_once(IN_LINE, CALLERS, within_s=60)]
        phones = [await telephony.counsellor(name, passwords[name]) for name in NAMES]
        working = [asyncio.create_task(work(phone, line)) for phone in phones]
        try:
            assert await line.outcomes(CALLERS, within_s=120) == ["served"] * CALLERS
        finally:
            for each in working:
                each.cancel()
            await asyncio.wait(working)
        for call in callers:
            assert await call.status(200) == 200
    rows = [row["call_id"] for row in await line.rows(RUNG)]
    assert list(dict.fromkeys(rows)) == joined
