"""The machine's clock is set while somebody waits."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from ivr.phone.phone import Telephony
from tests.e2e.callers import served
from tests.e2e.here import LineHere
from tests.e2e.joining import HASTY, join, tells_place
from tests.e2e.line import Line
from tests.e2e.readiness import becomes


async def test_who_waits_is_not_dropped_when_the_clock_is_set(
    line_at: Callable[[str], AbstractAsyncContextManager[Line]],
    telephony: Telephony,
    passwords: dict[str, str],
) -> None:
    async with line_at("2026-11-23 10:00") as line:
        assert isinstance(line, LineHere)
        call = await join(telephony, HASTY)
        await call.heard("music")
        line.clock.by += timedelta(days=1)
        await becomes(line, "degraded")
        await call.heard(tells_place)  # as if nothing had happened
        await served(call, await telephony.counsellor("anna", passwords["anna"]))
        await becomes(line, "ready")
        assert await line.outcomes(1) == ["served"]
