"""`ivr run` where it cannot run: what it says, and how it ends."""

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.settings import PROJECT_ROOT

SOON_S = 60.0  # for a busy machine: only one that hangs takes so long


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    error: str


async def run(config_dir: Path, environment: Mapping[str, str]) -> Ended:
    """`ivr run`, which is expected to end by itself and soon."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "ivr", "--config", str(config_dir), "run",
        cwd=PROJECT_ROOT, env={**os.environ, **environment},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(SOON_S):
            out, error = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Ended(code=process.returncode or 0, out=out.decode(), error=error.decode())


async def refusal(config_dir: Path, environment: Mapping[str, str]) -> str:
    """The one line with which `ivr run` refuses to run; doubts about two odd lines aside."""
    ended = await run(config_dir, environment)
    said = [line for line in ended.out.splitlines() if not line.startswith("doubtful:")]
    assert (ended.code, said) == (1, []), ended
    line, *more = ended.error.splitlines()
    assert not more, ended.error
    return line
