"""One real Asterisk for all tests here, and for each a connection to it and telephones."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from ivr.adapters.ari import AriConnections, AriTarget
from ivr.adapters.ari.connection import AriConnection
from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.embedded.packages import Root
from ivr.embedded.passwords import phone_passwords
from ivr.phone.baresip import open_telephony
from ivr.phone.phone import Phone, PhoneCall, Telephony
from ivr.phone.repertoire import Repertoire
from ivr.ports import Arrived, Media, PhoneChanged, Switch, SwitchEvent
from ivr.settings import PROJECT_ROOT, Address, PortRange
from ivr.tasks import Tasks
from tests.ports import free_port

from .server import FakeAri, serving

SOUNDS = {"short": 0.2, "long": 60.0, "fi/apology": 0.2, "sv/apology": 0.2, "music/music": 1.0}
SERVICE_NUMBER = "0291512360"
BOUND_S = 10.0

Event = TypeVar("Event", bound=SwitchEvent)


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """The running Asterisk, how to reach it and what it can play."""

    asterisk: EmbeddedAsterisk
    target: AriTarget

    def sound(self, name: str) -> Media:
        return Media(str(self.asterisk.prompts_dir / name))


@pytest.fixture
async def ari() -> AsyncIterator[FakeAri]:
    """A server in Asterisk's place."""
    async with serving(FakeAri()) as server:
        yield server


@pytest.fixture(scope="session")
def exchange(programs: Root) -> Iterator[Exchange]:
    with tempfile.TemporaryDirectory(prefix="ivr-ari-") as folder:
        asterisk = EmbeddedAsterisk(
            root=programs,
            state_dir=Path(folder) / "state",
            dialplan_dir=PROJECT_ROOT / "dialplan",
            prompts_dir=_prompts(Path(folder) / "prompts"),
            sip=Address(host="127.0.0.1", port=free_port()),
            rtp=PortRange(first=31000, last=31999),
            accounts=("anna", "bertil"),
        )
        try:
            access = asterisk.ensure_running()
            target = AriTarget(url=access.ari_url, user=access.user, password=access.password)
            yield Exchange(asterisk=asterisk, target=target)
        finally:
            asterisk.stop()


@pytest.fixture
async def telephony(exchange: Exchange) -> AsyncIterator[Telephony]:
    async with open_telephony(exchange.asterisk.sip, Repertoire.of({})) as phones:
        yield phones


@pytest.fixture
async def citizen(telephony: Telephony) -> Phone:
    return await telephony.citizen("+358401234567")


@dataclass
class Line:
    """An open connection, and every event that came over it."""

    switch: Switch
    connection: AriConnection
    seen: list[SwitchEvent] = field(default_factory=list)

    async def listen(self) -> None:
        async for event in self.connection.events():
            self.seen.append(event)

    async def until(
        self, kind: type[Event], fits: Callable[[Event], bool] = lambda _: True, *, after: int = 0
    ) -> Event:
        """The first event of a kind among all, or among those `after` so many."""
        async with asyncio.timeout(BOUND_S):
            while True:
                for event in self.seen[after:]:
                    if isinstance(event, kind) and fits(event):
                        return event
                await asyncio.sleep(0.01)

    async def called_by(self, phone: Phone) -> tuple[PhoneCall, Arrived]:
        """Somebody calls the service; returns once the call has arrived."""
        before = len(self.seen)
        call = await phone.dial(SERVICE_NUMBER)
        return call, await self.until(Arrived, after=before)


@pytest.fixture
async def line(exchange: Exchange) -> AsyncIterator[Line]:
    """A connection of the test's own; what it leaves on the switch is cleared away."""
    connections = AriConnections(exchange.target, ["anna"])
    async with connections.connect() as connection, Tasks() as tasks:
        line = Line(connection.switch, connection)
        tasks.start(line.listen(), "listen")
        yield line
        left = await line.switch.snapshot()
        for bridge in left.bridges:
            await line.switch.part(bridge)
        for channel in left.channels:
            await line.switch.hang_up(channel)


@pytest.fixture
async def anna(exchange: Exchange, telephony: Telephony, line: Line) -> Phone:
    """A counsellor's phone, registered."""
    passwords = phone_passwords(exchange.asterisk.state_dir, ["anna"])
    phone = await telephony.counsellor("anna", passwords["anna"])
    await line.until(PhoneChanged, lambda changed: changed.reachable)
    return phone


def _prompts(folder: Path) -> Path:
    for name, seconds in SOUNDS.items():
        file = folder / f"{name}.sln"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bytes(int(seconds * 16000)))  # 8 kHz, 16 bits of silence
    return folder
