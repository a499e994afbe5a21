"""How the line is run, and where: what is settled before any part of it is made."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from ivr import banner
from ivr.adapters.notice_folder import NoticeFolder
from ivr.adapters.steady_clock import SteadyClock
from ivr.domain.call import LineId
from ivr.domain.service import Service
from ivr.ports import Clock
from ivr.settings import Settings
from ivr.source import Source


class SystemClock:
    """The machine's clock. Implements `ivr.ports.Clock`."""

    def now(self) -> datetime:
        """The present instant, UTC."""
        return datetime.now(UTC)


def _at_once(line: str) -> None:
    """To the console, also where that is a file or a pipe that somebody follows.

    One that is closed or full is no reason to stop: the log has it all.
    """
    with suppress(OSError):
        print(line, flush=True)


@dataclass(frozen=True, kw_only=True)
class Options:
    """How the line is run.

    `open_now` overrides the opening hours, for trying the line. With `take_over` a
    controller that runs the line is ended. `say` takes the lines that a person at the
    console reads.
    """

    config_dir: Path
    open_now: bool = False
    take_over: bool = False
    say: Callable[[str], None] = _at_once
    clock: Clock = field(default_factory=SystemClock)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One run of the line. `names` are those of the lines for the console."""

    settings: Settings
    options: Options
    clock: SteadyClock
    source: Source
    notices: NoticeFolder
    names: dict[LineId, str]

    @property
    def record(self) -> Path:
        """Where events wait for the database."""
        return self.settings.state_dir / "outbox.sqlite"

    def announcement(self, service: Service) -> list[str]:
        """What the console is told when calls are taken by this configuration."""
        now, trial = self.clock.now(), self.options.open_now
        return list(banner.lines(service, self.settings, now=now, trial=trial))
