"""An outbox for each test; a Postgres of the tests' own, a database for each; spoken prompts."""

import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from ivr.adapters import clips, studio
from ivr.adapters.clips import ClipKey
from ivr.adapters.migrations import migrate
from ivr.adapters.outbox import Outbox
from ivr.domain.service import Service
from ivr.embedded.postgres import EmbeddedPostgres
from tests.adapters.voices import Recorded, Tones, copied, service

FEW = {"welcome", "goodbye", "free_call", "hold_thanks", "queue_pos_n.1", "queue_pos_n.2"}

_numbers = count()


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The prompts as shipped, spoken in tones; not to be changed."""
    out = tmp_path_factory.mktemp("once")
    studio.build(service(), out, Tones())
    return out


@pytest.fixture
def out(once: Path, tmp_path: Path) -> Path:
    """The same, of the test's own."""
    return copied(once, tmp_path / "prompts")


@contextmanager
def _needing_few() -> Iterator[None]:
    """While it lasts a service needs no more than a few prompts: a thousand take their time."""
    wanted = clips.wanted

    def few(service: Service) -> Mapping[ClipKey, str]:
        every = wanted(service)
        return {clip: every[clip] for clip in every if clip.partition("/")[2] in FEW}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clips, "wanted", few)
        yield


@pytest.fixture(scope="session")
def few_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few prompts, spoken in tones; not to be changed."""
    out = tmp_path_factory.mktemp("few")
    with _needing_few():
        studio.build(service(), out, Tones())
    return out


@pytest.fixture
def few(few_once: Path, tmp_path: Path) -> Iterator[Recorded]:
    """The same, of the test's own, and a folder for recordings."""
    out = copied(few_once, tmp_path / "prompts")
    with _needing_few():
        yield Recorded(out=out, folder=tmp_path / "recordings")


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
