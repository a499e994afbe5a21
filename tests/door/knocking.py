"""Datagrams as anybody may send them, and what comes back."""

import asyncio
import hashlib
import itertools
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from ivr.phone.wire import SipMessage
from ivr.settings import Address
from tests.e2e.rawsip import SDP

BOUND_S = 20.0
_POLL_S = 0.005
_COPIED = (b"via:", b"from:", b"to:", b"call-id:", b"cseq:")
_numbers = itertools.count(100_000)
Headers = Mapping[str, str]
Seen = TypeVar("Seen")


@dataclass(frozen=True, kw_only=True)
class Sent:
    """A request that was sent: what is needed to follow it up."""

    method: str
    uri: str
    branch: str
    headers: Headers


@dataclass(frozen=True, kw_only=True)
class Dialog:
    """What tells an answered call from all others: whoever knows it may speak in it."""

    call_id: str
    caller: str
    callee: str
    user: str

    @property
    def replaces(self) -> str:
        """The value of a Replaces header that names the call (RFC 3891)."""
        tags = (side.partition(";tag=")[2] for side in (self.callee, self.caller))
        return "{};to-tag={};from-tag={}".format(self.call_id, *tags)


@dataclass(kw_only=True)
class Knocker(asyncio.DatagramProtocol):
    """Somebody at an address who sends to `server`; `came` is all that was sent back."""

    server: Address
    host: str
    over: str = "UDP"
    came: list[SipMessage] = field(default_factory=list)
    port: int = 0

    def speak_over(self, transport: asyncio.DatagramTransport) -> None:
        self._transport = transport
        self.port = int(transport.get_extra_info("sockname")[1])

    def datagram_received(self, data: bytes, addr: object) -> None:
        del addr
        text = data.decode(errors="replace")
        self.came.append(SipMessage.read(text, at=time.monotonic(), sent=False))
        if data.startswith(b"OPTIONS "):  # whether we are there (RFC 3261 §11)
            copied = [line for line in data.split(b"\r\n") if line.lower().startswith(_COPIED)]
            self.send(b"\r\n".join([b"SIP/2.0 200 OK", *copied, b"Content-Length: 0", b"", b""]))

    def send(self, data: bytes) -> None:
        """Send these bytes, whatever they are."""
        self._transport.sendto(data, (self.server.host, self.server.port))

    def request(
        self, method: str, user: str = "", *, body: str = "", **changed: str | bytes
    ) -> Sent:
        """Send a request; `changed` are headers that differ, `call_id` for Call-ID."""
        branch = f"z9hG4bK{next(_numbers)}"
        uri = f"sip:{user}@{self.server}" if user else f"sip:{self.server}"
        headers: dict[str, str | bytes] = {
            "via": f"SIP/2.0/{self.over} {self.host}:{self.port};rport;branch={branch}",
            "max-forwards": "70",
            "from": f"<sip:+35840{branch[-6:]}@carrier.example>;tag=1",
            "to": f"<{uri}>",
            "call-id": branch,
            "cseq": f"1 {method}",
            "contact": f"<sip:x@{self.host}:{self.port};transport={self.over.lower()}>",
        }
        headers |= {_header(name): value for name, value in changed.items()}
        if body:
            headers["content-type"] = "application/sdp"
        headers["content-length"] = str(len(body))
        lines = [name.encode() + b": " + _bytes(value) for name, value in headers.items()]
        self.send(b"\r\n".join([f"{method} {uri} SIP/2.0".encode(), *lines, b"", body.encode()]))
        told = {name: value for name, value in headers.items() if isinstance(value, str)}
        return Sent(method=method, uri=uri, branch=branch, headers=told)

    def invite(self, number: str, **changed: str | bytes) -> Sent:
        """Dial."""
        return self.request("INVITE", number, body=SDP, **changed)

    def cancel(self, call: Sent) -> None:
        """Give up a call that was not answered (RFC 3261 §9.1)."""
        user = call.uri.removeprefix("sip:").rpartition("@")[0]
        told = call.headers
        self.request(
            "CANCEL",
            user,
            call_id=told["call-id"],
            via=told["via"],
            from_=told["from"],
            to=told["to"],
        )

    def statuses(self, sent: Sent) -> list[int]:
        """The statuses of the answers to it so far."""
        return [message.status for message in self.came if self._answers(message, sent)]

    async def final_or(self, sent: Sent, least: int = 200) -> int:
        """The first answer to it with at least this status."""
        return (await until(lambda: [one for one in self.statuses(sent) if one >= least]))[0]

    async def answer(self, sent: Sent) -> SipMessage:
        """The final answer to it."""
        await self.final_or(sent)
        return next(one for one in self.came if self._answers(one, sent) and one.status >= 200)

    @staticmethod
    def _answers(message: SipMessage, sent: Sent) -> bool:
        same = f"{message.cseq} {message.cseq_method}" == sent.headers["cseq"]
        return same and message.call_id == sent.headers["call-id"] and message.status > 0

    async def answered(self, call: Sent) -> Dialog:
        """Wait for the 200 to an INVITE and acknowledge it."""
        answer = await self.answer(call)
        assert answer.status == 200, answer
        dialog = Dialog(
            call_id=call.headers["call-id"],
            caller=call.headers["from"],
            callee=answer.headers["to"],
            user=call.uri.removeprefix("sip:").rpartition("@")[0],
        )
        self.inside(dialog, "ACK", 1)
        return dialog

    def inside(self, dialog: Dialog, method: str, number: int, **more: str) -> Sent:
        """A request of the caller within their call, the `number`th."""
        return self.request(
            method, dialog.user, call_id=dialog.call_id, from_=dialog.caller, to=dialog.callee,
            cseq=f"{number} {method}", **more,
        )  # fmt: skip

    async def log_in(
        self, method: str, user: str, account: str, secret: str, *, body: str = "", **changed: str
    ) -> Sent:
        """Send a request, and again with the answer to its challenge (RFC 2617)."""
        own = {"from_": f"<sip:{account}@{self.server.host}>;tag=1", **changed}
        first = self.request(method, user, body=body, **own)
        challenge = await self.answer(first)
        assert challenge.status == 401, challenge
        login = authorization(challenge, method, first.uri, account, secret)
        return self.request(method, user, body=body, authorization=login, **own)


