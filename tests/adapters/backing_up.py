"""A line whose things are backed up: who has asked, what is where, and the command."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from ivr.adapters.outbox import Outbox
from ivr.adapters.postgres import open_pool
from ivr.adapters.shipping import Shipper
from ivr.cli import main
from ivr.domain.attempt import Result
from ivr.domain.callback import Callback, Status
from ivr.domain.journal import CallbackKind, EventKind
from tests.adapters.record import ARRIVED, event, facts, happened, request
from tests.domain.callbacks import ALWAYS, ANNA, POLICY
from tests.domain.callbacks import THEIR_CALL as ATTEMPT

EVERY = "SELECT * FROM {} ORDER BY 1, 2"
TABLES = ("call", "call_event", "callback", "callback_attempt", "callback_event", "migration")


async def ivr(*words: object) -> int:
    return await asyncio.to_thread(main, [str(word) for word in words])


async def asked(outbox: Outbox, call: str, number: str) -> Callback:
    """A citizen has called and asked to be called back."""
    outbox.record(event(EventKind.ARRIVED, facts(call)))
    callback = request(call, number=number)
    await outbox.change_callback(happened(callback))
    return callback


async def reached(outbox: Outbox, callback: Callback) -> None:
    """A counsellor has called and talked with them."""
    begun = callback.begin_attempt(
        counsellor=ANNA, call=ATTEMPT, now=ARRIVED, schedule=ALWAYS, policy=POLICY
    )
    ended = begun.end_attempt(Result.REACHED, now=ARRIVED, policy=POLICY)
    await outbox.change_callback(
        happened(begun, CallbackKind.CALLED, step=8), happened(ended, CallbackKind.ENDED, step=9)
    )


async def shipped(outbox: Outbox, url: str) -> None:
    async with open_pool(url) as pool:
        assert await Shipper(outbox, pool).drain(20.0) == 0


async def rows(url: str) -> dict[str, Sequence[object]]:
    connection = await asyncpg.connect(url)
    try:
        return {
            table: [tuple(row) for row in await connection.fetch(EVERY.format(table))]
            for table in TABLES
        }
    finally:
        await connection.close()


async def open_requests(state: Path) -> dict[str, Status]:
    async with await Outbox.open(state / "outbox.sqlite") as outbox:
        return {each.id: each.status for each in await outbox.callbacks()}
