"""What is backed up while the line runs comes back whole, and nobody is called twice for it."""

import asyncio
import gzip
import sqlite3
import stat
import tarfile
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from pathlib import Path

import asyncpg
import pytest

from ivr.adapters.outbox import Outbox
from ivr.adapters.postgres import open_pool
from ivr.adapters.shipping import Shipper
from ivr.adapters.sql import SQL_DIR
from ivr.backup import database
from ivr.cli import main
from ivr.domain.callback import Callback, Result, Status
from ivr.domain.journal import CallbackKind, EventKind
from ivr.errors import Refusal
from tests.adapters.record import ARRIVED, event, facts, happened, request
from tests.domain.callbacks import ALWAYS, ANNA, POLICY
from tests.domain.callbacks import THEIR_CALL as ATTEMPT

EVERY = "SELECT * FROM {} ORDER BY 1, 2"
TABLES = ("call", "call_event", "callback", "callback_attempt", "callback_event", "migration")
SECRET = "0123456789abcdef-token"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The state folder of the line, with what stands in it beside the outbox."""
    state = tmp_path / "state"
    for name, text in {
        "secrets/desk_token": SECRET,
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
async def outbox(
    here: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Outbox]:
    """The running line's."""
    monkeypatch.setenv("IVR_DATABASE_URL", database_url)
    async with await Outbox.open(here / "outbox.sqlite") as outbox:
        yield outbox


async def ivr(*words: object) -> int:
    return await asyncio.to_thread(main, [str(word) for word in words])


async def asked(outbox: Outbox, call: str, number: str) -> Callback:
    """A citizen has called and asked to be called back."""
    outbox.record(event(EventKind.ARRIVED, facts(call)))
    callback = request(call, number=number)
    await outbox.change_callback(happened(callback))
    return callback


async def reached(outbox: Outbox, callback: Callback) -> None:
    """A counsellor has called and talked with them."""
    begun = callback.begin_attempt(
        counsellor=ANNA, call=ATTEMPT, now=ARRIVED, schedule=ALWAYS, policy=POLICY
    )
    ended = begun.end_attempt(Result.REACHED, now=ARRIVED, policy=POLICY)
    await outbox.change_callback(
        happened(begun, CallbackKind.CALLED, step=8), happened(ended, CallbackKind.ENDED, step=9)
    )


async def shipped(outbox: Outbox, url: str) -> None:
    async with open_pool(url) as pool:
        assert await Shipper(outbox, pool).drain(20.0) == 0


async def rows(url: str) -> dict[str, Sequence[object]]:
    connection = await asyncpg.connect(url)
    try:
        return {
            table: [tuple(row) for row in await connection.fetch(EVERY.format(table))]
            for table in TABLES
        }
    finally:
        await connection.close()


async def open_requests(state: Path) -> dict[str, Status]:
    async with await Outbox.open(state / "outbox.sqlite") as outbox:
        return {each.id: each.status for each in await outbox.callbacks()}


