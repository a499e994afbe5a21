"""A few lines of SIP over UDP, to say what no well-behaved phone would say."""

import hashlib
import re
import socket
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field

from ivr.settings import Address

_SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
)


@dataclass
class Caller:
    """One call to `server`, from the address `host`; its methods send and read datagrams."""

    server: Address
    host: str = "127.0.0.1"
    bound_s: float = 10.0
    call_id: str = field(default_factory=lambda: uuid.uuid4().hex)
    _sequence: int = 0

    def __enter__(self) -> "Caller":
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((self.host, 0))
        self._socket.settimeout(self.bound_s)
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def invite(
        self, number: str, *, sender: str, headers: tuple[str, ...] = (), to: str | None = None
    ) -> None:
        """Send an INVITE. `sender` and `to` are the whole From and To header, without their tag."""
        self._sequence += 1
        port, branch = self._socket.getsockname()[1], f"z9hG4bK{self.call_id}-{self._sequence}"
        lines = [
            f"INVITE sip:{number}@{self.server} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.host}:{port};rport;branch={branch}",
            "Max-Forwards: 70",
            f"From: {sender};tag=1",
            f"To: {to or f'<sip:{number}@{self.server}>'}",
            f"Call-ID: {self.call_id}",
            f"CSeq: {self._sequence} INVITE",
            f"Contact: <sip:caller@{self.host}:{port}>",
            *headers,
            "Content-Type: application/sdp",
            f"Content-Length: {len(_SDP)}",
        ]
        message = "\r\n".join(lines) + "\r\n\r\n" + _SDP
        self._socket.sendto(message.encode(), (self.server.host, self.server.port))

    def responses(self) -> Iterator[tuple[int, str]]:
        """Status and text of each response, up to the final one. TimeoutError if none comes."""
        status = 0
        while status < 200:
            text = self._socket.recv(65535).decode()
            status = int(text.split()[1])
            yield status, text

    def authorization(self, challenge: str, *, user: str, password: str, number: str) -> str:
        """The header that answers a 401 to an INVITE (RFC 2617 without qop, or with auth)."""
        realm, nonce = (_parameter(challenge, name) for name in ("realm", "nonce"))
        uri = f"sip:{number}@{self.server}"
        ha1 = _md5(f"{user}:{realm}:{password}")
        response = _md5(f"{ha1}:{nonce}:00000001:c:auth:{_md5(f'INVITE:{uri}')}")
        return (
            f'Authorization: Digest username="{user}", realm="{realm}", nonce="{nonce}",'
            f' uri="{uri}", response="{response}", algorithm=MD5, qop=auth, nc=00000001,'
            f' cnonce="c", opaque="{_parameter(challenge, "opaque")}"'
        )


def _parameter(challenge: str, name: str) -> str:
    found = re.search(rf'{name}="([^"]*)"', challenge)
    assert found, challenge
    return found[1]


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
