"""The controller under load, as users run it, and the record that it writes to."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from ivr.embedded.asterisk import AsteriskAccess
from ivr.embedded.postgres import EmbeddedPostgres
from ivr.settings import PROJECT_ROOT, Address
from tests.bench import usage
from tests.bench.place import BENCH, Place
from tests.e2e.line import Line
from tests.ports import free_port


@dataclass(frozen=True, kw_only=True)
class Record:
    """The Postgres that the controller writes to."""

    url: str
    pid: int


@contextmanager
def record() -> Iterator[Record]:
    """A Postgres with an empty database, for as long as the block lasts. Raises Refusal."""
    server = EmbeddedPostgres(BENCH / "record")
    try:
        server.ensure_running()
        server.drop_database("bench")
        url = server.create_database("bench")
        pid = (server.state_dir / "postgres" / "data" / "postmaster.pid").read_text()
        yield Record(url=url, pid=int(pid.split()[0]))
    finally:
        server.stop()


@dataclass(kw_only=True)
class Controller(Line):
    """`ivr run` in a process of its own. With `samples` it is profiled into that file."""

    record: Record
    samples: Path | None = None

    @classmethod
    @asynccontextmanager
    async def running(
        cls, place: Place, access: AsteriskAccess, record: Record, samples: Path | None = None
    ) -> AsyncIterator["Controller"]:
        """A controller that takes calls, for as long as the block lasts."""
        state = BENCH / "controller"
        state.mkdir(exist_ok=True)
        prompts = state / "prompts"
        prompts.unlink(missing_ok=True)
        prompts.symlink_to(place.prompts)
        http = Address(host="127.0.0.1", port=free_port())
        environment = {
            "IVR_ARI_URL": access.ari_url,
            "IVR_ARI_USER": access.user,
            "IVR_ARI_PASSWORD": access.password,
            "IVR_DATABASE_URL": record.url,
            "IVR_STATE_DIR": str(state),
            "IVR_SIP_BIND": str(access.sip),
            "IVR_HTTP_BIND": str(http),
        }
        controller = cls(
            config_dir=place.config_dir,
            environment=environment,
            http=http,
            database_url=record.url,
            log=BENCH / "controller.out",
            record=record,
            samples=samples,
        )
        await controller.start()
        try:
            yield controller
        finally:
            await controller.stop()

    async def start(self) -> None:
        """Start it, and return once it takes calls."""
        program = ["-m", "ivr"]
        if self.samples is not None:
            program = ["-m", "tests.bench.sampling", str(self.samples)]
        with self.log.open("wb") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *program, "--config", str(self.config_dir), "run",
                cwd=PROJECT_ROOT, env={**os.environ, **self.environment},
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        await self.ready()
        if self.samples is not None:
            self.process.send_signal(signal.SIGUSR1)

    def cpu(self) -> tuple[float, float]:
        """CPU seconds used by it and by the Postgres of its record."""
        return usage.cpu_s(self._pid), usage.family_cpu_s(self.record.pid)

    @property
    def memory_mb(self) -> float:
        """Its resident memory, MB (10^6 bytes)."""
        return usage.memory_mb(self._pid)

    async def waiting(self) -> int:
        """How many callers stand in the line now."""
        return await self._metric(r'ivr_calls_now\{scene="waiting"\} (\S+)')

    async def arrived(self) -> int:
        """How many calls have come since it began."""
        return await self._metric(r"ivr_calls_arrived_total\{[^}]*\} (\S+)")

    async def _metric(self, pattern: str) -> int:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://{self.http}/metrics") as answer,
        ):
            found = re.findall(pattern, await answer.text())
        return round(sum(float(value) for value in found))

    @property
    def _pid(self) -> int:
        assert self.process is not None
        return self.process.pid
