"""A controller that is to end does so while Postgres does not answer: a standby waits for that."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from ivr.adapters.outbox import Outbox
from ivr.adapters.postgres import open_pool
from ivr.adapters.shipping import Shipper
from ivr.domain.journal import EventKind
from tests.adapters.erasing import World
from tests.adapters.polling import BOUND_S
from tests.adapters.record import event
from tests.e2e.slow_postgres import slow_postgres

NEVER_S = 1000.0


async def ended(work: Coroutine[Any, Any, None], after_s: float) -> None:
    """Wish it once, as `Tasks` does, and wait for it."""
    task = asyncio.create_task(work)
    await asyncio.sleep(after_s)
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=BOUND_S)
    assert done
    assert task.cancelled()


@pytest.mark.parametrize("connected", [True, False])
async def test_what_ships_ends_in_the_middle_of_a_statement_and_of_a_connection(
    outbox: Outbox, database_url: str, connected: bool
) -> None:
    async with asyncio.timeout(2 * BOUND_S), slow_postgres(database_url) as way:
        async with open_pool(way.url) as pool:
            shipper = Shipper(outbox, pool)
            if connected:
                outbox.record(event(EventKind.ARRIVED))
                await outbox.flush()
                assert await shipper.drain(within_s=BOUND_S) == 0
            way.late_s = NEVER_S
            outbox.record(event(EventKind.SCENE))
            await outbox.flush()
            await ended(shipper.ship(), after_s=0.2)
        assert outbox.backlog.size == 1


async def test_what_erases_ends_in_the_middle_of_a_statement(
    outbox: Outbox, database_url: str
) -> None:
    async with slow_postgres(database_url) as way, open_pool(way.url) as pool:
        await pool.fetchval("SELECT 1")
        way.late_s = NEVER_S
        await ended(World(outbox=outbox, pool=pool).eraser().erase(), after_s=0.2)


async def test_connections_that_are_not_given_back_hold_up_nobody(database_url: str) -> None:
    async with asyncio.timeout(BOUND_S), slow_postgres(database_url) as way:
        async with open_pool(way.url) as pool:
            await pool.acquire()
            way.late_s = NEVER_S
        assert pool.is_closing()
