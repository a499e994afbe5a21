"""A wire between the controller and Asterisk that can be cut, or go dead."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(kw_only=True)
class Wire:
    """Carries every connection to `url` on to `far_url`, which may be changed."""

    far_url: str
    url: str = ""
    _carried: list["_Connection"] = field(default_factory=list)
    _carrying: set[asyncio.Task[None]] = field(default_factory=set)

    def cut(self) -> None:
        """Break the connections that there are; new ones are carried."""
        for connection in self._carried:
            connection.abort()
        self._carried.clear()

    def go_dead(self) -> None:
        """Carry nothing more on the connections that there are, which stay open."""
        for connection in self._carried:
            connection.alive.clear()

    def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A new connection."""
        self._carrying.add(asyncio.create_task(self._carry(reader, writer)))

    async def ended(self) -> None:
        """Wait until nothing is carried any more."""
        await asyncio.gather(*self._carrying)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far = urlsplit(self.far_url)
        try:
            far_reader, far_writer = await asyncio.open_connection(far.hostname, far.port)
        except OSError:
            writer.transport.abort()
            return
        connection = _Connection(writers=(writer, far_writer))
        self._carried.append(connection)
        await asyncio.gather(
            connection.pump(reader, far_writer), connection.pump(far_reader, writer)
        )


class _Connection:
    def __init__(self, *, writers: tuple[asyncio.StreamWriter, ...]) -> None:
        self.alive = asyncio.Event()
        self.alive.set()
        self._writers = writers

    def abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()
        self.alive.set()

    async def pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await self.alive.wait()
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def wire_to(url: str) -> AsyncIterator[Wire]:
    """A wire to this address, such as `http://127.0.0.1:8088`."""
    wire = Wire(far_url=url)
    server = await asyncio.start_server(wire.take, "127.0.0.1", 0)
    wire.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield wire
    finally:
        server.close()
        wire.cut()
        await wire.ended()
        await server.wait_closed()
