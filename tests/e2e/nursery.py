"""How a test starts a controller from the process that has everything loaded (`spare.py`)."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

from ivr.settings import PROJECT_ROOT


class Started(asyncio.Protocol):
    """A process that was forked for us; used like `asyncio.subprocess.Process`."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.begun: asyncio.Future[int] = loop.create_future()
        self._ended: asyncio.Future[int] = loop.create_future()
        self._told = b""

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.begun.result()

    @property
    def returncode(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return self._ended.result() if self._ended.done() else None

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal; nothing is sent to one that has ended."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def wait(self) -> int:
        """Wait until it has ended; its exit code."""
        return await asyncio.shield(self._ended)

    def data_received(self, data: bytes) -> None:
        """Its id, then its exit code, a line each."""
        self._told += data
        *lines, _ = self._told.decode().split("\n")
        for future, line in zip((self.begun, self._ended), lines, strict=False):
            if not future.done():
                future.set_result(int(line))

    def connection_lost(self, exc: Exception | None) -> None:
        """What has not been told will not be any more."""
        for future in (self.begun, self._ended):
            if not future.done():
                future.cancel()


class Nursery:
    """The process that has loaded everything; it ends with the block."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.e2e.spare", str(theirs.fileno())],
                cwd=PROJECT_ROOT, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()],
            )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._control.close()
        self._process.wait()

    async def start(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, log: IO[bytes]
    ) -> Started:
        """`ivr` with these arguments in a process of its own, which writes to `log`."""
        order = {
            "arguments": [*arguments],
            "environment": {**environment},
            "folder": str(folder),
        }
        ours, theirs = socket.socketpair()
        with theirs:
            descriptors = [theirs.fileno(), log.fileno()]
            socket.send_fds(self._control, [json.dumps(order).encode()], descriptors)
        loop = asyncio.get_running_loop()
        _, started = await loop.create_connection(Started, sock=ours)
        await started.begun
        return started
