"""The database is brought up to date once, wholly, and never in a way nobody noticed."""

import asyncio
import re
import shutil
from pathlib import Path

import asyncpg
import pytest

from ivr.adapters.migrations import migrate
from ivr.adapters.postgres import check_database, where
from ivr.adapters.sql import SQL_DIR, named_queries
from ivr.errors import Refusal

# The first release has the migrations up to here.
WITH_NOTHING_BEFORE = 7


@pytest.fixture
def sql_dir(tmp_path: Path) -> Path:
    """A folder with one migration more than the shipped ones."""
    copy = tmp_path / "sql"
    shutil.copytree(SQL_DIR, copy)
    lacking = f"{len(list(copy.glob('0*.sql'))) + 1:04}_extra.sql"
    (copy / lacking).write_text("CREATE TABLE extra (id integer);\nSELECT 1;\n")
    return copy


async def tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()
    return {row["tablename"] for row in rows}


async def test_an_empty_database_gets_every_table(empty_database_url: str) -> None:
    applied = await migrate(empty_database_url)
    assert applied[0] == "0001_calls.sql"
    assert await tables(empty_database_url) >= {"call", "call_event", "callback", "migration"}


async def test_migrating_again_applies_nothing(empty_database_url: str) -> None:
    await migrate(empty_database_url)
    assert await migrate(empty_database_url) == []


async def test_only_what_is_lacking_is_applied(database_url: str, sql_dir: Path) -> None:
    (name,) = await migrate(database_url, sql_dir)
    assert name.endswith("_extra.sql")
    assert "extra" in await tables(database_url)


async def test_of_programs_that_start_at_once_exactly_one_migrates(
    empty_database_url: str,
) -> None:
    applied = await asyncio.gather(*(migrate(empty_database_url) for _ in range(5)))
    files = sorted(path.name for path in SQL_DIR.glob("0*.sql"))
    assert sorted(applied, key=len) == [[], [], [], [], files]


async def test_an_applied_file_that_was_changed_is_refused_by_name(
    database_url: str, sql_dir: Path
) -> None:
    changed = sql_dir / "0001_calls.sql"
    changed.write_text(changed.read_text() + "\n-- a small improvement\n")
    with pytest.raises(Refusal, match=rf"{changed} was changed"):
        await migrate(database_url, sql_dir)


async def test_a_file_that_fails_is_refused_with_its_line_and_leaves_nothing(
    database_url: str, sql_dir: Path
) -> None:
    (broken,) = sql_dir.glob("*_extra.sql")  # noqa: ASYNC240
    broken.write_text("CREATE TABLE extra (id integer);\n\nSELECT 1 FRM nowhere;\n")
    with pytest.raises(Refusal, match=rf"{broken}:3: syntax error"):
        await migrate(database_url, sql_dir)
    assert "extra" not in await tables(database_url)


async def test_a_database_that_a_newer_program_has_brought_up_to_date_is_taken_as_it_is(
    database_url: str, sql_dir: Path
) -> None:
    await migrate(database_url, sql_dir)
    assert await migrate(database_url) == []
    assert "extra" in await tables(database_url)


async def test_a_newer_database_that_breaks_with_older_programs_is_refused(
    database_url: str, sql_dir: Path
) -> None:
    (extra,) = sql_dir.glob("*_extra.sql")  # noqa: ASYNC240
    extra.rename(extra.with_name(extra.name.replace("_extra", "_breaks_all")))
    (name,) = await migrate(database_url, sql_dir)
    with pytest.raises(Refusal, match=rf"newer than this program.*{name}"):
        await migrate(database_url)


def test_a_migration_that_is_not_said_to_break_takes_nothing_away() -> None:
    """Else a roll-back, or the program that still runs while its standby migrates, would fail."""
    for file in sorted(SQL_DIR.glob("0*.sql"))[WITH_NOTHING_BEFORE:]:
        said = re.sub(r"--.*", "", file.read_text())
        taken = re.findall(
            r"DROP (?:TABLE|COLUMN|FUNCTION)|RENAME|ALTER COLUMN \w+ (?:TYPE|SET NOT NULL)"
            r"|ADD COLUMN (?=[^,;]* NOT NULL)(?![^,;]* DEFAULT )[^,;]*",
            said,
        )
        assert not taken or "_breaks_" in file.name, (file.name, taken)


async def test_a_gap_in_the_numbers_is_refused(database_url: str, sql_dir: Path) -> None:
    (sql_dir / "0099_late.sql").write_text("SELECT 1;")
    with pytest.raises(Refusal, match="without gaps"):
        await migrate(database_url, sql_dir)


async def test_a_database_that_answers_is_accepted(database_url: str) -> None:
    await check_database(database_url)


@pytest.mark.parametrize(
    ("url", "cause"),
    [
        (
            "postgresql://ivr:s3cret@127.0.0.1:1/calls",
            "database calls at 127.0.0.1:1.*IVR_DATABASE",
        ),
        ("postgresql://ivr:s3cret@/calls?host=/nowhere", "database calls at /nowhere"),
        ("postgresql://ivr:12/s3cret@host/calls", "IVR_DATABASE_URL"),
        ("postgresql://ivr:s3cret@host:port/calls", "cannot be read"),
        ("postgresql://ivr:s3cret@[::1/calls", "cannot be read"),
    ],
)
async def test_a_database_out_of_reach_is_refused_without_showing_the_password(
    url: str, cause: str
) -> None:
    with pytest.raises(Refusal, match=cause) as refused:
        await check_database(url)
    assert "s3cret" not in str(refused.value)
    assert "\n" not in str(refused.value)


async def test_a_database_that_does_not_exist_is_refused_with_the_cure(database_url: str) -> None:
    with pytest.raises(Refusal, match="create the database"):
        await migrate(database_url.replace("/calls_", "/missing_"))


def test_a_database_is_named_without_its_user_and_password() -> None:
    assert where("postgresql://ivr:s3cret@db.example/calls") == "database calls at db.example:5432"
    assert "12" not in where("postgresql://ivr:12/34@db.example/calls")


def test_a_query_named_twice_is_refused(tmp_path: Path) -> None:
    twice = tmp_path / "queries.sql"
    twice.write_text("-- one --\nSELECT 1\n-- one --\nSELECT 2\n")
    with pytest.raises(ValueError, match="given twice"):
        named_queries(twice)