async def test_all_comes_back_as_it_was_and_who_was_reached_is_not_open(
    outbox: Outbox,
    here: Path,
    database_url: str,
    empty_database_url: str,
    tmp_path: Path,
    *,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file, elsewhere = tmp_path / "line.tar.gz", tmp_path / "elsewhere"
    await asked(outbox, "n1-1.0", "+358401111111")
    await reached(outbox, await asked(outbox, "n1-2.0", "+358402222222"))
    await shipped(outbox, database_url)
    await asked(outbox, "n1-3.0", "+358403333333")  # not shipped yet
    before = {each.id: each.status for each in await outbox.callbacks()}
    there = await rows(database_url)

    assert await ivr("backup", file) == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "2 requests to be called back" in capsys.readouterr().out
    monkeypatch.setenv("IVR_STATE_DIR", str(elsewhere))
    monkeypatch.setenv("IVR_DATABASE_URL", empty_database_url)
    assert await ivr("restore", file) == 0, capsys.readouterr().err
    assert "2 to be called back" in capsys.readouterr().out
    assert await open_requests(elsewhere) == before
    assert await rows(empty_database_url) == there
    for name in ("secrets/desk_token", "notices/free.json", "alone/1795294388.0.call"):
        assert (elsewhere / name).read_text() == (here / name).read_text()
        assert stat.S_IMODE((elsewhere / name).stat().st_mode) == 0o600
    assert (elsewhere / "asterisk/spool/recording/notice-fi.alaw").exists()
    assert stat.S_IMODE((elsewhere / "outbox.sqlite").stat().st_mode) == 0o600
    assert not (elsewhere / "prompts").exists()
    assert not list(elsewhere.glob(".backup-*"))
    async with await Outbox.open(elsewhere / "outbox.sqlite") as restored:
        await shipped(restored, empty_database_url)
    assert len((await rows(empty_database_url))["callback"]) == 3


async def test_a_restored_database_can_be_backed_up_and_restored_again(
    outbox: Outbox, here: Path, database_url: str, tmp_path: Path
) -> None:
    await asked(outbox, "n1-1.0", "+358401111111")
    await shipped(outbox, database_url)
    await outbox.close()
    there = await rows(database_url)
    for name in ("first", "second"):
        assert await ivr("backup", tmp_path / name) == 0
        assert await ivr("restore", tmp_path / name, "--replace") == 0
        assert await rows(database_url) == there
        assert await open_requests(here) == {"n1-1.0": Status.WAITING}


async def test_with_the_database_kept_nobody_is_called_again_and_who_asked_since_is_called(
    outbox: Outbox, here: Path, database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "line.tar.gz"
    first = await asked(outbox, "n1-1.0", "+358401111111")
    await shipped(outbox, database_url)
    await asked(outbox, "n1-4.0", "+358404444444")  # on the line's own disk alone
    assert await ivr("backup", file) == 0
    await reached(outbox, first)
    since = await asked(outbox, "n1-5.0", "+358405555555")
    await shipped(outbox, database_url)
    await outbox.close()
    (here / "outbox.sqlite").unlink()  # the disk is lost

    assert await ivr("restore", file, "--keep-database", "--replace") == 0
    async with await Outbox.open(here / "outbox.sqlite") as restored:
        known = {each.id: each for each in await restored.callbacks()}
    assert {id_: each.status for id_, each in known.items()} == {
        "n1-1.0": Status.REACHED,
        "n1-4.0": Status.WAITING,
        "n1-5.0": Status.WAITING,
    }
    assert known[since.id] == since
    assert [each.result for each in known[first.id].attempts] == [Result.REACHED]


async def test_while_a_controller_runs_nothing_is_restored(
    outbox: Outbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "line.tar.gz"
    assert await ivr("backup", file) == 0
    assert await ivr("restore", file, "--replace") == 1
    assert "belongs to a running controller" in capsys.readouterr().err


async def test_what_is_there_is_not_lost_by_mistake(
    outbox: Outbox, here: Path, database_url: str, tmp_path: Path,
    *, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = tmp_path / "line.tar.gz"
    await asked(outbox, "n1-1.0", "+358401111111")
    await shipped(outbox, database_url)
    assert await ivr("backup", file) == 0
    assert await ivr("backup", file) == 1
    assert "is there already" in capsys.readouterr().err
    await outbox.close()
    assert await ivr("restore", file) == 1
    assert "say --replace" in capsys.readouterr().err
    (here / "outbox.sqlite").unlink()
    assert await ivr("restore", file) == 1
    assert "The database knows calls" in capsys.readouterr().err


@pytest.mark.parametrize("harm", ["cut", "flipped", "text", "missing", "other"])
async def test_a_backup_that_is_not_whole_changes_nothing(
    outbox: Outbox, here: Path, tmp_path: Path, harm: str, *, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "line.tar.gz"
    await asked(outbox, "n1-1.0", "+358401111111")
    assert await ivr("backup", file) == 0
    await outbox.close()
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
    outbox: Outbox, database_url: str, tmp_path: Path, *, capsys: pytest.CaptureFixture[str]
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
    await outbox.close()
    assert await ivr("restore", tmp_path / "new", "--replace") == 1
    assert "made by a newer version" in capsys.readouterr().err


async def test_a_dump_that_fails_midway_leaves_the_database_as_it_was(
    outbox: Outbox, database_url: str, tmp_path: Path
) -> None:
    await asked(outbox, "n1-1.0", "+358401111111")
    await shipped(outbox, database_url)
    there = await rows(database_url)
    dump = tmp_path / "dump"
    dump.write_text("CREATE TABLE call (id integer);\nSELECT 1 / 0;\n")
    with pytest.raises(Refusal, match="division by zero"):
        await asyncio.to_thread(database.load, database_url, dump)
    assert await rows(database_url) == there


async def test_where_nothing_can_be_written_it_is_said_and_no_half_backup_is_left(
    outbox: Outbox,
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
    outbox: Outbox,
    here: Path,
    tmp_path: Path,
    *,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file, no_folder = tmp_path / "line.tar.gz", tmp_path / "no_folder"
    await asked(outbox, "n1-1.0", "+358401111111")
    assert await ivr("backup", file) == 0
    await outbox.close()
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


async def test_the_copy_holds_up_nobody_who_writes(outbox: Outbox, here: Path) -> None:
    with closing(sqlite3.connect(f"file:{here / 'outbox.sqlite'}?mode=ro", uri=True)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM event").fetchone()
        await asked(outbox, "n1-1.0", "+358401111111")
