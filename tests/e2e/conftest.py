"""One Asterisk and one Postgres a process; a controller, a database and phones a test."""

import asyncio
import fcntl
import json
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from ivr import config
from ivr.adapters import studio
from ivr.adapters.migrations import migrate
from ivr.adapters.synthesis import EspeakNg
from ivr.embedded.asterisk import AsteriskAccess, EmbeddedAsterisk
from ivr.embedded.packages import Root
from ivr.embedded.postgres import EmbeddedPostgres
from ivr.phone.baresip import open_telephony
from ivr.phone.phone import Telephony
from ivr.phone.repertoire import Repertoire
from ivr.settings import PROJECT_ROOT, Address, PortRange
from tests.e2e.line import Line

CONFIG = Path(__file__).parent / "config"
TEMPLATE = "line_template"
_numbers = count()


@pytest.fixture(scope="session")
def prompts(programs: Root) -> Path:
    """The prompts of the tests' configuration, spoken once for all processes."""
    out = PROJECT_ROOT / "var" / "tests" / "prompts"
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        studio.build(config.load(CONFIG), out, EspeakNg(programs=programs))
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
def embedded(programs: Root, prompts: Path, home: Path) -> Iterator[EmbeddedAsterisk]:
    """The Asterisk of this process."""
    asterisk = EmbeddedAsterisk(
        root=programs,
        state_dir=home / "switch",
        dialplan_dir=PROJECT_ROOT / "dialplan",
        prompts_dir=prompts,
        sip=Address(host="127.0.0.1", port=_free_port(socket.SOCK_DGRAM)),
        rtp=PortRange(first=20000, last=39999),
        accounts=tuple(person.account for person in config.load(CONFIG).counsellors),
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


@pytest.fixture
async def telephony(access: AsteriskAccess, repertoire: Repertoire) -> AsyncIterator[Telephony]:
    """Phones."""
    async with open_telephony(access.sip, repertoire) as phones:
        yield phones


@pytest.fixture
async def line(
    access: AsteriskAccess, database_url: str, prompts: Path, home: Path, tmp_path: Path
) -> AsyncIterator[Line]:
    """A controller on the process's Asterisk, taking calls; in the end everything balances."""
    state = home / f"line{next(_numbers)}"
    state.mkdir()
    (state / "prompts").symlink_to(prompts)
    http = Address(host="127.0.0.1", port=_free_port(socket.SOCK_STREAM))
    running = Line(
        config_dir=CONFIG,
        environment={
            "IVR_ARI_URL": access.ari_url,
            "IVR_ARI_USER": access.user,
            "IVR_ARI_PASSWORD": access.password,
            "IVR_DATABASE_URL": database_url,
            "IVR_STATE_DIR": str(state),
            "IVR_SIP_BIND": str(access.sip),
            "IVR_HTTP_BIND": str(http),
        },
        http=http,
        database_url=database_url,
        log=tmp_path / "line.log",
    )
    await running.start()
    try:
        yield running
        await _nothing_is_left(running, access)
    finally:
        await running.stop()
        await _clear(access)


async def _nothing_is_left(line: Line, access: AsteriskAccess) -> None:
    """Every arrival has its outcome, and the switch is empty."""
    query = "SELECT coalesce(sum(balance), 0) FROM outcome_balance"
    for _ in range(200):
        balance = (await line.rows(query))[0][0]
        listed = await ari_list(access)
        if balance == 0 and not any(listed.values()):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"balance {balance}, left on the switch: {listed}\n{line.said()[-3000:]}")


async def ari_list(access: AsteriskAccess) -> dict[str, list[str]]:
    """The channels and bridges that Asterisk has."""
    async with _ari(access) as session:
        return {
            what: [str(each["id"]) for each in await _get(session, f"{access.ari_url}/ari/{what}")]
            for what in ("channels", "bridges")
        }


async def _clear(access: AsteriskAccess) -> None:
    """After a failure: end what is left, so that the next test begins on an empty switch."""
    left = await ari_list(access)
    async with _ari(access) as session:
        for what, ids in left.items():
            for each in ids:
                (await session.delete(f"{access.ari_url}/ari/{what}/{each}")).release()


def _ari(access: AsteriskAccess) -> aiohttp.ClientSession:
    login = aiohttp.encode_basic_auth(access.user, access.password)
    return aiohttp.ClientSession(headers={"Authorization": login})


async def _get(session: aiohttp.ClientSession, url: str) -> list[dict[str, object]]:
    async with session.get(url) as answer:
        return list(await answer.json())


async def _template(postgres: EmbeddedPostgres) -> None:
    """A migrated database to copy, made once."""
    connection = await asyncpg.connect(postgres.url("postgres"))
    there = await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", TEMPLATE)
    await connection.close()
    if not there:
        await migrate(postgres.create_database(TEMPLATE))


def _free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
