"""Which numbered files of SQL the database still lacks; each is applied once and wholly."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import structlog

from ivr.adapters.postgres import NOT_NOW, DatabaseAway, connect, where
from ivr.adapters.sql import SQL_DIR, named_queries
from ivr.errors import Refusal

LOCK = 0x697672  # "ivr"
LOCK_S = 60.0
CLOSE_S = 2.0  # who does not take our leave keeps nobody waiting
# A file says by its name that no older program can go on with the database.
_BREAKS = "_breaks_"
_log = structlog.get_logger(__name__)
_FILE = re.compile(r"(\d{4})_\w+\.sql")


@dataclass(frozen=True, kw_only=True)
class Migration:
    """One file: `0001_calls.sql` has the number 1."""

    number: int
    path: Path
    sql: str

    @property
    def sha256(self) -> str:
        """By this a file that was changed after it was applied is known."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


async def migrate(url: str, sql_dir: Path = SQL_DIR) -> Sequence[str]:
    """Bring the database up to date; the names of the files applied now, in order.

    Safe when several programs start at once. A database that a newer program has brought up to
    date is taken as it is: that program's standby does so while this one runs, and it may be
    rolled back. Raises Refusal: the database cannot be used (see DatabaseAway), a file fails
    (nothing of it stays), an applied file was changed, or a newer one says that it breaks with us.
    """
    migrations = read_migrations(sql_dir)
    queries = named_queries(sql_dir / "queries.sql")
    connection = await connect(url)
    try:
        await connection.fetchval(queries["lock_migrations"], LOCK, timeout=LOCK_S)
        return await _bring_up(connection, migrations, queries)
    except TimeoutError as error:
        raise Refusal(
            f"Cannot migrate {where(url)}: another program has been at it for {LOCK_S:g} s;"
            " wait for it or end it."
        ) from error
    except NOT_NOW as error:
        raise DatabaseAway(f"Cannot migrate {where(url)}: it has gone away meanwhile.") from error
    finally:
        with suppress(TimeoutError):
            await connection.close(timeout=CLOSE_S)


def read_migrations(sql_dir: Path) -> Sequence[Migration]:
    """The numbered files, 1, 2, 3 … Raises Refusal for a number twice or left out."""
    found = sorted(path for path in sql_dir.iterdir() if _FILE.fullmatch(path.name))
    for number, path in enumerate(found, start=1):
        if int(path.name[:4]) != number:
            raise Refusal(f"{path}: migrations are numbered without gaps; this is number {number}.")
    return [
        Migration(number=number, path=path, sql=path.read_text(encoding="utf-8"))
        for number, path in enumerate(found, start=1)
    ]


async def _bring_up(
    connection: asyncpg.Connection, migrations: Sequence[Migration], queries: Mapping[str, str]
) -> Sequence[str]:
    await connection.execute(queries["make_migration_table"])
    applied = await connection.fetch(queries["applied_migrations"])
    newer = [row["name"] for row in applied[len(migrations) :]]
    if breaking := [name for name in newer if _BREAKS in name]:
        raise Refusal(
            f"The database is newer than this program: it has {breaking[0]}; run the newer program."
        )
    if newer:
        _log.warning("migrations.newer_database", it_has=newer[-1])
    for row, migration in zip(applied, migrations, strict=False):
        if row["sha256"] != migration.sha256:
            raise Refusal(
                f"{migration.path} was changed after it was applied (as {row['name']}): restore"
                " it, and put the change into a new file with the next number."
            )
    lacking = migrations[len(applied) :]
    for migration in lacking:
        await _apply(connection, migration, queries["add_migration"])
    return [migration.path.name for migration in lacking]


async def _apply(connection: asyncpg.Connection, migration: Migration, add: str) -> None:
    try:
        async with connection.transaction():
            await connection.execute(migration.sql)
            await connection.execute(add, migration.number, migration.path.name, migration.sha256)
    except asyncpg.PostgresError as error:
        position = int(getattr(error, "position", None) or 1)
        line = migration.sql[: position - 1].count("\n") + 1
        raise Refusal(
            f"{migration.path}:{line}: {error}; nothing of this file was applied."
        ) from error
