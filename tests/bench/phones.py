"""The counsellors' phones of the bench: registered with digest, and those of the probes answered.

All phones of one group share one UDP port; SIPp's are registered from here too, because
Asterisk keeps the address that a registration came from.
"""

import asyncio
import hashlib
import re
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

from ivr.phone.wire import SipMessage
from ivr.settings import Address
from tests.bench.media import Media, token

_ANSWER_BOUND_S = 5.0
_ROUND_S = 0.02
_COPIED = ("via", "from", "to", "call-id", "cseq")


@dataclass(kw_only=True)
class Answered:
    """A call that a probe's counsellor took. `at`: the 200 was sent, seconds since the epoch."""

    media: Media
    token: bytes
    at: float = 0.0
    acting: asyncio.Task[None] | None = None

    def end(self) -> None:
        """Ring, speak and listen no more."""
        if self.acting is not None:
            self.acting.cancel()
        self.media.close()


@dataclass(kw_only=True)
class Phones(asyncio.DatagramProtocol):
    """Phones on one port: OPTIONS is answered, an INVITE after `ring_s`, then each speaks.

    `answered` has every call taken, by the sound that its counsellor makes.
    """

    server: Address
    ring_s: float
    answered: dict[bytes, Answered] = field(default_factory=dict)
    port: int = 0
    _unplugged: asyncio.Event = field(default_factory=asyncio.Event)
    _legs: dict[str, Answered] = field(default_factory=dict)
    _registering: dict[str, asyncio.Future[SipMessage]] = field(default_factory=dict)

    @classmethod
    async def plugged_in(cls, server: Address, *, ring_s: float) -> Self:
        """Phones that nobody knows of yet."""
        phones = cls(server=server, ring_s=ring_s)
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: phones, local_addr=("127.0.0.1", 0)
        )
        phones.speak_over(transport)
        return phones

    def speak_over(self, transport: asyncio.DatagramTransport) -> None:
        """Use this socket."""
        self._transport = transport
        self.port = int(transport.get_extra_info("sockname")[1])

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._unplugged.set()

    async def unplug(self) -> None:
        """Leave the port to others; the registrations stay."""
        for leg in self._legs.values():
            leg.end()
        self._transport.close()
        await self._unplugged.wait()

    async def register(self, passwords: Mapping[str, str]) -> None:
        """Register each account (RFC 3261 §10.2, §22). AssertionError if one is refused."""
        for account, password in passwords.items():
            call_id = uuid.uuid4().hex
            challenge = await self._exchange(self._registration(account, call_id, 1, ""), call_id)
            asked = challenge.headers.get("www-authenticate", "")
            proof = _proof(asked, account, password, f"sip:{self.server}")
            request = self._registration(account, call_id, 2, proof)
            answer = await self._exchange(request, call_id)
            assert answer.status == 200, f"{account} was refused with {answer.status}"

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        del addr
        message = SipMessage.read(data.decode(errors="replace"), at=time.monotonic(), sent=False)
        match message.method:
            case "":
                waiting = self._registering.pop(message.call_id, None)
                if waiting is not None and not waiting.done():
                    waiting.set_result(message)
            case "INVITE":
                self._ring(message, data)
            case "ACK":
                pass
            case "BYE" | "CANCEL":
                self._end(message, data)
            case _:
                self._reply(data, "200 OK")

    # --- calls ---------------------------------------------------------------------

    def _ring(self, invite: SipMessage, data: bytes) -> None:
        if invite.call_id in self._legs:  # a retransmission
            return
        leg = Answered(media=Media(), token=token(0x8000 + len(self.answered)))
        self._legs[invite.call_id] = self.answered[leg.token] = leg
        self._reply(data, "180 Ringing")
        leg.acting = asyncio.create_task(self._answer(leg, invite, data))

    async def _answer(self, leg: Answered, invite: SipMessage, data: bytes) -> None:
        await asyncio.sleep(self.ring_s)
        leg.at = time.time()
        self._reply(data, "200 OK", leg.media.sdp)
        await leg.media.speak(leg.token, audio_port(invite))

    def _end(self, request: SipMessage, data: bytes) -> None:
        self._reply(data, "200 OK")
        if leg := self._legs.pop(request.call_id, None):
            leg.end()

    # --- datagrams -----------------------------------------------------------------

    async def _exchange(self, request: str, call_id: str) -> SipMessage:
        """Send a request and await its answer; once more if it was lost."""
        answer: asyncio.Future[SipMessage] = asyncio.get_running_loop().create_future()
        self._registering[call_id] = answer
        async with asyncio.timeout(_ANSWER_BOUND_S):
            while not answer.done():
                self._send(request)
                with suppress(TimeoutError):
                    async with asyncio.timeout(1):
                        await asyncio.shield(answer)
        return answer.result()

    def _registration(self, account: str, call_id: str, sequence: int, proof: str) -> str:
        address = f"sip:{account}@{self.server.host}"
        lines = [
            f"REGISTER sip:{self.server} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self.port};rport;branch=z9hG4bK{call_id}{sequence}",
            "Max-Forwards: 70",
            f"From: <{address}>;tag=1",
            f"To: <{address}>",
            f"Call-ID: {call_id}",
            f"CSeq: {sequence} REGISTER",
            f"Contact: <sip:{account}@127.0.0.1:{self.port}>",
            "Expires: 3600",
            *([proof] if proof else []),
            "Content-Length: 0",
        ]
        return "\r\n".join(lines) + "\r\n\r\n"

    def _reply(self, request: bytes, status: str, sdp: str = "") -> None:
        """Answer a request; the headers that a response repeats are RFC 3261 §8.2.6.2's."""
        lines = [f"SIP/2.0 {status}", f"Contact: <sip:127.0.0.1:{self.port}>"]
        for line in request.decode(errors="replace").split("\r\n\r\n")[0].split("\r\n"):
            name = line.partition(":")[0].lower()
            tagged = name == "to" and ";tag=" not in line
            if name in _COPIED:
                lines.append(f"{line};tag=phone" if tagged else line)
        if sdp:
            lines.append("Content-Type: application/sdp")
        self._send("\r\n".join([*lines, f"Content-Length: {len(sdp)}"]) + "\r\n\r\n" + sdp)

    def _send(self, text: str) -> None:
        self._transport.sendto(text.encode(), (self.server.host, self.server.port))


def audio_port(message: SipMessage) -> int:
    """Where the other side takes sound, from its SDP. Raises ValueError without one."""
    found = re.search(r"m=audio (\d+)", message.body)
    if found is None:
        raise ValueError("no audio in the SDP")
    return int(found[1])


def _proof(challenge: str, user: str, password: str, uri: str) -> str:
    """The header that answers a 401 (RFC 2617, qop=auth)."""
    realm, nonce, opaque = (_parameter(challenge, name) for name in ("realm", "nonce", "opaque"))
    a1, a2 = _md5(f"{user}:{realm}:{password}"), _md5(f"REGISTER:{uri}")
    response = _md5(f"{a1}:{nonce}:00000001:c:auth:{a2}")
    return (
        f'Authorization: Digest username="{user}", realm="{realm}", nonce="{nonce}",'
        f' uri="{uri}", response="{response}", algorithm=MD5, qop=auth, nc=00000001,'
        f' cnonce="c", opaque="{opaque}"'
    )


def _parameter(challenge: str, name: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', challenge)
    return found[1] if found else ""


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
