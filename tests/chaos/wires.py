"""The wire between the controller and its Postgres: it can be slow, or cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(kw_only=True)
class RecordWire:
    """Carries each connection on to a Unix socket; what is asked waits for `slow_s` first."""

    far: Path
    slow_s: float = 0.0
    port: int = 0
    _carrying: set[asyncio.Task[None]] = field(default_factory=set)

    def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A new connection."""
        carrying = asyncio.create_task(self._carry(reader, writer))
        self._carrying.add(carrying)
        carrying.add_done_callback(self._carrying.discard)

    async def ended(self) -> None:
        """Break what is there, and wait until it is gone."""
        for each in self._carrying:
            each.cancel()
        await asyncio.gather(*self._carrying, return_exceptions=True)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(self.far)
        except OSError:
            writer.transport.abort()
            return
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pump(reader, far_writer, slow=True))
                both.create_task(self._pump(far_reader, writer, slow=False))
        finally:
            writer.transport.abort()
            far_writer.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, slow: bool
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await asyncio.sleep(self.slow_s if slow else 0)
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def wire_to_record(far: Path) -> AsyncIterator[RecordWire]:
    """A wire to the Postgres that has this socket."""
    wire = RecordWire(far=far)
    server = await asyncio.start_server(wire.take, "127.0.0.1", 0)
    wire.port = int(server.sockets[0].getsockname()[1])
    try:
        yield wire
    finally:
        server.close()
        await wire.ended()
