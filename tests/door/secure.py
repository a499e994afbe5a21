"""Somebody who speaks SIP over TLS."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ivr.settings import Address
from tests.door.knocking import Knocker


@dataclass(kw_only=True)
class SecureKnocker(Knocker):
    """A knocker over one TLS connection; messages are told apart by their Content-Length."""

    writer: asyncio.StreamWriter
    over: str = "TLS"

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def listen(self, reader: asyncio.StreamReader) -> None:
        """Take what comes until the connection ends."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lstrip(b"\r\n")
                if head:
                    length = re.search(rb"(?i)content-length: *(\d+)", head)
                    body = await reader.readexactly(int(length[1])) if length else b""
                    self.datagram_received(head + body, None)


@asynccontextmanager
async def secure(
    server: Address, host: str, trusted: Path, *, newest: ssl.TLSVersion
) -> AsyncIterator[SecureKnocker]:
    """Connected from this address, to a server with this certificate."""
    context = ssl.create_default_context(cafile=str(trusted))
    context.maximum_version = newest
    reader, writer = await asyncio.open_connection(
        server.host, server.port, ssl=context, local_addr=(host, 0)
    )
    port = int(writer.get_extra_info("sockname")[1])
    knocker = SecureKnocker(server=server, host=host, writer=writer, port=port)
    listening = asyncio.create_task(knocker.listen(reader))
    try:
        yield knocker
    finally:
        writer.transport.abort()
        listening.cancel()
        await asyncio.wait({listening})
