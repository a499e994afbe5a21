"""When events go from the outbox to Postgres, and what happens to one that Postgres refuses."""

from __future__ import annotations

import asyncio
import json
import random
from datetime import datetime
from typing import TYPE_CHECKING

import asyncpg
import structlog

from ivr.adapters.outbox_entry import AnyEntry
from ivr.adapters.postgres import COMMAND_S, CONNECT_S, borrowed
from ivr.adapters.sql import SQL_DIR, named_queries
from ivr.errors import Refusal
from ivr.ports import JournalUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from asyncpg.pool import Pool

    from ivr.adapters.outbox import Outbox
    from ivr.adapters.outbox_store import StoredEvent

BATCH = 200
FILL_S = 0.3  # between two shipments, so that one statement carries many events
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0
BATCH_S = CONNECT_S + 2 * COMMAND_S  # the whole of one attempt
PREPARE_S = 600.0  # a large database may take long to be brought up to date

_log = structlog.get_logger(__name__)

# It is the event that is wrong: trying again cannot help.
_REFUSALS = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)
# It is the world that is wrong: trying again will help.
AWAY = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    JournalUnavailable,
)


class Shipper:
    """Carries events to Postgres in order, each once, for as long as it takes.

    An event leaves the outbox only after Postgres has committed it; shipped
    again after a crash between the two, it changes nothing there. An event that
    Postgres refuses is set aside with an alarm and the others go on. `problem`
    says why nothing is shipped now; None when all is well. `prepare` is done once before
    the first event: it brings up to date a database that was away at the start.
    """

    def __init__(
        self,
        outbox: Outbox,
        pool: Pool,
        *,
        prepare: Callable[[], Awaitable[object]] | None = None,
        first_pause_s: float = FIRST_PAUSE_S,
    ) -> None:
        self.problem: str | None = None
        self._outbox = outbox
        self._pool = pool
        self._prepare = prepare
        self._apply = named_queries(SQL_DIR / "queries.sql")["apply_events"]
        self._first_pause_s = first_pause_s
        self._failures = 0
        self._shipping = asyncio.Lock()  # `drain` may run beside `ship`

    @property
    def healthy(self) -> bool:
        """Whether the last attempt succeeded."""
        return self.problem is None

    async def ship(self) -> None:
        """Ship for ever; end it by cancelling. After a quiet moment an event goes at once."""
        loop = asyncio.get_running_loop()
        while True:
            next_at = loop.time() + FILL_S
            if await self._attempt():
                await self._outbox.news()
                await asyncio.sleep(next_at - loop.time())
            else:
                await asyncio.sleep(pause_s(self._failures, self._first_pause_s, random.uniform))

    async def drain(self, within_s: float) -> int:
        """Ship what there is, for at most so long; how many events stay for the next start."""
        try:
            async with asyncio.timeout(within_s):
                await self._attempt()
        except TimeoutError:
            _log.warning("shipping.events_left", backlog=self._outbox.backlog.size)
        return self._outbox.backlog.size

    async def _attempt(self) -> bool:
        """Empty the outbox; false if Postgres is away."""
        async with self._shipping:
            try:
                await self._make_ready()
                full = True
                while full:
                    batch = await self._outbox.unshipped(BATCH)
                    full = len(batch) == BATCH
                    async with asyncio.timeout(BATCH_S):
                        await self._ship_batch(batch)
            except (*AWAY, Refusal) as error:
                self._failed(error)
                return False
            self._succeeded()
            return True

    async def _make_ready(self) -> None:
        if self._prepare is not None:
            async with asyncio.timeout(PREPARE_S):
                await self._prepare()
            self._prepare = None

    async def _ship_batch(self, batch: Sequence[StoredEvent]) -> None:
        if not batch:
            return
        try:
            await self._send(batch)
        except _REFUSALS as error:
            if len(batch) == 1:
                await self._set_aside(batch[0], error)
                return
            for stored in batch:
                await self._ship_batch([stored])
        else:
            await self._outbox.shipped(batch[-1].seq)

    async def _send(self, batch: Sequence[StoredEvent]) -> None:
        """One statement, and so one transaction."""
        columns = zip(*(_arguments(stored.entry) for stored in batch), strict=True)
        async with borrowed(self._pool) as connection:
            await connection.fetchval(self._apply, *map(list, columns))

    async def _set_aside(self, stored: StoredEvent, error: Exception) -> None:
        reason = reason_of(error)
        _log.error(
            "shipping.event_set_aside",
            call_id=stored.entry.call_id,
            event_id=stored.entry.id,
            reason=reason,
        )
        await self._outbox.set_aside(stored.seq, reason)

    def _failed(self, error: Exception) -> None:
        self.problem = reason_of(error)
        if self._failures == 0:
            _log.warning("shipping.interrupted", reason=self.problem)
        self._failures += 1

    def _succeeded(self) -> None:
        if self._failures:
            _log.info("shipping.resumed", attempts=self._failures)
        self._failures = 0
        self.problem = None


def pause_s(failures: int, first_s: float, draw: Callable[[float, float], float]) -> float:
    """Seconds to wait after so many failures in a row, drawn so that no two programs keep step."""
    longest = min(LONGEST_PAUSE_S, first_s * 2.0 ** min(failures - 1, 10))
    return draw(longest / 2, longest)


def reason_of(error: Exception) -> str:
    """What went wrong, without the details: they repeat the row, and with it the number."""
    first, *_ = str(error).splitlines() or ["no answer in time"]
    return f"{type(error).__name__}: {first}"


def _arguments(entry: AnyEntry) -> Sequence[str | datetime | None]:
    """The values of the event in the order of `apply_events` in queries.sql."""
    row = entry.row()
    at = datetime.fromisoformat(entry.at)
    state, data = _clean(row["state"] or ""), _clean(entry.data)
    owner = row["counsellor"], row["callback"], entry.call_id
    return entry.id, *owner, entry.kind, at, state, data


def _clean(text: str) -> str:
    """JSON without what Postgres cannot keep: NUL and halves of UTF-16 pairs become U+FFFD."""
    if "\\u0000" not in text and "\\ud" not in text:
        return text
    return json.dumps(_replaced(json.loads(text)))


def _replaced(value: object) -> object:
    match value:
        case str():
            whole = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
            return whole.replace("\x00", "\N{REPLACEMENT CHARACTER}")
        case dict():
            return {_replaced(key): _replaced(each) for key, each in value.items()}
        case _:
            return value
