"""Phones that are called by the line, and hang up: those of counsellors and of citizens."""

import asyncio
import random
import time
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field

from ivr.phone.wire import SipMessage
from ivr.settings import Address
from tests.bench.phones import Phones, audio_port
from tests.chaos.hearing import Ear, Ears

LOOKS_EVERY_S = 0.2


@dataclass(kw_only=True)
class Leg:
    """A call that a phone gets."""

    invite: SipMessage
    data: bytes
    reply: Callable[[bytes, str, str], None]
    send: Callable[[str], None]
    ear: Ear
    ended: bool = False
    answered: bool = False
    task: asyncio.Task[None] | None = None

    @property
    def audio(self) -> int:
        """Where the line takes sound."""
        return audio_port(self.invite)

    def refuse(self, status: str) -> None:
        """Do not take the call, such as `486 Busy Here`."""
        self.ended = True
        self.reply(self.data, status, "")

    def answer(self) -> None:
        """Take the call."""
        self.answered = True
        self.reply(self.data, "200 OK", self.ear.sdp)

    def press(self, key: str) -> None:
        """Press a key, unless the call is over."""
        if not self.ended:
            self.ear.press(key, self.audio)

    def hang_up(self) -> None:
        """End an answered call, unless it is over (RFC 3261 §12.2.1, §15.1.1)."""
        if self.ended:
            return
        self.ended = True
        headers = self.invite.headers
        lines = [
            f"BYE {headers['contact'].strip('<>')} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bKbye{self.invite.call_id}",
            "Max-Forwards: 70",
            f"From: {headers['to']};tag=phone",
            f"To: {headers['from']}",
            f"Call-ID: {self.invite.call_id}",
            "CSeq: 1 BYE",
            "Content-Length: 0",
        ]
        self.send("\r\n".join(lines) + "\r\n\r\n")

    async def until(self, seconds: float, done: Callable[[], bool] = lambda: False) -> None:
        """Wait so long, or until it is done, or the call over; be heard to breathe meanwhile."""
        deadline, breathed = time.monotonic() + seconds, 0.0
        while not self.ended and time.monotonic() < deadline and not done():
            if self.answered and time.monotonic() > breathed + 1:
                self.ear.breathe(self.audio)
                breathed = time.monotonic()
            await asyncio.sleep(LOOKS_EVERY_S)


@dataclass(kw_only=True)
class Called(Phones):
    """Phones on one port that take each call as `take` does. Dead ones say nothing at all."""

    ears: Ears
    chance: random.Random
    ring_s: float = 0.0
    alive: bool = True
    legs: dict[str, Leg] = field(default_factory=dict)

    @abstractmethod
    async def take(self, leg: Leg) -> None:
        """What becomes of a call that has begun to ring."""

    async def listen_at(self, address: Address) -> None:
        """Plug in at this address; port 0: any."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: self, local_addr=(address.host, address.port)
        )
        self.speak_over(transport)

    def die(self) -> None:
        """Power or network is gone, and with it whatever was going on."""
        self.alive = False
        self.forget()

    def forget(self) -> None:
        """Nothing goes on any more."""
        for leg in self.legs.values():
            leg.ended = True
        self.legs.clear()

    async def unplug(self) -> None:
        """Nothing of the phones is left."""
        tasks = [leg.task for leg in self.legs.values() if leg.task is not None]
        self.die()
        await asyncio.gather(*tasks)
        await super().unplug()

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        if self.alive:
            super().datagram_received(data, addr)

    def _ring(self, invite: SipMessage, data: bytes) -> None:
        if invite.call_id in self.legs:  # a retransmission
            return
        self._reply(data, "180 Ringing")
        self.legs[invite.call_id] = leg = self._leg(invite, data)
        leg.task = asyncio.create_task(self._taken(leg))

    def _leg(self, invite: SipMessage, data: bytes) -> Leg:
        return Leg(
            invite=invite, data=data, reply=self._reply, send=self._send, ear=Ear(self.ears.clips)
        )

    async def _taken(self, leg: Leg) -> None:
        with self.ears.heard_by(leg.ear):
            try:
                await self.take(leg)
            finally:
                self.legs.pop(leg.invite.call_id, None)

    def _end(self, request: SipMessage, data: bytes) -> None:
        self._reply(data, "200 OK")
        leg = self.legs.get(request.call_id)
        if leg is not None and not leg.ended:
            leg.ended = True
            if request.method == "CANCEL":
                self._reply(leg.data, "487 Request Terminated")


def number_called(invite: SipMessage) -> str:
    """Whom an INVITE is for: the user part of its To."""
    return invite.headers["to"].partition("sip:")[2].partition("@")[0]
