"""What the load runs against: an Asterisk, a Postgres and a controller that can each be killed."""

import asyncio
import json
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp

from ivr import config
from ivr.adapters import alone_folder, dialplan, studio
from ivr.adapters.synthesis import EspeakNg
from ivr.embedded import packages
from ivr.embedded.asterisk import AsteriskAccess, EmbeddedAsterisk
from ivr.embedded.postgres import EmbeddedPostgres
from ivr.settings import PROJECT_ROOT, Address, PortRange, Settings
from tests.bench.polling import until
from tests.chaos.wires import RecordWire, wire_to_record
from tests.e2e.line import Line
from tests.e2e.wire import Wire, wire_to
from tests.ports import free_port

CHAOS = PROJECT_ROOT / "var" / "chaos"
CONFIG = Path(__file__).parent / "config"
_DATABASE = "chaos"
_RTP = PortRange(first=20000, last=29999)
_UP_WITHIN_S = 60.0

# A phone that is gone is soon missed, and music in which the controller has no part.
_SOON_MISSED = """
[{account}](+type=endpoint)
rtp_timeout=5
[{account}](+type=aor)
qualify_frequency=2
"""
_MUSIC = """
[from-trunk](+)
exten => music,1,Answer()
 same => n,MusicOnHold(ivr)
"""


@dataclass(kw_only=True)
class Ground:
    """The servers of a run; `pid`s are those of the processes that run now."""

    asterisk: EmbeddedAsterisk
    access: AsteriskAccess
    postgres: EmbeddedPostgres
    carrier: Address
    line: Line
    socket: Wire
    record: RecordWire
    accounts: tuple[str, ...]
    prompts: Path
    starts: int = field(default=0)

    async def controller_up(self) -> None:
        """Start the controller, again if it ends by itself, as its supervisor would."""
        async with asyncio.timeout(_UP_WITHIN_S):
            while not self.line.runs:
                self.starts += 1
                try:
                    await self.line.start()
                except AssertionError:
                    await asyncio.sleep(1)

    async def standby(self) -> Line:
        """Start a second controller beside the first, and return it once it waits."""
        http = Address(host="127.0.0.1", port=free_port())
        environment = {**self.line.environment, "IVR_HTTP_BIND": str(http)}
        second = replace(self.line, http=http, environment=environment, process=None)
        await second.launch()

        async def waits() -> bool:
            return await _state(http) == "standby"

        await until(waits, _UP_WITHIN_S)
        return second

    async def stop(self) -> None:
        """End the controller that runs the line."""
        await self.line.stop()

    def kill_asterisk(self) -> None:
        """kill -9."""
        os.kill(self.asterisk_pid, signal.SIGKILL)
        os.waitpid(self.asterisk_pid, 0)

    async def asterisk_up(self) -> None:
        """Start it again; the controller finds it at the same address."""
        self.access = await asyncio.to_thread(self.asterisk.ensure_running)
        self.socket.far_url = self.access.ari_url

    def kill_record(self) -> None:
        """kill -9 of the whole Postgres: without its first process the others end."""
        data = self.postgres.state_dir / "postgres" / "data" / "postmaster.pid"
        os.kill(int(data.read_text().split()[0]), signal.SIGKILL)

    async def record_up(self) -> None:
        """Start it again."""
        await asyncio.to_thread(self.postgres.ensure_running)

    @property
    def asterisk_pid(self) -> int:
        """The process of Asterisk."""
        return int(
            json.loads((self.asterisk.state_dir / "asterisk" / "run.json").read_text())["pid"]
        )

    @property
    def controller_pid(self) -> int:
        """The process of the controller."""
        assert self.line.process is not None
        return self.line.process.pid

    @property
    def state_dir(self) -> Path:
        """The controller's own folder."""
        return Path(self.line.environment["IVR_STATE_DIR"])

    def passwords(self) -> dict[str, str]:
        """The counsellors' SIP passwords, by account."""
        text = (self.asterisk.state_dir / "secrets" / "phones.json").read_text()
        return {str(account): str(secret) for account, secret in json.loads(text).items()}

    async def state(self) -> str:
        """What `/readyz` says; `away` if nobody does."""
        return await _state(self.line.http)

    async def becomes(self, *states: str) -> None:
        """Wait until `/readyz` says one of these. TimeoutError after a minute."""

        async def become() -> bool:
            return await self.state() in states

        await until(become, _UP_WITHIN_S)


