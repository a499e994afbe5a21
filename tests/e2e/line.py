"""The line as users run it: the real command, in a process of its own, on real servers."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import asyncpg

from ivr.settings import PROJECT_ROOT, Address

READY_S = 20.0
POLL_S = 0.05


@dataclass(kw_only=True)
class Line:
    """A controller that can be started, stopped and killed, on servers that outlive it."""

    config_dir: Path
    environment: Mapping[str, str]
    http: Address
    database_url: str
    log: Path
    arguments: tuple[str, ...] = ()
    process: asyncio.subprocess.Process | None = field(default=None)

    async def start(self) -> None:
        """Start it, and return once it takes calls."""
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "ivr", "--config", str(self.config_dir), "run",
                *self.arguments,
                cwd=PROJECT_ROOT, env={**os.environ, **self.environment},
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        await self.ready()

    async def ready(self) -> None:
        """Wait until it takes calls; AssertionError with its log if it does not."""
        deadline = asyncio.get_running_loop().time() + READY_S
        async with aiohttp.ClientSession() as session:
            while not await self._answers(session):
                running = self.process is not None and self.process.returncode is None
                late = asyncio.get_running_loop().time() > deadline
                assert running and not late, f"the line did not start:\n{self.said()}"
                await asyncio.sleep(POLL_S)

    async def kill(self) -> None:
        """kill -9."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """SIGTERM, as a deployment does it."""
        await self._end(signal.SIGTERM)

    def said(self) -> str:
        """Everything that it printed and logged."""
        return self.log.read_text(errors="replace")

    async def rows(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Ask the database."""
        connection = await asyncpg.connect(self.database_url)
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()

    async def outcomes(self, number: int, within_s: float = 10.0) -> list[str]:
        """The outcomes of the calls in the order of their arrival, once so many have ended."""
        query = "SELECT outcome FROM call WHERE outcome IS NOT NULL ORDER BY arrived"
        deadline = asyncio.get_running_loop().time() + within_s
        while len(rows := await self.rows(query)) < number:
            late = asyncio.get_running_loop().time() > deadline
            assert not late, f"{number} outcomes wanted, there are {rows}\n{self.said()[-3000:]}"
            await asyncio.sleep(POLL_S)
        return [row["outcome"] for row in rows]

    async def _answers(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"http://{self.http}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def _end(self, number: signal.Signals) -> None:
        if self.process is not None and self.process.returncode is None:
            self.process.send_signal(number)
            await asyncio.wait_for(self.process.wait(), READY_S)
