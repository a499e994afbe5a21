"""The line at work: what runs beside each other, and the stages in which it ends."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import structlog

from ivr.adapters.shipping import Shipper
from ivr.adapters.steady_clock import SteadyClock
from ivr.director import Conductor
from ivr.errors import Refusal
from ivr.tasks import Tasks
from ivr.upkeep import Upkeep, Work

log = structlog.get_logger(__name__)

SHIP_BOUND_S = 5.0
LOOK_S = 0.5  # so often it is looked whether somebody waits to take over


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
    """The line, ready to run. `own` are our own servers, in the order in which they end.

    `kept_up` is the work, by its name, that goes on as long as calls are taken, and which no
    call waits for; `recording` ends only if nothing can be recorded any more. `awaited` tells
    whether another controller waits to take over.
    """

    conductor: Conductor
    shipper: Shipper
    recording: Callable[[], Awaitable[None]]
    kept_up: Mapping[str, Work]
    upkeep: Upkeep
    own: Sequence[OwnServer]
    awaited: Callable[[], bool]
    clock: SteadyClock
    announcement: Sequence[str]
    say: Callable[[str], None]

    async def run(self, stop: Stop) -> None:
        """Take calls until asked to stop, then end in stages.

        With servers of our own, whose end would end the calls: no new calls, and
        those in progress may end. Otherwise the calls stay in Asterisk for the next
        controller. Then the record is brought to Postgres, and our servers end.
        With a standby, which has both from now on, nothing of this is waited for, also where it
        comes meanwhile.

        A fault in what takes calls or records them is raised: whoever started us starts us
        again, and the calls are on the switch until then.
        """
        async with Tasks() as tasks:
            conducting = tasks.start(self.conductor.conduct(), "conduct")
            recording = tasks.start(self._record(), "record")
            for name, work in self.kept_up.items():
                tasks.start(self.upkeep.keep(name, work, tasks), f"keep up {name}")
            tasks.start(self.clock.follow(self._busy), "clock")
            tasks.start(self._announce(), "announce")
            asked = tasks.start(stop.asked.wait(), "stop")
            vital = {conducting, recording}
            await asyncio.wait({*vital, asked}, return_when=asyncio.FIRST_COMPLETED)
            for task in vital:
                if task.done():
                    task.result()  # raises why
            succeeded = self.awaited()
            if self.own and not succeeded:
                await self._finish_calls(stop, tasks)
            log.info("line.leaves_the_switch", calls=self.conductor.calls)
            await self.conductor.leave()
        if succeeded or self.awaited():  # else our servers' end would end the calls left on them
            log.info("line.left_to_the_standby")
            self.say("The standby takes over.")
            return
        left = await self.shipper.drain(SHIP_BOUND_S)
        log.info("line.ended", events_left_for_the_next_start=left)
        for server in self.own:
            await asyncio.to_thread(server.stop)

    async def _record(self) -> None:
        await self.recording()
        raise Refusal("Nothing can be recorded any more: the log says why.")

    def _busy(self) -> bool:
        """Whether anybody is on the line; while that is not known, perhaps."""
        return not self.conductor.connected or self.conductor.calls > 0

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
        succeeded = tasks.start(self._until_awaited(), "standby")
        endings = {finishing, insisted, succeeded}
        await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)

    async def _until_awaited(self) -> None:
        """Who is started while we end takes the calls at once, and those that we turn away."""
        while True:
            await asyncio.sleep(LOOK_S)
            if self.awaited():
                return
