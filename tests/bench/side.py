"""One side of the comparison at work: its Asterisk, its counsellors, its controller if ours."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.settings import PROJECT_ROOT, Address, PortRange
from tests.bench import usage
from tests.bench.controller import Controller, Record
from tests.bench.figures import Cpu, Name
from tests.bench.load import Sipp
from tests.bench.phones import Phones
from tests.bench.place import BENCH, ECHO_PORTS, OUR_RTP, QUEUE_RTP, Place
from tests.bench.polling import until
from tests.bench.queue_side import write_dialplan
from tests.ports import free_port

# Our side says the place in the line while the phone rings, Queue() before: it rings so much
# shorter there that both calls last equally long.
RING_S = 2.0

_REACHABLE_WITHIN_S = 20.0
_EMPTY_WITHIN_S = 60.0


@dataclass(kw_only=True)
class Side:
    """One side at work. `controller` is None for the queue's."""

    name: Name
    place: Place
    asterisk: EmbeddedAsterisk
    sipp: Sipp
    ring_s: float
    phones: Phones
    controller: Controller | None = None

    def cpu(self) -> Cpu:
        """What its processes have used since they began."""
        running = json.loads((self.asterisk.state_dir / "asterisk" / "run.json").read_text())
        asterisk = usage.cpu_s(int(running["pid"]))
        if self.controller is None:
            return Cpu(asterisk=asterisk)
        controller, postgres = self.controller.cpu()
        return Cpu(asterisk=asterisk, controller=controller, postgres=postgres)

    async def emptied(self) -> None:
        """Wait until no channel is left. TimeoutError if one stays."""
        await until(
            lambda: self._says("core show channels count", "0 active channels", 1), _EMPTY_WITHIN_S
        )

    async def reachable(self) -> None:
        """Wait until Asterisk reaches every counsellor's phone."""
        wanted = len(self.place.bulk) + len(self.place.probed)
        await until(
            lambda: self._says("pjsip show contacts", " Avail ", wanted), _REACHABLE_WITHIN_S
        )

    async def _says(self, command: str, words: str, times: int) -> bool:
        """Whether Asterisk's console answers with these words so often."""
        answer = await asyncio.to_thread(self.asterisk.cli, command)
        return answer.count(words) >= times


@asynccontextmanager
async def our_side(place: Place, record: Record) -> AsyncIterator[Side]:
    """This system, as users run it."""
    dialplan = PROJECT_ROOT / "dialplan"
    async with _switch(Name.OURS, place, dialplan, OUR_RTP, ring_s=RING_S) as side:
        access = side.asterisk.ensure_running()
        async with Controller.running(place, access, record) as side.controller:
            yield side


@asynccontextmanager
async def queue_side(place: Place) -> AsyncIterator[Side]:
    """Asterisk alone."""
    position = place.sound("queue_next")
    said_s = sum(file.with_name(f"{file.name}.alaw").stat().st_size / 8000 for file in position)
    dialplan = write_dialplan(place)
    async with _switch(Name.QUEUE, place, dialplan, QUEUE_RTP, ring_s=RING_S - said_s) as side:
        yield side


@asynccontextmanager
async def _switch(
    name: Name, place: Place, dialplan: Path, rtp: PortRange, *, ring_s: float
) -> AsyncIterator[Side]:
    folder = BENCH / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    asterisk = EmbeddedAsterisk(
        root=place.root,
        state_dir=folder,
        dialplan_dir=dialplan,
        prompts_dir=place.prompts,
        sip=Address(host="127.0.0.1", port=free_port()),
        rtp=rtp,
        accounts=place.accounts,
    )
    async with AsyncExitStack() as stack:
        stack.callback(asterisk.stop)
        await asyncio.to_thread(asterisk.ensure_running)
        sipp = Sipp(root=place.root, server=asterisk.sip, folder=folder)
        phones = await _counsellors(place, asterisk, sipp, ring_s, stack)
        side = Side(
            name=name, place=place, asterisk=asterisk, sipp=sipp, ring_s=ring_s, phones=phones
        )
        await side.reachable()
        yield side


async def _counsellors(
    place: Place, asterisk: EmbeddedAsterisk, sipp: Sipp, ring_s: float, stack: AsyncExitStack
) -> Phones:
    """Register everybody; SIPp is on the port that its counsellors were registered from."""
    secrets = json.loads((asterisk.state_dir / "secrets" / "phones.json").read_text())
    registered = await Phones.plugged_in(asterisk.sip, ring_s=ring_s)
    await registered.register({account: secrets[account] for account in place.bulk})
    port = registered.port
    await registered.unplug()
    echo = ECHO_PORTS[0] if "ours" in str(asterisk.state_dir) else ECHO_PORTS[1]
    await stack.enter_async_context(sipp.counsellors(port=port, echo=echo, ring_s=ring_s))
    phones = await Phones.plugged_in(asterisk.sip, ring_s=ring_s)
    stack.push_async_callback(phones.unplug)
    await phones.register({account: secrets[account] for account in place.probed})
    return phones
