"""A carrier without telephones: what becomes of each number that the line calls is arranged."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ivr.settings import Address
from tests.e2e.rawsip import is_copied

RINGS = 0  # 180, and nothing after it until the line gives up
_DIALLED = re.compile(rb"(?P<method>\w+) sip:(?P<number>[^@]+)@")


@dataclass(kw_only=True)
class Exchange(asyncio.DatagramProtocol):
    """Refuses each call with the status arranged for its number (RFC 3261 §21), or lets it ring.

    `happened` has `dialled <number>` and `over <number>`, in order.
    """

    arranged: Mapping[str, int]
    happened: list[str] = field(default_factory=list)
    _invites: dict[str, bytes] = field(default_factory=dict)

    def answer_over(self, transport: asyncio.DatagramTransport) -> None:
        """Use this socket."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """An INVITE is refused or rings, and a CANCEL ends the ringing; else there is nothing."""
        request = _DIALLED.match(data)
        method, number = (request[1], request[2].decode()) if request else (b"", "")
        if method == b"INVITE" and number not in self._invites:
            self._invites[number] = data
            self.happened.append(f"dialled {number}")
            self._answer(data, 180, addr)
            if self.arranged[number] != RINGS:
                self._end(number, self.arranged[number], addr)
        elif method == b"CANCEL":
            self._answer(data, 200, addr)
            self._end(number, 487, addr)

    def _end(self, number: str, status: int, addr: tuple[str, int]) -> None:
        self.happened.append(f"over {number}")
        self._answer(self._invites[number], status, addr)

    def _answer(self, request: bytes, status: int, addr: tuple[str, int]) -> None:
        lines = [line for line in request.split(b"\r\n") if is_copied(line)]
        tagged = [line + b";tag=there" if line.startswith(b"To:") else line for line in lines]
        first = f"SIP/2.0 {status} As Arranged".encode()
        self._transport.sendto(
            b"\r\n".join([first, *tagged, b"Content-Length: 0"]) + b"\r\n\r\n", addr
        )


@asynccontextmanager
async def exchange(carrier: Address, arranged: Mapping[str, int]) -> AsyncIterator[Exchange]:
    """Whom the line calls is answered so; a number that nothing is arranged for is an error."""
    there = Exchange(arranged=arranged)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: there, local_addr=(carrier.host, carrier.port)
    )
    there.answer_over(transport)
    try:
        yield there
    finally:
        transport.close()