async def until(look: Callable[[], Seen]) -> Seen:
    """What is looked for, once it is there."""
    async with asyncio.timeout(BOUND_S):
        while not (seen := look()):  # noqa: ASYNC110
            await asyncio.sleep(_POLL_S)
    return seen


def authorization(challenge: SipMessage, method: str, uri: str, account: str, secret: str) -> str:
    """What answers a 401."""
    given = dict(
        re.findall(r'(realm|nonce|opaque)="([^"]*)"', challenge.headers["www-authenticate"])
    )
    ha1 = _md5(f"{account}:{given['realm']}:{secret}")
    response = _md5(f"{ha1}:{given['nonce']}:00000001:c:auth:{_md5(f'{method}:{uri}')}")
    return (
        f'Digest username="{account}", realm="{given["realm"]}", nonce="{given["nonce"]}",'
        f' uri="{uri}", response="{response}", algorithm=MD5, qop=auth, nc=00000001,'
        f' cnonce="c", opaque="{given.get("opaque", "")}"'
    )


@asynccontextmanager
async def knocking(server: Address, host: str) -> AsyncIterator[Knocker]:
    """Somebody at this address of the loopback."""
    knocker = Knocker(server=server, host=host)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: knocker, local_addr=(host, 0))
    try:
        knocker.speak_over(transport)
        yield knocker
    finally:
        transport.close()


def _header(name: str) -> str:
    """The header's name; `from_`, because `from` is a word of Python."""
    return name.removesuffix("_").replace("_", "-")


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
