"""An outbox for each test; a Postgres of the tests' own, and a fresh database for each."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from ivr.adapters.migrations import migrate
from ivr.adapters.outbox import Outbox
from ivr.embedded.postgres import EmbeddedPostgres

_numbers = count()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the outbox lies; its folder is not there yet."""
    return tmp_path / "state" / "outbox.sqlite"


@pytest.fixture
async def outbox(path: Path) -> AsyncIterator[Outbox]:
    """An empty outbox."""
    async with await Outbox.open(path) as outbox:
        yield outbox


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A running server, which a test may stop and start."""
    with tempfile.TemporaryDirectory(prefix="ivr-pg-") as folder:
        server = EmbeddedPostgres(Path(folder))
        try:
            server.ensure_running()
            yield server
        finally:
            server.stop()


@pytest.fixture
def empty_database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """A database without anything in it."""
    name = f"empty_{next(_numbers)}"
    yield postgres.create_database(name)
    postgres.drop_database(name)


@pytest.fixture
async def template(postgres: EmbeddedPostgres) -> str:
    """The name of a migrated database to copy, made once."""
    connection = await asyncpg.connect(postgres.url("postgres"))
    there = await connection.fetchval("SELECT true FROM pg_database WHERE datname = 'template'")
    await connection.close()
    if not there:
        await migrate(postgres.create_database("template"))
    return "template"


@pytest.fixture
def database_url(postgres: EmbeddedPostgres, template: str) -> Iterator[str]:
    """A migrated database of the test's own."""
    name = f"calls_{next(_numbers)}"
    yield postgres.create_database(name, template=template)
    postgres.drop_database(name)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state folder of a line to be backed up, with what stands in it beside the outbox."""
    state = tmp_path / "state"
    for name, text in {
        "secrets/desk_token": "0123456789abcdef-token",
        "notices/free.json": "{}",
        "alone/1795294388.0.call": "arrived 1795294388 0 0291000001 free +358401234567\n",
        "asterisk/spool/recording/notice-fi.alaw": "sound",
        "prompts/fi/welcome.alaw": "spoken anew",
        "log/ivr.log": "{}",
    }.items():
        (state / name).parent.mkdir(parents=True, exist_ok=True)
        (state / name).write_text(text)
        (state / name).chmod(0o600)
    monkeypatch.setenv("IVR_STATE_DIR", str(state))
    return state


@pytest.fixture
async def running(
    here: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Outbox]:
    """The outbox of that line, which runs."""
    monkeypatch.setenv("IVR_DATABASE_URL", database_url)
    async with await Outbox.open(here / "outbox.sqlite") as outbox:
        yield outbox