@asynccontextmanager
async def ground(kept: Path) -> AsyncIterator[Ground]:
    """Everything started; logs go into the folder `kept`. Raises Refusal."""
    service = config.load(CONFIG)
    settings = Settings.from_environment()
    root = await asyncio.to_thread(packages.ensure, settings.packages_dir)
    prompts = CHAOS / "prompts"
    if not prompts.exists() and settings.prompts_dir.exists():
        shutil.copytree(settings.prompts_dir, prompts)
    await asyncio.to_thread(studio.build, service, prompts, EspeakNg(programs=root))
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ivr-chaos-")))
        carrier = Address(host="127.0.0.1", port=free_port())
        alone = home / "alone"
        alone_folder.prepare(alone)
        asterisk = EmbeddedAsterisk(
            root=root,
            state_dir=home / "switch",
            dialplan_dir=_dialplan(home, service.phones),
            prompts_dir=prompts,
            sip=Address(host="127.0.0.1", port=free_port()),
            rtp=_RTP,
            accounts=service.phones,
            trunk=carrier,
            generated=dialplan.files(service, datetime.now(UTC)),
            records_dir=alone,
        )
        stack.callback(asterisk.stop)
        access = await asyncio.to_thread(asterisk.ensure_running)
        postgres = EmbeddedPostgres(home)
        stack.callback(postgres.stop)
        await asyncio.to_thread(postgres.ensure_running)
        far_url = postgres.create_database(_DATABASE)
        socket = await stack.enter_async_context(wire_to(access.ari_url))
        record = await stack.enter_async_context(wire_to_record(_socket_of(far_url)))
        state = home / "line"
        state.mkdir()
        (state / "prompts").symlink_to(prompts)
        line = _line(
            state=state,
            log=kept / "controller.out",
            far_url=far_url,
            environment={**_environment(access, socket, record), "IVR_ALONE_DIR": str(alone)},
        )
        ground = Ground(
            asterisk=asterisk,
            access=access,
            postgres=postgres,
            carrier=carrier,
            line=line,
            socket=socket,
            record=record,
            accounts=service.phones,
            prompts=prompts,
        )
        stack.push_async_callback(ground.stop)
        yield ground


async def _state(http: Address) -> str:
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session,
            session.get(f"http://{http}/readyz") as answer,
        ):
            return str((await answer.json())["state"])
    except (aiohttp.ClientError, TimeoutError):
        return "away"


def _line(*, state: Path, log: Path, far_url: str, environment: Mapping[str, str]) -> Line:
    http = Address(host="127.0.0.1", port=free_port())
    own = {"IVR_STATE_DIR": str(state), "IVR_HTTP_BIND": str(http)}
    return Line(
        config_dir=CONFIG,
        environment={**environment, **own},
        http=http,
        database_url=far_url,
        log=log,
    )


def _environment(access: AsteriskAccess, socket: Wire, record: RecordWire) -> dict[str, str]:
    return {
        "IVR_ARI_URL": socket.url,
        "IVR_ARI_USER": access.user,
        "IVR_ARI_PASSWORD": access.password,
        "IVR_DATABASE_URL": f"postgresql://ivr:none@127.0.0.1:{record.port}/{_DATABASE}",
        "IVR_SIP_BIND": str(access.sip),
    }


def _dialplan(home: Path, accounts: tuple[str, ...]) -> Path:
    folder = home / "dialplan"
    shutil.copytree(PROJECT_ROOT / "dialplan", folder)
    with (folder / "pjsip.conf").open("a") as pjsip:
        pjsip.writelines(_SOON_MISSED.format(account=account) for account in accounts)
    with (folder / "extensions.conf").open("a") as extensions:
        extensions.write(_MUSIC)
    return folder


def _socket_of(url: str) -> Path:
    """The socket that a database's address names, as `EmbeddedPostgres.url` writes it."""
    query = parse_qs(urlsplit(url).query)
    return Path(query["host"][0]) / f".s.PGSQL.{query['port'][0]}"
