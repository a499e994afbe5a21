"""One controller at a time has the fence of a database, for as long as its session lives."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from structlog.testing import capture_logs

from ivr.adapters import fence as fence_module
from ivr.adapters.fence import Fence, Verdict
from tests.adapters.polling import until

END_SESSIONS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'ivr-fence'
"""


@asynccontextmanager
async def fence(url: str) -> AsyncIterator[Fence]:
    fence = Fence(url)
    try:
        yield fence
    finally:
        await fence.close()


@pytest.fixture
async def database(empty_database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(empty_database_url)
    yield connection
    await connection.close()


async def test_the_first_has_it_until_it_lets_go(empty_database_url: str) -> None:
    async with fence(empty_database_url) as first, fence(empty_database_url) as second:
        assert await first.ask() is Verdict.OURS
        assert await second.ask() is Verdict.ANOTHERS
        assert await first.ask() is Verdict.OURS
        await first.close()
        assert await second.ask() is Verdict.OURS
        assert await first.ask() is Verdict.ANOTHERS


async def test_lines_on_other_databases_are_nobodys_business(
    empty_database_url: str, database_url: str
) -> None:
    async with fence(empty_database_url) as first, fence(database_url) as second:
        assert await first.ask() is await second.ask() is Verdict.OURS


async def test_a_session_that_was_ended_is_noticed_and_the_fence_taken_again(
    empty_database_url: str, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fence_module, "KEEP_S", 0.01)
    async with fence(empty_database_url) as first, fence(empty_database_url) as second:
        assert await first.ask() is Verdict.OURS
        with capture_logs() as logs:
            keeping = asyncio.create_task(first.keep())
            await database.execute(END_SESSIONS)
            await until(lambda: [each["event"] for each in logs][-1:] == ["fence.held_again"])
            keeping.cancel()
            await asyncio.wait([keeping])
        assert [each["event"] for each in logs] == [
            "fence.session_lost", "fence.database_away", "fence.held_again",
        ]  # fmt: skip
        assert await second.ask() is Verdict.ANOTHERS


async def test_what_another_took_meanwhile_is_not_taken_back_but_said(
    empty_database_url: str, database: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fence_module, "KEEP_S", 0.01)
    async with fence(empty_database_url) as first, fence(empty_database_url) as second:
        assert await first.ask() is Verdict.OURS
        await database.execute(END_SESSIONS)
        assert await second.ask() is Verdict.OURS
        with capture_logs() as logs:
            keeping = asyncio.create_task(first.keep())
            await until(lambda: "fence.another_controller_has_it" in [it["event"] for it in logs])
            keeping.cancel()
            await asyncio.wait([keeping])
        assert await second.ask() is Verdict.OURS


@pytest.mark.parametrize(
    "url", ["postgresql://ivr@127.0.0.1:9/ivr", "postgresql://ivr@/ivr?host=/nowhere"]
)
async def test_a_database_that_is_away_decides_nothing(url: str) -> None:
    async with fence(url) as ours:
        assert await ours.ask() is Verdict.UNKNOWN
        assert not await ours.answers()


async def test_to_ask_whether_the_database_answers_takes_nothing(empty_database_url: str) -> None:
    async with fence(empty_database_url) as first, fence(empty_database_url) as second:
        assert await first.answers()
        assert await second.ask() is Verdict.OURS


async def test_a_database_that_hangs_is_away_within_the_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fence_module, "ANSWER_S", 0.05)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        async with fence(f"postgresql://ivr@127.0.0.1:{port}/ivr") as ours:
            assert await ours.ask() is Verdict.UNKNOWN
