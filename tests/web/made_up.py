"""A service whose state is as the test says."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp

from ivr.domain.call import LineId
from ivr.domain.counsellor import Doing
from ivr.settings import Address
from ivr.web.status import Promises

ANYWHERE = Address(host="127.0.0.1", port=0)


@dataclass
class MadeUpStatus:
    """A service that is as the test says."""

    waits: str | None = None
    switch_connected: bool = True
    switch_answer_s: float | None = None
    journal_fault: str | None = None
    shipping_fault: str | None = None
    backlog: int = 0
    oldest_s: float = 0.0
    set_aside: int = 0
    faults: Mapping[str, str] = field(default_factory=dict)
    details_lost: int = 0
    room_bytes: int = 10**9
    filling: bool = False
    clock_ahead_s: float = 0.0
    counsellors: Mapping[Doing, int] = field(default_factory=dict)
    promises: Mapping[LineId, Promises] = field(default_factory=dict)


async def scraped(web: aiohttp.ClientSession) -> dict[str, float]:
    async with web.get("/metrics") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain")
        lines = (await answer.text()).splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}
