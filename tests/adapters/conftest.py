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
