"""What a phone of the load hears, packet by packet: which clip, and where there is no sound."""

import asyncio
import socket
import struct
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.bench.media import SAMPLES, SDP
from tests.chaos.evidence import Spell

LISTENS_EVERY_S = 0.05
NOTED_GAP_S = 1.0

# socket(7): the kernel's own time of arrival, so that a busy load does not count.
_SO_TIMESTAMPNS = 35
_TIMESPEC = struct.Struct("@qq")
_HEADER = struct.Struct("!BBHII")
_PCMA, _EVENTS = 8, 101
_KEYS = "0123456789*#"
_END = 0x80
_SILENCE = b"\xd5" * SAMPLES

Clips = Mapping[bytes, str]
"""The clip that a packet of sound is of, as `fi/welcome`; not the packets that several have."""


def read_clips(prompts: Path) -> Clips:
    """The packets of all clips in the folder."""
    known: dict[bytes, str] = {}
    ambiguous: set[bytes] = set()
    for file in sorted(prompts.rglob("*.alaw")):
        name, sound = str(file.relative_to(prompts).with_suffix("")), file.read_bytes()
        for at in range(0, len(sound) - SAMPLES + 1, SAMPLES):
            packet = sound[at : at + SAMPLES]
            if known.setdefault(packet, name) != name:
                ambiguous.add(packet)
    return {packet: name for packet, name in known.items() if packet not in ambiguous}


class Ear:
    """One end of a call's sound. `heard` and `gaps` are as in `CallerLog`."""

    def __init__(self, clips: Clips) -> None:
        self.heard: list[tuple[float, str]] = []
        self.gaps: list[Spell] = []
        self.last: float | None = None
        self._clips = clips
        self._number = self._clock = 0
        self._socket, self._control = _pair()
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
        self.sdp = SDP.format(port=self._socket.getsockname()[1])

    @property
    def newest(self) -> tuple[float, str]:
        """The clip begun last, and when; nothing at 0 before the first."""
        return self.heard[-1] if self.heard else (0.0, "")

    def press(self, keys: str, port: int) -> None:
        """Press keys in an instant, each the 0.1 s long that its packets say (RFC 4733 §2.5.1)."""
        for key in keys:
            self._clock += 10 * SAMPLES
            for flags, length in ((0, 160), (_END, 800), (_END, 800), (_END, 800)):
                self._send(_EVENTS, struct.pack("!BBH", _KEYS.index(key), flags, length), port)

    def breathe(self, port: int) -> None:
        """A packet of silence: who sends none at all is taken for a ghost."""
        self._clock += SAMPLES
        self._send(_PCMA, _SILENCE, port)

    def listen(self) -> None:
        """Take in what has arrived."""
        while True:
            try:
                data, extra, *_ = self._socket.recvmsg(512, 64)
            except (BlockingIOError, ConnectionRefusedError):
                return
            if len(data) == _HEADER.size + SAMPLES and data[1] & 0x7F == _PCMA:
                seconds, nanoseconds = _TIMESPEC.unpack(extra[0][2]) if extra else (0, 0)
                at = seconds + nanoseconds / 1e9 if extra else time.time()
                self._hear(at, data[_HEADER.size :])

    def end(self) -> None:
        """Listen no more; what was not heard until now is a gap, too."""
        self.listen()
        self._note_gap(time.time())
        self._socket.close()
        self._control.close()

    def _hear(self, at: float, sound: bytes) -> None:
        if sound.count(sound[0]) == SAMPLES:  # silence, digital
            return
        paused = self._note_gap(at)
        self.last = at
        clip = self._clips.get(sound)
        if clip is not None and (paused or clip != self.newest[1]):
            self.heard.append((at, clip))

    def _note_gap(self, at: float) -> bool:
        gap = self.last is not None and at - self.last > NOTED_GAP_S
        if self.last is not None and gap:
            self.gaps.append(Spell(began=self.last, ended=at))
        return gap

    def _send(self, kind: int, payload: bytes, port: int) -> None:
        self._number = (self._number + 1) & 0xFFFF
        header = _HEADER.pack(0x80, kind, self._number, self._clock, 7)
        try:
            self._socket.sendto(header + payload, ("127.0.0.1", port))
        except ConnectionRefusedError:
            return  # Asterisk was killed; its calls learn of it otherwise


def _pair() -> tuple[socket.socket, socket.socket]:
    """A socket for sound, and on the port above it one for RTCP, which nobody reads."""
    while True:
        sound, control = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        try:
            sound.bind(("127.0.0.1", 0))
            control.bind(("127.0.0.1", sound.getsockname()[1] + 1))
        except OSError:
            sound.close()
            control.close()
        else:
            return sound, control


class Ears:
    """All ears of the load, emptied so often that no packet is lost."""

    def __init__(self, clips: Clips) -> None:
        self.clips = clips
        self._listening: set[Ear] = set()

    @contextmanager
    def ear(self) -> Iterator[Ear]:
        """One more, for as long as the block lasts."""
        ear = Ear(self.clips)
        with self.heard_by(ear):
            yield ear

    @contextmanager
    def heard_by(self, ear: Ear) -> Iterator[None]:
        """This one hears for as long as the block lasts, and then no more."""
        self._listening.add(ear)
        try:
            yield
        finally:
            self._listening.discard(ear)
            ear.end()

    async def listen(self) -> None:
        """Until cancelled."""
        while True:
            for ear in tuple(self._listening):
                ear.listen()
            await asyncio.sleep(LISTENS_EVERY_S)
