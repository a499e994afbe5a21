"""When the numbers of requests that are over are erased, here and in Postgres."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from ivr.adapters.postgres import COMMAND_S, CONNECT_S, borrowed
from ivr.adapters.shipping import AWAY, reason_of
from ivr.adapters.sql import SQL_DIR, named_queries
from ivr.domain.retention import LEFT_ALONE_DAYS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from asyncpg.pool import Pool

    from ivr.adapters.outbox import Outbox
    from ivr.domain.callback import CallbackId
    from ivr.domain.retention import Retention
    from ivr.ports import Clock

EVERY_S = 3600.0
AGAIN_S = 60.0  # after a round that Postgres or the disk broke off
BATCH = 100  # requests in one transaction: it holds up no event for long

_log = structlog.get_logger(__name__)


class Eraser:
    """Looks through the record every hour. `lapse` closes requests that nobody saw to.

    `retention` may be another one from the next round on.

    A round that is broken off, or done twice, does no harm: what is over stays due. Nothing
    is erased in Postgres before all that was known of the request at its end has come there,
    because its end comes last.
    """

    def __init__(
        self,
        outbox: Outbox,
        pool: Pool,
        clock: Clock,
        retention: Retention,
        lapse: Callable[[Sequence[CallbackId]], Awaitable[None]],
    ) -> None:
        self._outbox = outbox
        self._pool = pool
        self._clock = clock
        self.retention = retention
        self._lapse = lapse
        self._sql = named_queries(SQL_DIR / "queries.sql")

    async def erase(self) -> None:
        """Look every hour, for ever; end it by cancelling."""
        while True:
            done = await self.round()
            await asyncio.sleep(EVERY_S if done else AGAIN_S)

    async def round(self) -> bool:
        """Erase what is due now; false if Postgres or the disk is away."""
        try:
            await self._close_forgotten()
            await self._erase_here()
            await self._erase_in_postgres()
        except AWAY as error:
            _log.warning("numbers.not_erased", reason=reason_of(error))
            return False
        return True

    async def _close_forgotten(self) -> None:
        before = self._clock.now() - timedelta(days=LEFT_ALONE_DAYS)
        if forgotten := await self._outbox.given_up(before):
            await self._lapse(forgotten)
            _log.info("callbacks.lapsed", requests=len(forgotten))

    async def _erase_here(self) -> None:
        erased = await self._outbox.erase_numbers(self.retention, self._clock.now())
        if erased:
            _log.info("numbers.erased", rows_of_the_outbox=erased)

    async def _erase_in_postgres(self) -> None:
        now, days = self._clock.now(), self.retention.days
        await self._ask("close_forgotten", now, LEFT_ALONE_DAYS)
        kept = list(days), list(days.values()), self.retention.otherwise
        full = True
        while full:
            erased = await self._ask("erase_numbers", now, *kept, BATCH)
            full = erased == BATCH
            if erased:
                _log.info("numbers.erased", requests_in_postgres=erased)

    async def _ask(self, query: str, *values: object) -> int:
        """One statement, and so one transaction."""
        async with (
            asyncio.timeout(CONNECT_S + COMMAND_S),
            borrowed(self._pool) as connection,
        ):
            return int(await connection.fetchval(self._sql[query], *values))
