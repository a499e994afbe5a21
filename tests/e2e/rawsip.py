"""A caller who sends what no well-behaved phone would: any name, any number, no SDP."""

import asyncio
import re
import time
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ivr.phone.wire import SipMessage
from ivr.settings import Address

SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\n"
    "a=rtpmap:101 telephone-event/8000\r\n"
)
_POLL_S = 0.01


def audio_port(messages: Iterable[SipMessage]) -> int:
    """Where the other side takes sound, from the last SDP that it sent."""
    *_, body = (message.body for message in messages if "m=audio" in message.body)
    found = re.search(r"m=audio (\d+)", body)
    assert found
    return int(found[1])


@dataclass(kw_only=True)
class RawCall(asyncio.DatagramProtocol):
    """One call over UDP. What comes in is answered as RFC 3261 asks: ACK, and 200 to a BYE.

    `sender` is the From header without its tag, byte by byte.
    """

    server: Address
    number: str
    sender: bytes
    sdp: str = SDP  # what the INVITE offers; nothing: the other side offers
    headers: tuple[bytes, ...] = ()
    messages: list[SipMessage] = field(default_factory=list)
    call_id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def speak_over(self, transport: asyncio.DatagramTransport) -> None:
        """Use this socket."""
        self._transport = transport
        self._port = int(transport.get_extra_info("sockname")[1])

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        del addr
        text = data.decode(errors="replace")
        message = SipMessage.read(text, at=time.monotonic(), sent=False)
        if message.call_id != self.call_id:
            return  # meant for whoever had this port before
        self.messages.append(message)
        if message.cseq_method == "INVITE" and message.status >= 200:
            self._acknowledge(message)
        elif message.method:
            lines = [line for line in data.split(b"\r\n") if is_copied(line)]
            self._send(b"SIP/2.0 200 OK", *lines)

    def invite(self) -> None:
        """Dial."""
        self._request("INVITE", body=self.sdp)

    def cancel(self, *, reason: bytes | None = None) -> None:
        """Give up before the answer; `reason` is the Reason header's value (RFC 3326)."""
        self._request("CANCEL", headers=(b"Reason: " + reason,) if reason else ())

    def bye(self) -> None:
        """Hang up after the answer."""
        self._request("BYE", sequence=2)

    async def status(self, least: int, *, within_s: float = 30.0) -> int:
        """Wait for a response to the INVITE of at least this status, and return its status."""
        deadline = time.monotonic() + within_s
        while True:
            statuses = [m.status for m in self.messages if m.cseq_method == "INVITE"]
            if fit := [status for status in statuses if status >= least]:
                return fit[0]
            assert time.monotonic() < deadline, f"no {least} within {within_s:g} s: {statuses}"
            await asyncio.sleep(_POLL_S)

    # --- the datagrams -----------------------------------------------------------

    def _acknowledge(self, final: SipMessage) -> None:
        answer = SDP if final.status == 200 and not self.sdp else ""
        self._request("ACK", body=answer, branch="ack" if final.status == 200 else "invite")

    def _request(
        self,
        method: str,
        *,
        sequence: int = 1,
        body: str = "",
        branch: str | None = None,
        headers: tuple[bytes, ...] = (),
    ) -> None:
        # A CANCEL, and the ACK of a refusal, carry the branch of the INVITE (RFC 3261 §9.1).
        name = branch or ("invite" if method in {"INVITE", "CANCEL"} else method.lower())
        lines = [
            f"Via: SIP/2.0/UDP 127.0.0.1:{self._port};rport;branch=z9hG4bK{self.call_id}{name}",
            "Max-Forwards: 70",
            self._to(method),
            f"Call-ID: {self.call_id}",
            f"CSeq: {sequence} {method}",
            f"Contact: <sip:raw@127.0.0.1:{self._port}>",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        first = f"{method} {self._uri} SIP/2.0".encode()
        sender = b"From: " + self.sender + b";tag=1"
        own = self.headers if method == "INVITE" else headers
        self._send(first, sender, *own, *(line.encode() for line in lines), body=body.encode())

    def _to(self, method: str) -> str:
        """The To header; the other side's tag belongs to an ACK and a BYE."""
        tagged = [m.headers["to"] for m in self.messages if ";tag=" in m.headers.get("to", "")]
        if method in {"ACK", "BYE"} and tagged:
            return f"To: {tagged[-1]}"
        return f"To: <{self._uri}>"

    @property
    def _uri(self) -> str:
        """What is dialled; with no number, the server alone."""
        return f"sip:{self.number}@{self.server}" if self.number else f"sip:{self.server}"

    def _send(self, *lines: bytes, body: bytes = b"") -> None:
        data = b"\r\n".join(lines) + b"\r\n\r\n" + body
        self._transport.sendto(data, (self.server.host, self.server.port))


@asynccontextmanager
async def raw_call(
    server: Address,
    number: str,
    *,
    sender: bytes = b"<sip:+358401234567@127.0.0.1>",
    sdp: str = SDP,
    headers: tuple[bytes, ...] = (),
) -> AsyncIterator[RawCall]:
    """A call that is dialled at the beginning, and ended at the end if it still goes on."""
    call = RawCall(server=server, number=number, sender=sender, sdp=sdp, headers=headers)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: call, local_addr=("127.0.0.1", 0))
    try:
        call.speak_over(transport)
        call.invite()
        yield call
    finally:
        _end(call)
        transport.close()


def _end(call: RawCall) -> None:
    finals = [m.status for m in call.messages if m.cseq_method == "INVITE" and m.status >= 200]
    if not finals:
        call.cancel()
    elif finals[0] == 200:
        call.bye()


def is_copied(line: bytes) -> bool:
    """Whether a response repeats this header of the request (RFC 3261 §8.2.6.2)."""
    name = line.partition(b":")[0].strip().lower()
    return name in {b"via", b"from", b"to", b"call-id", b"cseq"}
