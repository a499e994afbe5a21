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
