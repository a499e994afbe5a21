"""A telephone's keys alone, as fast as the network carries them."""

import asyncio
import socket
import struct

from tests.e2e.rawsip import SDP, RawCall, audio_port

_EVENTS = "0123456789*#ABCD"
_PAYLOAD, _LENGTH, _STEP = 101, 800, 1600  # the payload type in SDP; 1/8000 s
_END = 0x80


class Keypad:
    """Sends RFC 4733 events from a port of its own; `sdp` is the offer that says so."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.sdp = SDP.replace("m=audio 40000", f"m=audio {self._socket.getsockname()[1]}")
        self._sequence = self._timestamp = 0

    def __enter__(self) -> "Keypad":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    async def press(self, call: RawCall, keys: str) -> None:
        """Press keys in an instant, each the 0.1 s long that its packets say."""
        await call.status(183)
        for key in keys:
            self._event(audio_port(call.messages), _EVENTS.index(key))
            await asyncio.sleep(0)  # let the others at the event loop

    def _event(self, port: int, event: int) -> None:
        """The beginning of one key and its end, which is said three times (RFC 4733 §2.5.1)."""
        self._timestamp += _STEP
        for flags, length in ((0, 160), (_END, _LENGTH), (_END, _LENGTH), (_END, _LENGTH)):
            self._sequence += 1
            mark = 0x80 if length == 160 else 0
            header = struct.pack(
                "!BBHII", 0x80, mark | _PAYLOAD, self._sequence & 0xFFFF, self._timestamp, 1
            )
            payload = struct.pack("!BBH", event, flags, length)
            self._socket.sendto(header + payload, ("127.0.0.1", port))
