"""The carrier that the line calls out through: it passes everything on to the test's phones."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ivr.settings import Address

OUTSIDE = "0401112222"  # of `outside_numbers`


class _Carrier(asyncio.DatagramProtocol):
    """Datagrams of the line go to the phones, those of the phones to the line."""

    def __init__(self, phones: tuple[str, int]) -> None:
        self._phones = phones
        self._line = phones

    def carry_over(self, transport: asyncio.DatagramTransport) -> None:
        """Use this socket."""
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if addr == self._phones:
            self._transport.sendto(data, self._line)
        else:
            self._line = addr
            self._transport.sendto(data, self._phones)


class _Listening(asyncio.DatagramProtocol):
    """Every datagram that comes, and none is answered."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        del addr
        self.heard.append(data)


@asynccontextmanager
async def listening(carrier: Address) -> AsyncIterator[list[bytes]]:
    """Whatever the line sends to this address meanwhile."""
    listener = _Listening()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: listener, local_addr=(carrier.host, carrier.port)
    )
    try:
        yield listener.heard
    finally:
        transport.close()


@asynccontextmanager
async def carried(carrier: Address, phones: Address) -> AsyncIterator[None]:
    """Whom the line calls outside is called on these phones."""
    passing_on = _Carrier((phones.host, phones.port))
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: passing_on, local_addr=(carrier.host, carrier.port)
    )
    passing_on.carry_over(transport)
    try:
        yield
    finally:
        transport.close()
