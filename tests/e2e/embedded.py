"""`ivr run` with servers of its own, as a newcomer starts it."""

import asyncio
import fcntl
import json
import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from ivr import config
from ivr.adapters import studio
from ivr.adapters.synthesis import EspeakNg
from ivr.embedded.packages import Root
from ivr.settings import PROJECT_ROOT, Address
from tests.e2e.line import Line

SHIPPED = PROJECT_ROOT / "config"
ONE_NUMBER = SHIPPED / "examples" / "one-number"


def spoken(config_dir: Path, alike: Path, programs: Root) -> Path:
    """The folder of this configuration's prompts, spoken once for all processes.

    Most are `alike` those of another folder, and are taken from there.
    """
    out = PROJECT_ROOT / "var" / "tests" / f"prompts-{config_dir.name}"
    with out.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not out.exists():
            shutil.copytree(alike, out)
        studio.build(config.load(config_dir), out, EspeakNg(programs=programs))
    return out


def unpacked(state_dir: Path) -> None:
    """Asterisk's packages, as if they had been unpacked there."""
    (state_dir / "asterisk").mkdir(parents=True)
    (state_dir / "asterisk" / "root").symlink_to(PROJECT_ROOT / "var" / "asterisk" / "root")


def phone_secret(state_dir: Path, account: str) -> str:
    """The SIP password of a counsellor's account."""
    return str(json.loads((state_dir / "secrets" / "phones.json").read_text())[account])


async def remembered(state_dir: Path, account: str) -> None:
    """Until a registration is on disk: Asterisk commits what it has to remember once a second."""
    database = state_dir / "asterisk" / "lib" / "astdb.sqlite3"
    key = f"/registrar/contact/{account};%"
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as registrations:
        for _ in range(400):
            if registrations.execute("SELECT 1 FROM astdb WHERE key LIKE ?", (key,)).fetchone():
                return
            await asyncio.sleep(0.05)
    raise AssertionError(f"{account} is not remembered")


def processes_of(state_dir: Path) -> list[str]:
    """The command lines of all processes that were started for this folder and live."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdecimal():
            line = _command_line(process)
            if str(state_dir) in line:
                found.append(line)
    return found


def _command_line(process: Path) -> str:
    """Its words; none for one that has ended and was not waited for."""
    try:
        return (process / "cmdline").read_text(errors="replace").replace("\0", " ")
    except (FileNotFoundError, ProcessLookupError):
        return ""


async def stop_servers(line: Line) -> None:
    """End what a line that was killed has left running."""
    if processes_of(state_dir(line)):
        command = [sys.executable, "-m", "ivr.embedded", "stop"]
        environment = {**os.environ, **line.environment}
        process = await asyncio.create_subprocess_exec(*command, cwd=PROJECT_ROOT, env=environment)
        await process.wait()


def state_dir(line: Line) -> Path:
    """Where it keeps its things."""
    return Path(line.environment["IVR_STATE_DIR"])


def sip(line: Line) -> Address:
    """Where its Asterisk takes calls."""
    host, _, port = line.environment["IVR_SIP_BIND"].partition(":")
    return Address(host=host, port=int(port))
