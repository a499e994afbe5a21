"""Whether another controller, on whatever host, runs the line that this database belongs to."""

from __future__ import annotations

import asyncio
from enum import Enum, auto
from typing import TYPE_CHECKING

import asyncpg
import structlog

from ivr.adapters.sql import SQL_DIR, named_queries

if TYPE_CHECKING:
    from asyncpg import Connection

LOCK = 0x69767266  # "ivrf"
ANSWER_S = 2.0  # a database that is slower is away: a line that takes over cannot wait for it
KEEP_S = 1.0
CLOSE_S = 1.0

_log = structlog.get_logger(__name__)

_AWAY = (
    OSError,
    ValueError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


class Verdict(Enum):
    """Whose the fence is."""

    OURS = auto()
    ANOTHERS = auto()
    UNKNOWN = auto()  # the database is away


class Fence:
    """An advisory lock, held on a session of its own for as long as this process lives.

    The lock ends with its session: also when the host vanishes, within 5 s, or Postgres
    is restarted; then `keep` takes it again.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._queries = named_queries(SQL_DIR / "queries.sql")
        self._session: Connection | None = None
        self._ours = False

    async def ask(self) -> Verdict:
        """Take the fence if it is free; whose it is then. Answers within 2 s."""
        try:
            async with asyncio.timeout(ANSWER_S):
                session = await self._open()
                if self._ours:
                    await session.execute("SELECT 1")
                else:
                    self._ours = bool(await session.fetchval(self._queries["take_fence"], LOCK))
        except _AWAY as error:
            self._lose(error)
            return Verdict.UNKNOWN
        return Verdict.OURS if self._ours else Verdict.ANOTHERS

    async def answers(self) -> bool:
        """Whether the database can be asked; nothing is taken."""
        try:
            async with asyncio.timeout(ANSWER_S):
                await (await self._open()).execute("SELECT 1")
        except _AWAY as error:
            self._lose(error)
            return False
        return True

    async def keep(self) -> None:
        """Look after the fence for ever, and take it again where it was lost; end by cancelling."""
        known = Verdict.OURS
        while True:
            verdict = await self.ask()
            if verdict is not known:
                self._tell(verdict)
            known = verdict
            await asyncio.sleep(KEEP_S)

    async def close(self) -> None:
        """Let go of it."""
        session, self._session, self._ours = self._session, None, False
        if session is not None:
            try:
                await session.close(timeout=CLOSE_S)
            except _AWAY:
                session.terminate()

    async def _open(self) -> Connection:
        if self._session is None:
            session = await asyncpg.connect(
                self._url, server_settings={"application_name": "ivr-fence"}
            )
            self._session = session
            await session.execute(self._queries["notice_loss"])
        return self._session

    def _lose(self, error: Exception) -> None:
        if self._session is not None:
            _log.warning("fence.session_lost", reason=type(error).__name__)
            self._session.terminate()
        self._session, self._ours = None, False

    def _tell(self, verdict: Verdict) -> None:
        match verdict:
            case Verdict.OURS:
                _log.info("fence.held_again")
            case Verdict.ANOTHERS:
                _log.error("fence.another_controller_has_it")
            case Verdict.UNKNOWN:
                _log.warning("fence.database_away")
