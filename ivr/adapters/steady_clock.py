"""What time the line goes by: the machine's, but a step of it is followed only between calls."""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import structlog

from ivr.ports import Clock

TOLERATED = timedelta(seconds=2)  # what nobody on the line would notice
LOOKS_EVERY_S = 1.0
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")

log = structlog.get_logger(__name__)


def since_boot() -> float:
    """Seconds since the machine was started, suspended or not; no setting of a clock moves it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def boot() -> str:
    """Which start of the machine `since_boot` counts from."""
    return _BOOT_ID.read_text().strip()


def line_time(path: Path) -> datetime:
    """What time a line goes by that keeps its clock in this file; the machine's if none does.

    What a person sets beside a running line is to hold there at once, and to end there in time,
    also while the line does not follow a step of the machine's clock.
    """
    began = _kept(path, boot())
    return datetime.now(UTC) if began is None else began + timedelta(seconds=since_boot())


class SteadyClock:
    """Goes on evenly, whatever is done to the machine's clock. Implements `ivr.ports.Clock`.

    How long somebody has waited is told by two readings of it. So while anybody is on the line
    a step of the machine's clock (`ahead_s` says of how much) is not followed, and is as soon as
    nobody is. What the clock goes by is kept in a file: a controller that is started again, on
    the same machine, finds its calls as old as they are.
    """

    def __init__(
        self, machine: Clock, path: Path, *, elapsed: Callable[[], float], boot_id: str
    ) -> None:
        self._machine = machine
        self._path = path
        self._elapsed = elapsed
        self._boot_id = boot_id
        self._ahead = timedelta()
        kept = self._read()
        self._zero = kept or self._by_machine()
        if kept is None:
            self._keep()
        self.look(busy=True)

    @classmethod
    def open(cls, machine: Clock, path: Path) -> Self:
        """Go on where an earlier process on this machine has been, or begin at its clock.

        A folder that cannot be made is refused by what cannot do without it.
        """
        with suppress(OSError):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return cls(machine, path, elapsed=since_boot, boot_id=boot())

    def go_on(self) -> None:
        """Go by what the process has gone by that was on the line until now."""
        self._zero = self._read() or self._zero

    def now(self) -> datetime:
        """The present instant, UTC."""
        return self._zero + timedelta(seconds=self._elapsed())

    def of_machine(self, at: datetime) -> datetime:
        """An instant that the machine's clock has told, as this clock has it (UTC).

        It may have been told before a step that is not followed yet, and is off by it then.
        """
        return at - (self._by_machine() - self._zero)

    @property
    def ahead_s(self) -> float:
        """How far the machine's clock is ahead (below nought: behind), seconds; 0 if it agrees."""
        return self._ahead.total_seconds()

    async def follow(self, busy: Callable[[], bool]) -> None:
        """Follow the machine's clock whenever nobody is on the line, for ever."""
        while True:
            self.look(busy=busy())
            await asyncio.sleep(LOOKS_EVERY_S)

    def look(self, *, busy: bool) -> None:
        """Compare with the machine's clock; follow it unless somebody is on the line."""
        differs, before = self._by_machine() - self._zero, self._ahead
        self._ahead = differs if abs(differs) > TOLERATED else timedelta()
        if abs(self._ahead - before) > TOLERATED:
            log.warning("clock.stepped", ahead_s=self.ahead_s)
        if self._ahead and not busy:
            self._zero, self._ahead = self._zero + differs, timedelta()
            self._keep()
            log.warning("clock.followed", by_s=differs.total_seconds())

    def _by_machine(self) -> datetime:
        """When the machine was started, by its clock as it is set now."""
        return self._machine.now() - timedelta(seconds=self._elapsed())

    def _read(self) -> datetime | None:
        return _kept(self._path, self._boot_id)

    def _keep(self) -> None:
        """A disk in trouble keeps nobody from knowing the time."""
        new = self._path.with_suffix(".new")
        try:
            new.write_text(json.dumps({"boot": self._boot_id, "began": self._zero.isoformat()}))
            new.replace(self._path)
        except OSError:
            log.exception("clock.not_kept", file=str(self._path))


def _kept(path: Path, boot_id: str) -> datetime | None:
    """When the machine was started, by the clock of the line; None where that is not kept."""
    try:
        kept = json.loads(path.read_text())
        if kept["boot"] != boot_id:
            return None
        return datetime.fromisoformat(kept["began"]).astimezone(UTC)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, LookupError, TypeError):
        log.exception("clock.unreadable", file=str(path))
        return None
