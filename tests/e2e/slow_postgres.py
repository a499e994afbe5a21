"""A way to Postgres on which answers come late, or are lost after the deed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

BIND = b"B"  # with it the carrying out of a prepared statement begins
IDLE = b"Z\x00\x00\x00\x05I"  # "ready for query, in no transaction": it is committed


@dataclass(kw_only=True)
class SlowPostgres:
    """Carries every connection to `url` on to the server's `socket`.

    Each answer comes `late_s` later. With `loses_next` the next answer that says that a prepared
    statement has been carried out is thrown away, and the connection broken; `lost` counts them.
    """

    socket: Path
    url: str = ""
    late_s: float = 0.0
    loses_next: bool = False
    lost: int = 0
    _carrying: set[asyncio.Task[None]] = field(default_factory=set)

    def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A new connection."""
        self._carrying.add(asyncio.create_task(self._carry(reader, writer)))

    async def end(self) -> None:
        """Break what is still carried."""
        for each in self._carrying:
            each.cancel()
        if self._carrying:
            await asyncio.wait(self._carrying)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(self.socket)
        asked: list[bytes] = [b""]
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._ask(reader, far_writer, asked))
                both.create_task(self._answer(far_reader, writer, asked))
        finally:
            writer.transport.abort()
            far_writer.transport.abort()

    async def _ask(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: list[bytes]
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                asked[:] = [data]
                writer.write(data)
                await writer.drain()
        writer.close()

    async def _answer(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: list[bytes]
    ) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await asyncio.sleep(self.late_s)
                if self.loses_next and asked[0].startswith(BIND) and data.endswith(IDLE):
                    self.loses_next, self.lost = False, self.lost + 1
                    break
                writer.write(data)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def slow_postgres(url: str) -> AsyncIterator[SlowPostgres]:
    """A way to this database, whose server listens on a Unix socket."""
    parts = urlsplit(url)
    place = parse_qs(parts.query)
    way = SlowPostgres(socket=Path(place["host"][0]) / f".s.PGSQL.{place['port'][0]}")
    server = await asyncio.start_server(way.take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    way.url = f"postgresql://{parts.username}@127.0.0.1:{port}{parts.path}?sslmode=disable"
    try:
        yield way
    finally:
        server.close()
        await way.end()
        await server.wait_closed()
