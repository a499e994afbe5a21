"""What is not restored, or not backed up, and that nothing is lost by trying."""

import asyncio
import gzip
import tarfile
from pathlib import Path

import asyncpg
import pytest

from ivr.adapters.outbox import Outbox
from ivr.adapters.sql import SQL_DIR
from ivr.backup import database
from ivr.domain.callback import Status
from ivr.errors import Refusal
from tests.adapters.backing_up import asked, ivr, open_requests, rows, shipped

SECRET = "0123456789abcdef-token"


async def test_while_a_controller_runs_nothing_is_restored(
    running: Outbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "line.tar.gz"
    assert await ivr("backup", file) == 0
    assert await ivr("restore", file, "--replace") == 1
    assert "belongs to a running controller" in capsys.readouterr().err


async def test_what_is_there_is_not_lost_by_mistake(
    running: Outbox, here: Path, database_url: str, tmp_path: Path,
    *, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = tmp_path / "line.tar.gz"
    await asked(running, "n1-1.0", "+358401111111")
    await shipped(running, database_url)
    assert await ivr("backup", file) == 0
    assert await ivr("backup", file) == 1
    assert "is there already" in capsys.readouterr().err
    await running.close()
    assert await ivr("restore", file) == 1
    assert "say --replace" in capsys.readouterr().err
    (here / "outbox.sqlite").unlink()
    assert await ivr("restore", file) == 1
    assert "The database knows calls" in capsys.readouterr().err


@pytest.mark.parametrize("harm", ["cut", "flipped", "text", "missing", "other"])
async def test_a_backup_that_is_not_whole_changes_nothing(
    running: Outbox, here: Path, tmp_path: Path, harm: str, *, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "line.tar.gz"
    await asked(running, "n1-1.0", "+358401111111")
    assert await ivr("backup", file) == 0
    await running.close()
    _harm(file, harm)
    capsys.readouterr()
    assert await ivr("restore", file, "--replace") == 1
    said = capsys.readouterr().err
    assert str(file) in said
    assert said.count("\n") == 1
    assert await open_requests(here) == {"n1-1.0": Status.WAITING}


def _harm(file: Path, harm: str) -> None:
    whole = file.read_bytes()
    plain = gzip.decompress(whole)
    match harm:
        case "cut":
            file.write_bytes(whole[: len(whole) // 2])
        case "flipped":
            file.write_bytes(gzip.compress(plain.replace(SECRET.encode(), SECRET[::-1].encode())))
        case "text":
            file.write_text("no backup")
        case "missing":
            file.unlink()
        case _:
            with tarfile.open(file, "w:gz") as tar:
                tar.add(__file__, "state/outbox.sqlite")


async def test_a_backup_of_a_newer_program_is_refused_by_an_older_one(
    running: Outbox, database_url: str, tmp_path: Path, *, capsys: pytest.CaptureFixture[str]
) -> None:
    connection = await asyncpg.connect(database_url)
    number = len(list(SQL_DIR.glob("0*.sql"))) + 1
    await connection.execute(
        "INSERT INTO migration SELECT $1, $2, sha256 FROM migration LIMIT 1",
        number,
        f"{number:04}_x",
    )
    await connection.close()
    assert await ivr("backup", tmp_path / "new") == 0
    await running.close()
    assert await ivr("restore", tmp_path / "new", "--replace") == 1
    assert "made by a newer version" in capsys.readouterr().err


async def test_a_dump_that_fails_midway_leaves_the_database_as_it_was(
    running: Outbox, database_url: str, tmp_path: Path
) -> None:
    await asked(running, "n1-1.0", "+358401111111")
    await shipped(running, database_url)
    there = await rows(database_url)
    dump = tmp_path / "dump"
    dump.write_text("CREATE TABLE call (id integer);\nSELECT 1 / 0;\n")
    with pytest.raises(Refusal, match="division by zero"):
        await asyncio.to_thread(database.load, database_url, dump)
    assert await rows(database_url) == there


async def test_where_nothing_can_be_written_it_is_said_and_no_half_backup_is_left(
    running: Outbox,
    tmp_path: Path,
    *,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert await ivr("backup", tmp_path / "nowhere" / "file") == 1
    assert "No backup was made" in capsys.readouterr().err
    monkeypatch.setenv("IVR_DATABASE_URL", "postgresql://ivr:s3cret@127.0.0.1:1/ivr")
    assert await ivr("backup", tmp_path / "file") == 1
    assert "s3cret" not in capsys.readouterr().err
    left = {each.name for each in tmp_path.iterdir()}  # noqa: ASYNC240
    assert left == {"state"}


def test_the_password_is_no_argument_that_all_may_read() -> None:
    bare, password = database.without_password(
        "postgresql://ivr:s%40cret@db:5432/ivr?sslmode=require"
    )
    assert (bare, password) == ("postgresql://ivr@db:5432/ivr?sslmode=require", "s@cret")


async def test_what_cannot_be_put_back_is_said_and_the_restoring_can_be_done_again(
    running: Outbox,
    here: Path,
    tmp_path: Path,
    *,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file, no_folder = tmp_path / "line.tar.gz", tmp_path / "no_folder"
    await asked(running, "n1-1.0", "+358401111111")
    assert await ivr("backup", file) == 0
    await running.close()
    monkeypatch.setenv("IVR_ALONE_DIR", str(no_folder / "below"))
    no_folder.write_text("a file")
    assert await ivr("restore", file, "--replace") == 1
    assert "Not all was restored" in capsys.readouterr().err
    monkeypatch.delenv("IVR_ALONE_DIR")
    assert await ivr("restore", file, "--replace") == 0
    assert await open_requests(here) == {"n1-1.0": Status.WAITING}


async def test_where_no_line_has_run_there_is_nothing_to_back_up(
    database_url: str,
    tmp_path: Path,
    *,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("IVR_STATE_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("IVR_DATABASE_URL", database_url)
    assert await ivr("backup", tmp_path / "file") == 1
    assert "set IVR_STATE_DIR" in capsys.readouterr().err
