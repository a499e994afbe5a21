"""One Asterisk and one Postgres a process; a controller, a database and phones a test."""

import fcntl
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from ivr import config
from ivr.adapters import alone_folder
from ivr.adapters import dialplan as dialplan_of
from ivr.adapters.migrations import migrate
from ivr.domain.service import Service
from ivr.embedded.asterisk import AsteriskAccess, EmbeddedAsterisk
from ivr.embedded.packages import Root
from ivr.embedded.postgres import EmbeddedPostgres
from ivr.phone.baresip import open_telephony
from ivr.phone.phone import Phone, PhoneCall, Telephony
from ivr.phone.repertoire import Repertoire
from ivr.settings import PROJECT_ROOT, Address, PortRange
from tests.e2e.at_work import running
from tests.e2e.here import LineHere, MovedClock
from tests.e2e.joining import CITIZEN
from tests.e2e.known import KnownPhones
from tests.e2e.line import Line
from tests.e2e.nursery import Nursery
from tests.e2e.outside import OUTSIDE, carried
from tests.ports import free_port
from tests.spoken import speak

CONFIG = Path(__file__).parent / "config"
TEMPLATE = "line_template"
# A phone of which it is soon noticed that it is not there any more.
SOON_MISSED = """
[ilona](+type=endpoint)
rtp_timeout=3
[ilona](+type=aor)
qualify_frequency=1
"""
# Music that the controller has no part in.
MUSIC = """
[from-trunk](+)
exten => music,1,Answer()
 same => n,MusicOnHold(ivr)
"""
_numbers = count()


@pytest.fixture(scope="session")
def service() -> Service:
    """The tests' configuration."""
    return config.load(CONFIG)


@pytest.fixture(scope="session")
def prompts(programs: Root, service: Service) -> Path:
    """The prompts of the tests' configuration, spoken once for all processes."""
    out = PROJECT_ROOT / "var" / "tests" / "prompts"
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        speak(service, out, programs)
    return out


@pytest.fixture(scope="session")
def repertoire(prompts: Path) -> Repertoire:
    """What the phones recognise."""
    return Repertoire.load(prompts)


@pytest.fixture(scope="session")
def home() -> Iterator[Path]:
    """A short path, for the sockets in it."""
    with tempfile.TemporaryDirectory(prefix="ivr-e2e-") as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def carrier() -> Address:
    """Where the line's trunk calls out to; nobody is there but for the fixture `office`."""
    return Address(host="127.0.0.1", port=free_port())


@pytest.fixture(scope="session")
def dialplan(home: Path) -> Path:
    """What is shipped, with transfer buttons switched on, one phone soon missed, and music."""
    folder = home / "dialplan"
    shutil.copytree(PROJECT_ROOT / "dialplan", folder)
    shipped = (folder / "pjsip.conf").read_text()
    before, phone, template = shipped.partition("[phone](")
    changed = template.replace("allow_transfer=no", "allow_transfer=yes")
    (folder / "pjsip.conf").write_text(before + phone + changed + SOON_MISSED)
    with (folder / "extensions.conf").open("a") as extensions:
        extensions.write(MUSIC)
    return folder


@pytest.fixture(scope="session")
def alone(home: Path) -> Path:
    """Where Asterisk notes the calls that it serves while no controller is there."""
    folder = home / "alone"
    alone_folder.prepare(folder)
    return folder


@pytest.fixture(scope="session")
def embedded(
    programs: Root,
    prompts: Path,
    home: Path,
    carrier: Address,
    dialplan: Path,
    *,
    alone: Path,
    service: Service,
) -> Iterator[EmbeddedAsterisk]:
    """The Asterisk of this process."""
    asterisk = EmbeddedAsterisk(
        root=programs,
        state_dir=home / "switch",
        dialplan_dir=dialplan,
        prompts_dir=prompts,
        sip=Address(host="127.0.0.1", port=free_port()),
        rtp=PortRange(first=20000, last=39999),
        accounts=service.phones,
        trunk=carrier,
        generated=dialplan_of.files(service, datetime.now(UTC)),
        records_dir=alone,
    )
    try:
        asterisk.ensure_running()
        yield asterisk
    finally:
        asterisk.stop()


@pytest.fixture(scope="session")
def access(embedded: EmbeddedAsterisk) -> AsteriskAccess:
    """How to reach it."""
    return embedded.ensure_running()


