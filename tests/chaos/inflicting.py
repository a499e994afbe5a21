"""How each fault is done to the line, and when it has been got over."""

import asyncio
import math
import resource
import signal
import time
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.beside import beside
from tests.chaos.counsellors import Counsellor
from tests.chaos.evidence import Struck
from tests.chaos.faults import KINDS, Fault, Part, Planned
from tests.chaos.ground import Ground
from tests.chaos.load import Load

SLOW_S = 5.0
_OVER_WITHIN_S = 60.0

Say = Callable[[str], None]
Deed = Callable[[Planned], Coroutine[Any, Any, None]]


@dataclass(kw_only=True)
class Inflicting:
    """Strikes as planned. `struck` has every fault that is over, got over or not."""

    ground: Ground
    load: Load
    say: Say
    struck: list[Struck] = field(default_factory=list)
    _parts: dict[Part, asyncio.Lock] = field(
        default_factory=lambda: {part: asyncio.Lock() for part in Part}
    )
    _dropped: Counsellor | None = None

    async def all_of(self, planned: tuple[Planned, ...]) -> None:
        """Strike each at its time; return when all are over."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as faults:
            for each in planned:
                await asyncio.sleep(began + each.at_s - time.monotonic())
                faults.create_task(self._strike(each))

    async def _strike(self, planned: Planned) -> None:
        """Strike, unless what struck before is not got over yet: then once it is."""
        hits = next(kind.hits for kind in KINDS if kind.fault is planned.fault)
        async with AsyncExitStack() as whole:
            for part in sorted(hits, key=lambda each: each.value):
                await whole.enter_async_context(self._parts[part])
            await self._strike_now(planned)

    async def _strike_now(self, planned: Planned) -> None:
        began, on_the_line = time.time(), self.load.on_the_line
        self.say(f"{planned.fault}, {planned.lasts_s:g} s; {on_the_line} callers on the line")
        back = math.nan
        deed, get_over = self._deeds[planned.fault]
        await deed(planned)
        ended = time.time()
        try:
            await get_over()
            back = time.time()
        except TimeoutError:
            self.say(f"{planned.fault}: not got over")
        self.struck.append(
            Struck(
                fault=planned.fault, began=began, ended=ended, back=back, on_the_line=on_the_line
            )
        )

    @property
    def _deeds(self) -> dict[Fault, tuple[Deed, Callable[[], Coroutine[Any, Any, None]]]]:
        return {
            Fault.KILLED: (self._kill, self._controller_back),
            Fault.AWAY: (self._kill, self._controller_back),
            Fault.TAKEN_OVER: (self._take_over, self._calls_taken),
            Fault.DEPLOYED: (self._deploy, self._controller_back),
            Fault.FROZEN: (self._freeze, self._calls_taken),
            Fault.DISK_FULL: (self._fill_disk, self._calls_taken),
            Fault.CUT: (self._cut, self._calls_taken),
            Fault.HALF_OPEN: (self._half_open, self._calls_taken),
            Fault.RECORD_KILLED: (self._kill_record, self._record_back),
            Fault.RECORD_AWAY: (self._kill_record, self._record_back),
            Fault.RECORD_SLOW: (self._slow_record, self._recorded),
            Fault.RECORD_AND_CONTROLLER: (self._kill_both, self._record_back),
            Fault.PHONE_DROPPED: (self._drop_phone, self._phone_back),
            Fault.ASTERISK_KILLED: (self._kill_asterisk, self._asterisk_back),
        }

    # --- got over ------------------------------------------------------------------

    async def _calls_taken(self) -> None:
        await self.ground.becomes("ready", "degraded")

    async def _recorded(self) -> None:
        await self.ground.becomes("ready")

    async def _controller_back(self) -> None:
        await self.ground.controller_up()
        await self._calls_taken()

    async def _record_back(self) -> None:
        await self.ground.record_up()
        await self.ground.controller_up()
        await self._recorded()

    async def _asterisk_back(self) -> None:
        await self.ground.asterisk_up()
        async with asyncio.timeout(_OVER_WITHIN_S):
            for each in self.load.counsellors:
                await each.sign_on()
        await self._calls_taken()

    async def _phone_back(self) -> None:
        if self._dropped is not None:
            self._dropped.alive = True
            async with asyncio.timeout(_OVER_WITHIN_S):
                await self._dropped.sign_on()

    # --- the controller ------------------------------------------------------------

    async def _kill(self, planned: Planned) -> None:
        await self.ground.line.kill()
        await asyncio.sleep(planned.lasts_s)

    async def _take_over(self, planned: Planned) -> None:
        """The one that waits has nothing more to load."""
        standby = await self.ground.standby()
        await self.ground.line.kill()
        self.ground.line = standby
        await asyncio.sleep(planned.lasts_s)

    async def _deploy(self, planned: Planned) -> None:
        await self.ground.line.stop()
        await asyncio.sleep(planned.lasts_s)

    async def _freeze(self, planned: Planned) -> None:
        process = self.ground.line.process
        assert process is not None
        process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(planned.lasts_s)
        process.send_signal(signal.SIGCONT)

    async def _fill_disk(self, planned: Planned) -> None:
        """No file of the controller takes a byte more (RLIMIT_FSIZE: setrlimit(2))."""
        pid = self.ground.controller_pid
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
        await asyncio.sleep(planned.lasts_s)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)

    # --- its wires -------------------------------------------------------------------

    async def _cut(self, planned: Planned) -> None:
        self.ground.socket.cut()
        await asyncio.sleep(planned.lasts_s)

    async def _half_open(self, planned: Planned) -> None:
        self.ground.socket.go_dead()
        await asyncio.sleep(planned.lasts_s)

    async def _slow_record(self, planned: Planned) -> None:
        self.ground.record.slow_s = SLOW_S
        await asyncio.sleep(planned.lasts_s)
        self.ground.record.slow_s = 0.0

    # --- its servers -----------------------------------------------------------------

    async def _kill_record(self, planned: Planned) -> None:
        self.ground.kill_record()
        await asyncio.sleep(planned.lasts_s)

    async def _kill_both(self, planned: Planned) -> None:
        """The controller is started again before Postgres is."""
        self.ground.kill_record()
        await self.ground.line.kill()
        async with beside(self.ground.controller_up()):
            await asyncio.sleep(planned.lasts_s)

    async def _kill_asterisk(self, planned: Planned) -> None:
        self.ground.kill_asterisk()
        self.load.cut_off()
        await asyncio.sleep(planned.lasts_s)

    async def _drop_phone(self, planned: Planned) -> None:
        """One counsellor's phone says no more, not even good-bye."""
        counsellors = self.load.counsellors
        self._dropped = counsellors[int(planned.which * len(counsellors))]
        self._dropped.die()
        await asyncio.sleep(planned.lasts_s)
