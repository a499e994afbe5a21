"""The controller dies while Postgres is away: calls go on, and the disk keeps the record."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivr.embedded.postgres import EmbeddedPostgres
from ivr.phone.phone import Phone, PhoneCall, Telephony
from tests.e2e.callers import Undisturbed, connected, in_line, restart, served, talk
from tests.e2e.joining import ANOTHER
from tests.e2e.line import Line
from tests.e2e.readiness import becomes

TWICE = "SELECT id FROM call_event GROUP BY id HAVING count(*) > 1"


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A Postgres of the test's own, to be stopped."""
    server = EmbeddedPostgres(tmp_path)
    try:
        server.ensure_running()
        yield server
    finally:
        server.stop()


async def test_a_controller_killed_while_postgres_is_away_takes_its_calls_up_and_records_them_later(
    postgres: EmbeddedPostgres,
    line: Line,
    telephony: Telephony,
    anna: Phone,
    bystander: PhoneCall,
) -> None:
    talker = await in_line(telephony, "sv")
    leg = await connected(talker, anna)
    waiter = await in_line(telephony, "fi", caller=ANOTHER)
    await asyncio.to_thread(postgres.stop)
    both = [Undisturbed.from_now(each, bystander) for each in (talker, leg)]
    await restart(line)
    await talk(talker, leg)
    for each in both:
        each.check()
    await becomes(line, "degraded")
    await talker.hang_up()
    await leg.ended()
    await served(waiter, anna)
    await asyncio.to_thread(postgres.ensure_running)
    await becomes(line, "ready")
    assert await line.outcomes(2) == ["served", "served"]
    assert await line.rows(TWICE) == []
