"""Postgres takes five seconds for every answer, and loses one: calls and screens do not wait."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

import aiohttp
import pytest

from ivr.embedded.asterisk import AsteriskAccess
from ivr.phone.phone import Telephony
from tests.e2e.at_work import running
from tests.e2e.callers import served
from tests.e2e.desks import secret
from tests.e2e.joining import ANOTHER, QUIET, join
from tests.e2e.line import POLL_S, READY_S, Line
from tests.e2e.readiness import becomes
from tests.e2e.slow_postgres import SlowPostgres, slow_postgres

TWICE = "SELECT id FROM call_event GROUP BY id HAVING count(*) > 1"
SCREENS = ("readyz", "metrics", "api/counsellors", "api/callbacks")
AT_ONCE_S = 4.0  # for a busy machine; less than one answer of Postgres takes


@dataclass(frozen=True, kw_only=True)
class Slow:
    """A line, and its way to Postgres."""

    line: Line
    way: SlowPostgres


@pytest.fixture
async def slow(plan: Callable[[], Line], access: AsteriskAccess) -> AsyncIterator[Slow]:
    planned = plan()
    async with slow_postgres(planned.database_url) as way:
        environment = {**planned.environment, "IVR_DATABASE_URL": way.url}
        async with running(replace(planned, environment=environment), access) as line:
            yield Slow(line=line, way=way)


async def test_calls_and_screens_do_not_wait_for_postgres_and_a_lost_answer_doubles_nothing(
    slow: Slow, telephony: Telephony, passwords: dict[str, str]
) -> None:
    line = slow.line
    first = await join(telephony, QUIET)
    await line.rows_once("SELECT FROM call WHERE joined IS NOT NULL", 1)
    slow.way.late_s = 5.0
    second = await join(telephony, QUIET, caller=ANOTHER)
    await screens(line)
    await served(first, await telephony.counsellor("anna", passwords["anna"]))
    await screens(line)
    slow.way.late_s, slow.way.loses_next = 0.0, True
    await second.hang_up()
    await lost(slow.way)
    assert await line.outcomes(2) == ["served", "abandoned_queue"]
    await becomes(line, "ready")
    assert await line.rows(TWICE) == []
    came = [row["at"] for row in await line.rows("SELECT at FROM call_event ORDER BY ctid")]
    assert came == sorted(came)


async def screens(line: Line) -> None:
    """What people look at answers from memory."""
    login = {"Authorization": f"Bearer {secret(line, 'desk_token').read_text()}"}
    async with aiohttp.ClientSession(headers=login) as session:
        for path in SCREENS:
            async with (
                asyncio.timeout(AT_ONCE_S),
                session.get(f"http://{line.http}/{path}") as answer,
            ):
                assert answer.status == 200, path


async def lost(way: SlowPostgres) -> None:
    """Wait until an answer has been lost."""
    deadline = asyncio.get_running_loop().time() + READY_S
    while not way.lost:
        assert asyncio.get_running_loop().time() < deadline, "nothing was asked of Postgres"
        await asyncio.sleep(POLL_S)
