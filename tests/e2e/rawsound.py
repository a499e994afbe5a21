"""A telephone's sound alone: packets of it come until it falls silent, without a word of SIP."""

import asyncio
import socket
import struct
from types import TracebackType
from typing import Self

from tests.e2e.rawsip import SDP, RawCall, audio_port

_ALAW, _SILENCE, _SAMPLES, _EVERY_S = 8, b"\xd5" * 160, 160, 0.02


class Microphone:
    """Sends 50 packets of PCMA a second from a port of its own; `sdp` is the offer that says so."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.sdp = SDP.replace("m=audio 40000", f"m=audio {self._socket.getsockname()[1]}")
        self._sending: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        await self.fall_silent()
        self._socket.close()

    async def speak(self, call: RawCall) -> None:
        """Begin to send to where the other side takes sound."""
        await call.status(183)
        self.speak_to(audio_port(call.messages))

    def speak_to(self, port: int) -> None:
        """Begin to send to this port."""
        self._sending = asyncio.create_task(self._send(port))

    async def fall_silent(self) -> None:
        """Send nothing more, as a phone whose battery is empty."""
        if self._sending is not None:
            self._sending.cancel()
            await asyncio.wait({self._sending})

    async def _send(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        for number in range(1_000_000):
            header = struct.pack("!BBHII", 0x80, _ALAW, number & 0xFFFF, number * _SAMPLES, 7)
            self._socket.sendto(header + _SILENCE, ("127.0.0.1", port))
            due += _EVERY_S
            await asyncio.sleep(due - loop.time())
