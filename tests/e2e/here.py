"""The line in the process of the test, where its clock can be another."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

from ivr.domain.schedule import HELSINKI
from ivr.plan import Options
from ivr.running import Stop
from ivr.service import serve
from ivr.settings import Settings
from tests.e2e.line import POLL_S, READY_S, Line


@dataclass(kw_only=True)
class MovedClock:
    """The machine's clock, moved by so much, which may change. Implements `ivr.ports.Clock`."""

    by: timedelta

    @classmethod
    def set_to(cls, wall: str) -> Self:
        """A clock that shows `2026-12-24 10:00` in Finland now, and goes on from there."""
        wanted = datetime.fromisoformat(wall).replace(tzinfo=HELSINKI)
        return cls(by=wanted - datetime.now(UTC))

    def now(self) -> datetime:
        """The present instant of this clock, UTC."""
        return datetime.now(UTC) + self.by


@dataclass(kw_only=True)
class LineHere(Line):
    """The line as `ivr.service.serve` runs it, in a task of the test."""

    clock: MovedClock
    console: list[str] = field(default_factory=list)
    _serving: asyncio.Task[None] | None = None

    @property
    def runs(self) -> bool:
        """Whether it has been started and has not ended."""
        return self._serving is not None and not self._serving.done()

    async def start(self) -> None:
        """Start it, and return once it takes calls."""
        settings = Settings.from_environment(self.environment)
        options = Options(config_dir=self.config_dir, say=self.console.append, clock=self.clock)
        self._stop = Stop()
        self.console.clear()
        self._serving = asyncio.create_task(serve(settings, options, self._stop))
        deadline = asyncio.get_running_loop().time() + READY_S
        while "The line is ready." not in self.console:
            late = asyncio.get_running_loop().time() > deadline
            given_up = late or not self.runs
            assert not given_up, f"the line did not start:\n{self.said()}"
            await asyncio.sleep(POLL_S)
        self.started.append(self)

    async def stop(self) -> None:
        """Ask it to end, and wait until it has; raises what it failed of."""
        assert self._serving is not None
        self._stop.ask()
        await asyncio.wait_for(self._serving, READY_S)

    async def later(self, **by: float) -> None:
        """The machine is started again when so much time has passed, and the line with it."""
        await self.stop()
        (Path(self.environment["IVR_STATE_DIR"]) / "clock.json").unlink()
        self.clock.by += timedelta(**by)
        await self.start()

    def said(self) -> str:
        """Everything that it said at the console."""
        return "\n".join(self.console)
