"""The probes' sound: every packet with the kernel's own time, and where in it a clip begins."""

import asyncio
import socket
import struct
import time
from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Self

PACKET_S = 0.02
SAMPLES = 160  # in a packet: 20 ms at 8 kHz, a byte each

# socket(7): the time of arrival, taken by the kernel, so that a busy probe does not count.
_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@qq")
_HEADER = struct.Struct("!BBHII")
_PCMA, _EVENTS = 8, 101
_KEYS = "0123456789*#"
_END = 0x80

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\n"
)


class Packet(NamedTuple):
    """20 ms of sound. `at` is seconds since the epoch, `number` RTP's own (16 bits)."""

    at: float
    number: int
    sound: bytes


Marks = Mapping[bytes, int]
"""The packets that tell a clip from every other, each with its place in it, counted from 0."""


def marks(clip: bytes, others: Iterable[bytes] = ()) -> Marks:
    """What a clip is known by: its packets that occur once in it and in none of the others."""
    packets = _packets(clip)
    foreign = {packet for other in others for packet in _packets(other)}
    return {p: n for n, p in enumerate(packets) if packets.count(p) == 1 and p not in foreign}


def began(heard: Sequence[Packet], clip: Marks, *, after: float) -> float | None:
    """When the first packet of a clip arrived, after a given time; None: it was not heard.

    A clip may begin with silence that could be anybody's: from the first packet that is
    known its first is counted back to, or the first of them that came. (Asterisk may have
    a call's very first packet ready before the call has an address to send it to.)
    """
    later = heard[bisect(heard, after, key=lambda each: each.at) :]
    for packet in later:
        place = clip.get(packet.sound)
        if place is not None:
            return next(p.at for p in later if (packet.number - p.number) & 0xFFFF <= place)
    return None


def _packets(clip: bytes) -> list[bytes]:
    return [clip[at : at + SAMPLES] for at in range(0, len(clip), SAMPLES)]


def token(number: int) -> bytes:
    """A packet of sound that no clip has and that says who sent it."""
    return struct.pack("!BHB", 0x2A, number & 0xFFFF, 0x2B) * (SAMPLES // 4)


class Media:
    """One end of a call's sound; `heard` grows. Close it in the end."""

    def __init__(self) -> None:
        self.heard: list[Packet] = []
        self._number = self._clock = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.port = int(self._socket.getsockname()[1])
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Listen no more."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    @property
    def sdp(self) -> str:
        """The offer or answer that says where this end listens."""
        return SDP.format(port=self.port)

    async def press(self, key: str, port: int) -> float:
        """Press a key for 0.1 s; the time at which its end was sent."""
        for step in range(1, 5):
            self._event(key, 0, step * SAMPLES, port)
            await asyncio.sleep(PACKET_S)
        released = time.time()
        for _ in range(3):  # RFC 4733 §2.5.1.4
            self._event(key, _END, 5 * SAMPLES, port)
        self._clock += 8 * SAMPLES
        return released

    async def speak(self, sound: bytes, port: int) -> None:
        """Say one packet over and over, until cancelled."""
        due = time.monotonic()
        while True:
            self._clock += SAMPLES
            self._send(_PCMA, self._clock, sound, port)
            due += PACKET_S
            await asyncio.sleep(due - time.monotonic())

    def _event(self, key: str, flags: int, length: int, port: int) -> None:
        payload = struct.pack("!BBH", _KEYS.index(key), flags, length)
        self._send(_EVENTS, self._clock, payload, port)

    def _send(self, kind: int, clock: int, payload: bytes, port: int) -> None:
        self._number = (self._number + 1) & 0xFFFF
        header = _HEADER.pack(0x80, kind, self._number, clock, self.port)
        self._socket.sendto(header + payload, ("127.0.0.1", port))

    def _read(self) -> None:
        while True:
            try:
                data, extra, *_ = self._socket.recvmsg(512, 64)
            except BlockingIOError:
                return
            if len(data) > _HEADER.size and data[1] & 0x7F == _PCMA:
                seconds, nanoseconds = _TIMESPEC.unpack(extra[0][2]) if extra else (0, 0)
                at = seconds + nanoseconds / 1e9 if extra else time.time()
                number = int.from_bytes(data[2:4], "big")
                self.heard.append(Packet(at=at, number=number, sound=data[_HEADER.size :]))
