"""What is backed up while the line runs comes back whole, and nobody is called twice for it."""

import errno
import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ivr.adapters.outbox import Outbox
from ivr.domain.attempt import Result
from ivr.domain.callback import Status
from tests.adapters.backing_up import asked, ivr, open_requests, reached, rows, shipped


async def test_all_comes_back_as_it_was_and_who_was_reached_is_not_open(
    running: Outbox,
    here: Path,
    database_url: str,
    empty_database_url: str,
    tmp_path: Path,
    *,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file, elsewhere = tmp_path / "line.tar.gz", tmp_path / "elsewhere"
    await asked(running, "n1-1.0", "+358401111111")
    await reached(running, await asked(running, "n1-2.0", "+358402222222"))
    await shipped(running, database_url)
    await asked(running, "n1-3.0", "+358403333333")  # not shipped yet
    before = {each.id: each.status for each in await running.callbacks()}
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
    assert not (elsewhere / "prompts" / "fi").exists()
    assert not list(elsewhere.glob(".backup-*"))
    async with await Outbox.open(elsewhere / "outbox.sqlite") as restored:
        await shipped(restored, empty_database_url)
    assert len((await rows(empty_database_url))["callback"]) == 3


async def test_what_people_have_recorded_and_what_notices_say_comes_back_where_it_is_gone(
    running: Outbox,
    here: Path,
    tmp_path: Path,
    *,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file, config = tmp_path / "line.tar.gz", tmp_path / "config"
    spoken = here / "prompts" / "notices" / "0123-fi.alaw"
    recorded = config / "recordings" / "fi" / "welcome.wav"
    kept, yaml = config / "recordings" / "sv" / "welcome.wav", config / "lines.yaml"
    for each in (spoken, recorded, kept, yaml):
        each.parent.mkdir(parents=True, exist_ok=True)
        each.write_text("before")
        each.chmod(0o640)
    assert await ivr("--config", config, "backup", file) == 0
    await running.close()
    for each in (spoken, recorded):
        each.unlink()
        each.parent.rmdir()
    for each in (kept, yaml):
        each.write_text("after")

    restore = ("--config", config, "restore", file, "--replace")
    assert await ivr(*restore) == 0
    assert f"1 recordings of people were put back into {config}" in capsys.readouterr().out
    assert [each.read_text() for each in (spoken, recorded)] == ["before", "before"]
    # Asterisk, as another user, plays it by its group.
    assert stat.S_IMODE(spoken.parent.stat().st_mode) == 0o750
    assert [each.read_text() for each in (kept, yaml)] == ["after", "after"]
    assert await ivr(*restore) == 0
    assert "recordings" not in capsys.readouterr().out
    monkeypatch.setattr(os, "open", _refusing(recorded.parent, os.open))
    recorded.unlink()
    assert await ivr(*restore) == 0
    said = capsys.readouterr().out
    assert "Recordings of people were not put back" in said
    assert "Read-only file system" in said
    assert "to be called back" in said


def _refusing(folder: Path, really: Any) -> Any:
    """As a folder that is mounted read-only."""

    def open_(path: Any, *rest: Any, **named: Any) -> Any:
        if Path(path).parent == folder:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(path))
        return really(path, *rest, **named)

    return open_


async def test_a_restored_database_can_be_backed_up_and_restored_again(
    running: Outbox, here: Path, database_url: str, tmp_path: Path
) -> None:
    await asked(running, "n1-1.0", "+358401111111")
    await shipped(running, database_url)
    await running.close()
    there = await rows(database_url)
    for name in ("first", "second"):
        assert await ivr("backup", tmp_path / name) == 0
        assert await ivr("restore", tmp_path / name, "--replace") == 0
        assert await rows(database_url) == there
        assert await open_requests(here) == {"n1-1.0": Status.WAITING}


async def test_with_the_database_kept_nobody_is_called_again_and_who_asked_since_is_called(
    running: Outbox, here: Path, database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "line.tar.gz"
    first = await asked(running, "n1-1.0", "+358401111111")
    await shipped(running, database_url)
    await asked(running, "n1-4.0", "+358404444444")  # on the line's own disk alone
    assert await ivr("backup", file) == 0
    await reached(running, first)
    since = await asked(running, "n1-5.0", "+358405555555")
    await shipped(running, database_url)
    await running.close()
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


async def test_the_copy_holds_up_nobody_who_writes(running: Outbox, here: Path) -> None:
    with closing(sqlite3.connect(f"file:{here / 'outbox.sqlite'}?mode=ro", uri=True)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM event").fetchone()
        await asked(running, "n1-1.0", "+358401111111")
