"""One Asterisk and one Postgres a process; a controller, a database and phones a test."""

import fcntl
import json
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from ivr import config
from ivr.adapters import studio
from ivr.adapters.ari.socket import AriSocket
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
    yield postgres.create_database(name, template="line_template")
    postgres.drop_database(name)


@pytest.fixture
async def telephony(access: AsteriskAccess, repertoire: Repertoire) -> AsyncIterator[Telephony]:
    """Phones."""
    async with open_telephony(access.sip, repertoire) as phones:
        yield phones
