"""A line that has lost its disk and its database goes on from its backup."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

import asyncpg

from ivr.phone.phone import Telephony
from ivr.settings import PROJECT_ROOT
from tests.e2e.joining import CITIZEN
from tests.e2e.line import Line
from tests.e2e.standby import successor
from tests.e2e.talks import comes_to_work
from tests.e2e.test_callbacks_command import callbacks, promised


async def ivr(line: Line, *words: str) -> str:
    """What the command says that does what it is told with the line's things."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ivr", *words,
        cwd=PROJECT_ROOT, env={**os.environ, **line.environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said = (await process.communicate())[0].decode()
    assert process.returncode == 0, said
    return said


async def listed(line: Line) -> list[str]:
    """What the list says of the one request, up to when it was asked; when it is due moves."""
    _, row = (await callbacks(line, "list"))[1].splitlines()
    return row.split()[:9]


async def lose(line: Line) -> None:
    """The folder of the line, all but its prompts, and its database."""
    _empty(Path(line.environment["IVR_STATE_DIR"]))
    connection = await asyncpg.connect(line.database_url)
    await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await connection.close()


def _empty(state: Path) -> None:
    for lost in state.iterdir():
        if lost.is_dir() and not lost.is_symlink():
            shutil.rmtree(lost)
        elif lost.name != "prompts":
            lost.unlink()


async def test_who_was_promised_a_call_before_the_backup_is_called_after_the_restoring(
    line: Line, telephony: Telephony, passwords: dict[str, str], tmp_path: Path
) -> None:
    file = str(tmp_path / "line.tar.gz")
    await promised(telephony)
    before = await listed(line)
    assert CITIZEN in before
    assert "1 requests to be called back" in await ivr(line, "backup", file)
    await line.kill()
    await lose(line)
    assert "1 to be called back" in await ivr(line, "restore", file)
    again = successor(line)
    try:
        await again.start()
        assert await listed(again) == before
        anna = await comes_to_work("anna", again, telephony, passwords)
        leg = await anna.next_call()
        assert leg.display_name == "Takaisinsoitto FI Lapsiperheet"
        (asked,) = await again.rows("SELECT id, number FROM callback WHERE status = 'waiting'")
        assert asked["number"] == CITIZEN
        assert (await callbacks(again, "cancel", asked["id"], "--because", "settled"))[0] == 0
        await leg.ended()
    finally:
        await again.stop()
