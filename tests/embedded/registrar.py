"""A carrier that wants an account: it challenges what comes, and keeps what has the password."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from ivr.settings import Address
from tests.e2e.rawsip import is_copied

_REALM, _NONCE = "operator.example", "once"
_FIELD = re.compile(r'(\w+)="?([^",]*)"?')
_CHALLENGES = {
    "REGISTER": (401, "WWW-Authenticate", "Authorization"),
    "INVITE": (407, "Proxy-Authenticate", "Proxy-Authorization"),
}


@dataclass(kw_only=True)
class Registrar(asyncio.DatagramProtocol):
    """Knows one account; `requests` are those with the right password (RFC 2617, MD5).

    A REGISTER is taken, a call refused with 486, for nobody is there.
    """

    password: str
    requests: list[str] = field(default_factory=list)
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    def answer_over(self, transport: asyncio.DatagramTransport) -> None:
        """Use this socket."""
        self._transport = transport

    async def request(self, method: str) -> str:
        """The latest request of this kind with the right password; waits until there is one."""
        while not (found := [one for one in self.requests if one.startswith(f"{method} ")]):
            self._came.clear()
            await self._came.wait()
        return found[-1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Challenge, or take what is vouched for."""
        text = data.decode()
        method = text.partition(" ")[0]
        if method not in _CHALLENGES:
            return
        status, asks, answers = _CHALLENGES[method]
        login = header(text, answers)
        if login is None or not self._vouched(method, login):
            challenge = f'{asks}: Digest realm="{_REALM}", nonce="{_NONCE}", algorithm=MD5'
            self._answer(data, status, addr, challenge)
            return
        self.requests.append(text)
        self._came.set()
        if method == "REGISTER":
            self._answer(data, 200, addr, f"Contact: {header(text, 'Contact')};expires=300")
        else:
            self._answer(data, 486, addr)

    def _vouched(self, method: str, login: str) -> bool:
        said: dict[str, str] = dict(_FIELD.findall(login))
        first = _md5(f"{said['username']}:{_REALM}:{self.password}")
        second = _md5(f"{method}:{said['uri']}")
        return said["response"] == _md5(f"{first}:{_NONCE}:{second}")

    def _answer(self, request: bytes, status: int, addr: tuple[str, int], *more: str) -> None:
        lines = [line.decode() for line in request.split(b"\r\n") if is_copied(line)]
        tagged = [f"{line};tag=there" if line.startswith("To:") else line for line in lines]
        answer = [f"SIP/2.0 {status} So Be It", *tagged, *more, "Content-Length: 0", "", ""]
        self._transport.sendto("\r\n".join(answer).encode(), addr)


def header(message: str, name: str) -> str | None:
    """The value of the first header of that name."""
    found = re.search(rf"^{name}: *(.*?)\r?$", message, re.MULTILINE | re.IGNORECASE)
    return found[1] if found else None


@asynccontextmanager
async def registrar(place: Address, password: str) -> AsyncIterator[Registrar]:
    """A carrier at that address, which knows this password."""
    there = Registrar(password=password)
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: there, local_addr=(place.host, place.port)
    )
    there.answer_over(transport)
    try:
        yield there
    finally:
        transport.close()


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
