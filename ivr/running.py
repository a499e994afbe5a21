"""The line at work: what runs beside each other, and the stages in which it ends."""

import asyncio
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import structlog

from ivr.adapters.erasing import Eraser
from ivr.adapters.shipping import Shipper
from ivr.director import Conductor
from ivr.tasks import Tasks

log = structlog.get_logger(__name__)

SHIP_BOUND_S = 5.0


class Stop:
    """The wish to end: the first time for an orderly end, the second for a quick one."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.insisted = asyncio.Event()

    def ask(self) -> None:
        """Wish it once more."""
        (self.insisted if self.asked.is_set() else self.asked).set()


@contextmanager
def signals(stop: Stop) -> Iterator[None]:
    """SIGINT and SIGTERM ask to stop, for as long as the block lasts."""
    loop = asyncio.get_running_loop()
    wanted = (signal.SIGINT, signal.SIGTERM)
    for number in wanted:
        loop.add_signal_handler(number, stop.ask)
    try:
        yield
    finally:
        for number in wanted:
            loop.remove_signal_handler(number)


class OwnServer(Protocol):
    """A server of our own, which ends with us."""

    def stop(self) -> None:
        """End it; blocking."""
        ...


@dataclass(frozen=True, kw_only=True)
class Line:
    """The line, ready to run. `own` are our own servers, in the order in which they end."""

    conductor: Conductor
    shipper: Shipper
    eraser: Eraser
    own: Sequence[OwnServer]
    announcement: Sequence[str]
    say: Callable[[str], None]

    async def run(self, stop: Stop) -> None:
        """Take calls until asked to stop, then end in stages.

        With servers of our own, whose end would end the calls: no new calls, and
        those in progress may end. Otherwise the calls stay in Asterisk for the next
        controller. Then the record is brought to Postgres, and our servers end.
        """
        async with Tasks() as tasks:
            conducting = tasks.start(self.conductor.conduct(), "conduct")
            tasks.start(self.shipper.ship(), "ship")
            tasks.start(self.eraser.erase(), "erase")
            tasks.start(self._announce(), "announce")
            asked = tasks.start(stop.asked.wait(), "stop")
            await asyncio.wait({conducting, asked}, return_when=asyncio.FIRST_COMPLETED)
            if conducting.done():
                conducting.result()  # raises why
            if self.own:
                await self._finish_calls(stop, tasks)
            log.info("line.leaves_the_switch", calls=self.conductor.calls)
            await self.conductor.leave()
        left = await self.shipper.drain(SHIP_BOUND_S)
        log.info("line.ended", events_left_for_the_next_start=left)
        for server in self.own:
            await asyncio.to_thread(server.stop)

    async def _announce(self) -> None:
        """Tell the person at the console, once calls are taken."""
        await self.conductor.ready.wait()
        for text in self.announcement:
            self.say(text)

    async def _finish_calls(self, stop: Stop, tasks: Tasks) -> None:
        if calls := self.conductor.calls:
            self.say(f"No new calls. Waiting for {calls} to end; Ctrl-C again ends them now.")
        finishing = tasks.start(self.conductor.finish(), "finish")
        insisted = tasks.start(stop.insisted.wait(), "insist")
        await asyncio.wait({finishing, insisted}, return_when=asyncio.FIRST_COMPLETED)
