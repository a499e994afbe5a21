"""A database that falls silent as it is brought up to date does not keep the line from starting."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import asyncpg
import pytest

from ivr import backing
from ivr.adapters import migrations
from ivr.adapters.migrations import Migration
from tests.adapters.polling import BOUND_S
from tests.e2e.slow_postgres import slow_postgres

NEVER_S = 1000.0


async def test_the_line_starts_though_the_database_falls_silent_in_the_middle_of_a_change(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    async with slow_postgres(empty_database_url) as way:

        async def silent(connection: asyncpg.Connection, migration: Migration, _: str) -> None:
            async with connection.transaction():
                way.late_s = NEVER_S
                await connection.execute(migration.sql)

        monkeypatch.setattr(migrations, "_apply", silent)
        monkeypatch.setattr(backing, "MIGRATES_S", 1.0)
        settings = cast("Any", SimpleNamespace(database_url=way.url))
        async with asyncio.timeout(BOUND_S):
            assert not await backing.migrated(settings, None, said.append)
    assert "does not answer" in said[0]
