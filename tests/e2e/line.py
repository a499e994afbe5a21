"""The line as users run it: the real command, in a process of its own, on real servers."""

import asyncio
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import aiohttp
import asyncpg

from ivr.settings import PROJECT_ROOT, Address
from tests.e2e.nursery import Nursery

READY_S = 60.0
POLL_S = 0.05


class Process(Protocol):
    """What is asked of a process, as of `asyncio.subprocess.Process`."""

    @property
    def pid(self) -> int:
        """Its process id."""
        ...

    @property
    def returncode(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        ...

    def send_signal(self, number: signal.Signals, /) -> None:
        """Send it a signal."""
        ...

    async def wait(self) -> int:
        """Wait until it has ended; its exit code."""
        ...


@dataclass(kw_only=True)
class Line:
    """A controller that can be started, stopped and killed, on servers that outlive it.

    Those of one test keep one list of those `started`. `root` is the version that is run; ours
    comes out of the `nursery`, if there is one, and any other loads itself.
    """

    config_dir: Path
    environment: Mapping[str, str]
    http: Address
    database_url: str
    log: Path
    arguments: tuple[str, ...] = ()
    root: Path = PROJECT_ROOT
    started: list["Line"] = field(default_factory=list)
    nursery: Nursery | None = None
    process: Process | None = field(default=None)

    @property
    def runs(self) -> bool:
        """Whether it has been started and has not ended."""
        return self.process is not None and self.process.returncode is None

    async def start(self) -> None:
        """Start it, and return once it takes calls."""
        await self.launch()
        await self.ready()
        self.started.append(self)

    async def launch(self) -> None:
        """Start it, and do not wait."""
        arguments = ["--config", str(self.config_dir), "run", *self.arguments]
        environment = {**os.environ, **self.environment}
        with self.log.open("ab") as log:
            if self.nursery is not None and self.root == PROJECT_ROOT:
                started = self.nursery.start(arguments, environment, self.root, log)
                self.process = await started
            else:
                self.process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "ivr", *arguments, cwd=self.root, env=environment,
                    stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
                )  # fmt: skip

    async def ready(self) -> None:
        """Wait until it takes calls; AssertionError with its log if it does not."""
        deadline = asyncio.get_running_loop().time() + READY_S
        async with aiohttp.ClientSession() as session:
            while not await self._answers(session):
                given_up = not self.runs or asyncio.get_running_loop().time() > deadline
                assert not given_up, f"the line did not start:\n{self.said()}"
                await asyncio.sleep(POLL_S)

    async def kill(self) -> None:
        """kill -9."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> None:
        """SIGTERM, as a deployment does it."""
        await self._end(signal.SIGTERM)

    def interrupt(self) -> None:
        """Ctrl-C."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)

    async def ended(self) -> int:
        """Wait until it has ended by itself; its exit code."""
        assert self.process is not None
        return await asyncio.wait_for(self.process.wait(), READY_S)

    async def says(self, pattern: str) -> None:
        """Wait until it has said so at the console; a console is told a moment later."""
        await self._until(pattern, self.said)

    async def logs(self, pattern: str) -> None:
        """Wait until its log file says so."""
        await self._until(pattern, self.logged)

    async def _until(self, pattern: str, text: Callable[[], str]) -> None:
        deadline = asyncio.get_running_loop().time() + READY_S
        while not re.search(pattern, text(), re.MULTILINE):
            assert asyncio.get_running_loop().time() < deadline, text()
            await asyncio.sleep(POLL_S)

    def said(self) -> str:
        """Everything that it printed and logged."""
        return self.log.read_text(errors="replace")

    def logged(self) -> str:
        """Its log file."""
        file = Path(self.environment["IVR_STATE_DIR"]) / "log" / "ivr.log"
        return file.read_text(errors="replace")

    async def rows(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Ask the database."""
        connection = await asyncpg.connect(self.database_url)
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()

    async def outcomes(self, number: int, within_s: float = 30.0) -> list[str]:
        """The outcomes of the calls in the order of their arrival, once so many have ended."""
        query = "SELECT outcome FROM call WHERE outcome IS NOT NULL ORDER BY arrived"
        return [row["outcome"] for row in await self.rows_once(query, number, within_s)]

    async def rows_once(
        self, query: str, number: int, within_s: float = 30.0
    ) -> list[asyncpg.Record]:
        """The rows of a query, once there are so many: the record comes a moment later."""
        deadline = asyncio.get_running_loop().time() + within_s
        while len(rows := await self.rows(query)) < number:
            late = asyncio.get_running_loop().time() > deadline
            assert not late, f"{number} rows wanted, there are {rows}\n{self.said()[-3000:]}"
            await asyncio.sleep(POLL_S)
        return rows

    async def _answers(self, session: aiohttp.ClientSession) -> bool:
        try:
            async with session.get(f"http://{self.http}/readyz") as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def _end(self, number: signal.Signals) -> None:
        if self.process is not None and self.runs:
            self.process.send_signal(number)
            await asyncio.wait_for(self.process.wait(), READY_S)


def copied(root: Path) -> Path:
    """The version that is tested, in a folder of its own, where it can be changed."""
    for name in ("ivr", "sql", "dialplan", "config"):
        shutil.copytree(PROJECT_ROOT / name, root / name)
    return root
