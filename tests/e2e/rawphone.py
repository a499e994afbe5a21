"""A counsellor's phone that answers a ring with any status, or with nothing at all."""

import asyncio
import hashlib
import re
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ivr.phone.wire import SipMessage
from ivr.settings import Address

_POLL_S = 0.01
_COPIED = ("via", "from", "call-id", "cseq")


@dataclass(kw_only=True)
class RawPhone(asyncio.DatagramProtocol):
    """One registered phone over UDP.

    `says` are the statuses with which it answers an INVITE, in order; none: it is
    silent, as a phone is whose power is gone. A 200 carries `sdp`. While it is `alive` it
    answers everything else too. `leads_to` is the Contact of its answers, where a 302 says
    that the call should go.
    """

    server: Address
    account: str
    secret: str
    says: tuple[int, ...] = (180,)
    sdp: str = ""
    alive: bool = True
    leads_to: str = ""
    messages: list[SipMessage] = field(default_factory=list)
    _registrations: int = 0

    def speak_over(self, transport: asyncio.DatagramTransport) -> None:
        """Use this socket."""
        self._transport = transport
        self._port = int(transport.get_extra_info("sockname")[1])

    @property
    def rung(self) -> int:
        """How many calls have rung here."""
        return len({m.headers["call-id"] for m in self.messages if m.method == "INVITE"})

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        del addr
        message = SipMessage.read(data.decode(errors="replace"), at=time.monotonic(), sent=False)
        self.messages.append(message)
        if not self.alive:
            return
        match message.method:
            case "INVITE":
                for status in self.says:
                    self._respond(data, status, self.sdp if status == 200 else "")
            case "CANCEL":
                self._respond(data, 200)
                invite = data.replace(b"CANCEL sip:", b"INVITE sip:").replace(
                    b" CANCEL", b" INVITE"
                )
                self._respond(invite, 487)
            case "OPTIONS" | "BYE":
                self._respond(data, 200)
            case _:
                pass

    async def register(self, *, expires_s: int = 300) -> None:
        """Register by digest (RFC 2617); 0 s takes the phone off."""
        call_id = uuid.uuid4().hex
        self._register(call_id, 1, expires_s, "")
        challenge = await self._answer(call_id, 1)
        login = self._authorization(challenge.headers["www-authenticate"])
        self._register(call_id, 2, expires_s, login)
        assert (await self._answer(call_id, 2)).status == 200

    async def until_rung(self, times: int = 1, *, within_s: float = 15.0) -> None:
        """Wait until so many calls have rung here."""
        deadline = time.monotonic() + within_s
        while self.rung < times:
            assert time.monotonic() < deadline, f"{self.account} has rung {self.rung} times"
            await asyncio.sleep(_POLL_S)

    async def _answer(self, call_id: str, sequence: int) -> SipMessage:
        deadline = time.monotonic() + 20
        while True:
            for message in self.messages:
                cseq = message.headers.get("cseq", "")
                if message.headers.get("call-id") == call_id and cseq == f"{sequence} REGISTER":
                    return message
            assert time.monotonic() < deadline, "the registrar does not answer"
            await asyncio.sleep(_POLL_S)

    def _register(self, call_id: str, sequence: int, expires_s: int, login: str) -> None:
        own = f"sip:{self.account}@{self.server.host}"
        lines = [
            f"REGISTER {self._uri} SIP/2.0",
            f"Via: SIP/2.0/UDP 127.0.0.1:{self._port};rport;branch=z9hG4bK{call_id}{sequence}",
            "Max-Forwards: 70",
            f"From: <{own}>;tag=1",
            f"To: <{own}>",
            f"Call-ID: {call_id}",
            f"CSeq: {sequence} REGISTER",
            f"Contact: <sip:{self.account}@127.0.0.1:{self._port}>",
            f"Expires: {expires_s}",
            *([login] if login else []),
            "Content-Length: 0",
        ]
        self._send(lines)

    def _authorization(self, challenge: str) -> str:
        given = dict(re.findall(r'(realm|nonce|opaque)="([^"]*)"', challenge))
        ha1 = _md5(f"{self.account}:{given['realm']}:{self.secret}")
        asked = _md5(f"REGISTER:{self._uri}")
        response = _md5(f"{ha1}:{given['nonce']}:00000001:c:auth:{asked}")
        return (
            f'Authorization: Digest username="{self.account}", realm="{given["realm"]}",'
            f' nonce="{given["nonce"]}", uri="{self._uri}", response="{response}",'
            f' algorithm=MD5, qop=auth, nc=00000001, cnonce="c",'
            f' opaque="{given.get("opaque", "")}"'
        )

    def _respond(self, request: bytes, status: int, body: str = "") -> None:
        asked = request.decode(errors="replace").split("\r\n\r\n")[0].split("\r\n")[1:]
        copied = [line for line in asked if line.partition(":")[0].strip().lower() in _COPIED]
        to = next(line for line in asked if line.lower().startswith("to:"))
        contact = f"Contact: {self.leads_to or f'<sip:{self.account}@127.0.0.1:{self._port}>'}"
        tagged = to if ";tag=" in to else f"{to};tag=raw"
        content = ["Content-Type: application/sdp"] if body else []
        lines = [*copied, tagged, contact, *content, f"Content-Length: {len(body)}"]
        self._send([f"SIP/2.0 {status} Raw", *lines], body)

    def _send(self, lines: list[str], body: str = "") -> None:
        data = "\r\n".join(lines) + "\r\n\r\n" + body
        self._transport.sendto(data.encode(), (self.server.host, self.server.port))

    @property
    def _uri(self) -> str:
        return f"sip:{self.server}"


@asynccontextmanager
async def raw_phone(
    server: Address,
    account: str,
    secret: str,
    *,
    says: tuple[int, ...] = (180,),
    sdp: str = "",
    leads_to: str = "",
) -> AsyncIterator[RawPhone]:
    """A phone that is registered from the beginning to the end."""
    phone = RawPhone(
        server=server, account=account, secret=secret, says=says, sdp=sdp, leads_to=leads_to
    )
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: phone, local_addr=("127.0.0.1", 0))
    try:
        phone.speak_over(transport)
        await phone.register()
        yield phone
    finally:
        await phone.register(expires_s=0)
        transport.close()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