@pytest.fixture(scope="session")
def passwords(embedded: EmbeddedAsterisk) -> dict[str, str]:
    """The counsellors' SIP passwords, by account."""
    text = (embedded.state_dir / "secrets" / "phones.json").read_text()
    return {str(account): str(secret) for account, secret in json.loads(text).items()}


@pytest.fixture(scope="session")
def postgres(home: Path) -> Iterator[EmbeddedPostgres]:
    """The Postgres of this process."""
    server = EmbeddedPostgres(home / "postgres")
    try:
        server.ensure_running()
        yield server
    finally:
        server.stop()


@pytest.fixture
async def database_url(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """A migrated database of the test's own."""
    await _template(postgres)
    name = f"line_{next(_numbers)}"
    yield postgres.create_database(name, template=TEMPLATE)
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Where the controllers of this process come from."""
    with Nursery() as nursery:
        yield nursery


@pytest.fixture
def started() -> list[Line]:
    """The lines that the test has started."""
    return []


@pytest.fixture
async def telephony(
    access: AsteriskAccess,
    repertoire: Repertoire,
    phones_port: int,
    started: list[Line],
    service: Service,
) -> AsyncIterator[Telephony]:
    """Phones; the line knows of a counsellor's as soon as the test has it."""
    async with open_telephony(access.sip, repertoire, port=phones_port) as phones:
        yield KnownPhones(phones=phones, lines=started, counsellors=service.counsellors)


@pytest.fixture
def phones_port() -> int:
    """The port of the phones: any. Tests that are called on them name one of their own."""
    return 0


@pytest.fixture
async def office(telephony: Telephony, carrier: Address, phones_port: int) -> AsyncIterator[Phone]:
    """The phone outside to which calls may be transferred."""
    assert phones_port, "this test's phones have no port that can be called"
    async with carried(carrier, Address(host=carrier.host, port=phones_port)):
        yield await telephony.citizen(OUTSIDE)


@pytest.fixture
async def bystander(telephony: Telephony) -> PhoneCall:
    """A call that hears Asterisk's music, whatever the controller does."""
    call = await (await telephony.citizen(CITIZEN)).dial("music")
    await call.heard("music")
    return call


@pytest.fixture
async def anna(telephony: Telephony, passwords: dict[str, str]) -> Phone:
    """The phone of a counsellor who serves every topic in both languages."""
    return await telephony.counsellor("anna", passwords["anna"])


@pytest.fixture
def plan(
    access: AsteriskAccess,
    database_url: str,
    prompts: Path,
    home: Path,
    tmp_path: Path,
    *,
    started: list[Line],
    nursery: Nursery,
) -> Callable[[], Line]:
    """Controllers on the process's Asterisk, each with a state of its own; not yet started."""

    def plan() -> Line:
        name = f"line{next(_numbers)}"
        state = home / name
        state.mkdir()
        (state / "prompts").symlink_to(prompts)
        http = Address(host="127.0.0.1", port=free_port())
        environment = {
            "IVR_ARI_URL": access.ari_url,
            "IVR_ARI_USER": access.user,
            "IVR_ARI_PASSWORD": access.password,
            "IVR_DATABASE_URL": database_url,
            "IVR_STATE_DIR": str(state),
            "IVR_SIP_BIND": str(access.sip),
            "IVR_HTTP_BIND": str(http),
        }
        return Line(
            config_dir=CONFIG,
            environment=environment,
            http=http,
            database_url=database_url,
            log=tmp_path / f"{name}.log",
            started=started,
            nursery=nursery,
        )

    return plan


@pytest.fixture
async def line(plan: Callable[[], Line], access: AsteriskAccess) -> AsyncIterator[Line]:
    """A controller on the process's Asterisk, taking calls; in the end everything balances."""
    async with running(plan(), access) as started:
        yield started


@pytest.fixture
def line_at(
    plan: Callable[[], Line], access: AsteriskAccess
) -> Callable[[str], AbstractAsyncContextManager[Line]]:
    """The same, begun at a given time in Finland, such as `2026-12-24 10:00`."""

    def begin(wall: str) -> AbstractAsyncContextManager[Line]:
        return running(LineHere(**vars(plan()), clock=MovedClock.set_to(wall)), access)

    return begin


async def _template(postgres: EmbeddedPostgres) -> None:
    """A migrated database to copy, made once."""
    connection = await asyncpg.connect(postgres.url("postgres"))
    there = await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", TEMPLATE)
    await connection.close()
    if not there:
        await migrate(postgres.create_database(TEMPLATE))
