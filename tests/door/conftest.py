"""One Asterisk for all who knock at the door: its trunk, its phones, and strangers."""

import asyncio
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ivr.adapters.ari import AriConnections, AriTarget
from ivr.adapters.ari.connection import AriConnection
from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.embedded.packages import Root
from ivr.embedded.passwords import phone_passwords
from ivr.ports import Arrived, PhoneDialled, SwitchEvent
from ivr.settings import PROJECT_ROOT, Address, PortRange, SipTls
from ivr.tasks import Tasks
from tests.door.knocking import BOUND_S, Knocker, knocking, until
from tests.e2e.outside import listening
from tests.ports import free_port

SERVICE_NUMBER = "0291512360"
# All that Asterisk can tell of those who knock; shipped is less (dialplan/logger.conf).
_LOUD = "[general]\ndateformat=%FT%T\n[logfiles]\nmessages => warning,error\nsecurity => security\n"
_SOUNDS = ("fi/apology", "sv/apology", "music/music")


@dataclass(frozen=True, kw_only=True)
class Door:
    """A running Asterisk with TLS that logs all it can; its carrier answers nothing."""

    asterisk: EmbeddedAsterisk
    target: AriTarget
    carrier: Address

    @property
    def sip(self) -> Address:
        return self.asterisk.sip

    @property
    def tls(self) -> Address:
        assert self.asterisk.tls
        return self.asterisk.tls.bind

    @property
    def certificate(self) -> Path:
        assert self.asterisk.tls
        return self.asterisk.tls.certificate

    def password(self, account: str) -> str:
        return phone_passwords(self.asterisk.state_dir, [account])[account]

    def logged(self, name: str) -> str:
        """What stands in one of Asterisk's logs: messages, security."""
        return (self.asterisk.state_dir / "asterisk" / "log" / name).read_text(errors="replace")

    def knock(self, host: str = "127.0.0.2") -> AbstractAsyncContextManager[Knocker]:
        """Somebody with an address of their own; 127.0.0.1 is the trunk's."""
        return knocking(self.sip, host)


@pytest.fixture(scope="session")
def door(programs: Root) -> Iterator[Door]:
    with tempfile.TemporaryDirectory(prefix="ivr-door-") as folder:
        home = Path(folder)
        shutil.copytree(PROJECT_ROOT / "dialplan", home / "dialplan")
        (home / "dialplan" / "logger.conf").write_text(_LOUD)
        carrier = Address(host="127.0.0.1", port=free_port())
        asterisk = EmbeddedAsterisk(
            root=programs,
            state_dir=home / "state",
            dialplan_dir=home / "dialplan",
            prompts_dir=_prompts(home / "prompts"),
            sip=Address(host="127.0.0.1", port=free_port()),
            rtp=PortRange(first=30000, last=30999),
            accounts=("anna", "bertil"),
            trunk=carrier,
            tls=SipTls(
                bind=Address(host="127.0.0.1", port=free_port()),
                certificate=certificate(programs, home / "certificate.pem"),
                key=home / "key.pem",
            ),
        )
        try:
            access = asterisk.ensure_running()
            target = AriTarget(url=access.ari_url, user=access.user, password=access.password)
            yield Door(asterisk=asterisk, target=target, carrier=carrier)
        finally:
            asterisk.stop()


def certificate(programs: Root, path: Path) -> Path:
    """Make one of 127.0.0.1 that nobody else vouches for, and its key, `key.pem`, beside it."""
    settings = path.with_name("openssl.cnf")
    settings.write_text("[req]\ndistinguished_name=name\n[name]\n")
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc")
    name = ("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1")
    files = ("-keyout", str(path.with_name("key.pem")), "-out", str(path))
    made = ("req", "-x509", "-config", str(settings), "-days", "2", *curve, *name, *files)
    subprocess.run(programs.command("openssl", *made), check=True, capture_output=True)
    return path


@dataclass
class Desk:
    """The controller's connection, and all that came over it."""

    connection: AriConnection
    door: Door
    seen: list[SwitchEvent] = field(default_factory=list)

    async def listen(self) -> None:
        async for event in self.connection.events():
            self.seen.append(event)

    @property
    def came(self) -> list[Arrived | PhoneDialled]:
        return [event for event in self.seen if isinstance(event, Arrived | PhoneDialled)]

    @property
    def arrived(self) -> list[Arrived]:
        return [event for event in self.seen if isinstance(event, Arrived)]

    @property
    def dialled(self) -> list[PhoneDialled]:
        return [event for event in self.seen if isinstance(event, PhoneDialled)]

    async def next_call(self) -> Arrived:
        """An ordinary citizen calls, and the call reaches the controller."""
        async with self.door.knock("127.0.0.1") as citizen:
            call = citizen.invite(SERVICE_NUMBER)
            await citizen.final_or(call, 100)
            number = f"+35840{call.branch[-6:]}"
            found = await until(lambda: [one for one in self.arrived if one.caller == number])
            citizen.cancel(call)
        return found[0]

    async def clear(self) -> None:
        """End whatever is on the switch."""
        switch = self.connection.switch
        async with asyncio.timeout(BOUND_S):
            while channels := (await switch.snapshot()).channels:
                for channel in channels:
                    await switch.hang_up(channel)


@pytest.fixture
async def desk(door: Door) -> AsyncIterator[Desk]:
    """A controller that lets every call wait; in the end none is left."""
    async with AriConnections(door.target, ["anna"]).connect() as connection, Tasks() as tasks:
        desk = Desk(connection, door)
        tasks.start(desk.listen(), "listen")
        yield desk
        await desk.clear()


@pytest.fixture
async def called_out(door: Door) -> AsyncIterator[list[bytes]]:
    """Whatever Asterisk sends to the carrier; nothing, if nobody can make it call."""
    async with listening(door.carrier) as heard:
        yield heard


@asynccontextmanager
async def unbothered(desk: Desk) -> AsyncIterator[None]:
    """Whatever happens inside: Asterisk is the same process, and takes the next call."""
    before = desk.door.asterisk.ensure_running().boot
    yield
    await desk.next_call()
    assert desk.door.asterisk.ensure_running().boot == before


def _prompts(folder: Path) -> Path:
    for name in _SOUNDS:
        file = folder / f"{name}.sln"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bytes(1600))  # 0.1 s of silence
    return folder
