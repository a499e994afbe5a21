"""One ARI request, and what its status says to the line."""

from typing import Any
from urllib.parse import quote

from ivr.adapters.ari.socket import AriSocket, Json, Response
from ivr.ports import ChannelGone, SwitchRefused


class Requests:
    """Requests over one open socket."""

    def __init__(self, socket: AriSocket) -> None:
        self._socket = socket

    async def read(self, path: str) -> Any:
        """The body of a GET. Raises SwitchRefused, SwitchUnavailable."""
        answer = await self.send("GET", path)
        check(answer, path)
        return answer.body

    async def do(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        gone_is_fine: bool = False,
    ) -> bool:
        """Send a verb; whether there was anything to do.

        404: what was spoken to has gone, the ordinary race against a hang-up.
        409: the channel is leaving our application.
        """
        answer = await self.send(method, path, body)
        if answer.status == 404 and gone_is_fine:
            return False
        if answer.status in (404, 409, 412):
            raise ChannelGone(path)
        check(answer, path)
        return True

    async def send(
        self, method: str, path: str, body: Json | None = None, **query: str
    ) -> Response:
        """Send a request; the answer, whatever its status. Raises SwitchUnavailable."""
        return await self._socket.request(method, path, body, **query)


def check(answer: Response, what: str) -> None:
    """Raises SwitchRefused for an answer that is an error."""
    if answer.status >= 400:
        reason = answer.body.get("message") if isinstance(answer.body, dict) else answer.body
        raise SwitchRefused(f"Asterisk refused {what} with {answer.status}: {reason}")


def seg(identifier: str) -> str:
    """An identifier as one segment of a path."""
    return quote(identifier, safe="")


def plain(text: str) -> str:
    """Text that cannot leave the quotes of a SIP display name (RFC 3261 §25.1)."""
    return "".join(c for c in text if c.isprintable() and c not in '"\\<>')
