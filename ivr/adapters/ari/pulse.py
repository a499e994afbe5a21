"""Whether Asterisk still does what it is asked and still tells what happens.

A socket may be open and of no use. WebSocket pings tell only that the other side reads and
writes, and aiohttp sends none while anything comes in: our requests may vanish, or Asterisk's
threads for events may hang. So an event is asked for again and again that says nothing: it
comes by the way of all others, behind all that wait there.
"""

import asyncio

import structlog

from ivr.adapters.ari.socket import AriSocket
from ivr.ports import SwitchUnavailable

log = structlog.get_logger(__name__)

ASK_EVERY_S = 5.0
EVENT_BOUND_S = 5.0
EVENT = "ChannelUserevent"
NO_CHANNEL = ""
LATE_S = 1.0


class Pulse:
    """Asks over this socket, on behalf of this application.

    `took_s` is how long the latest event took from the question on, seconds; None before one.
    """

    def __init__(self, socket: AriSocket, application: str) -> None:
        self.took_s: float | None = None
        self._socket = socket
        self._application = application

    async def watch(self) -> None:
        """Ask until the socket closes, and close it when no event comes within the bound."""
        while not self._socket.closed:
            await asyncio.sleep(ASK_EVERY_S)
            try:
                await self._ask()
            except SwitchUnavailable as error:
                if not self._socket.closed:
                    log.warning("ari.lost", reason=str(error))
                await self._socket.close()

    async def _ask(self) -> None:
        """Raises SwitchUnavailable when nothing comes of it in time."""
        loop = asyncio.get_running_loop()
        asked = loop.time()
        try:
            async with asyncio.timeout(EVENT_BOUND_S):
                await self._event()
        except TimeoutError:
            raise SwitchUnavailable(f"no event came within {EVENT_BOUND_S:g} s") from None
        self.took_s = loop.time() - asked
        if self.took_s > LATE_S:
            log.warning("ari.late", took_s=round(self.took_s, 1))

    async def _event(self) -> None:
        async with self._socket.expecting(EVENT, NO_CHANNEL) as come:
            answer = await self._socket.request(
                "POST", "events/user/pulse", application=self._application
            )
            if answer.status == 404:
                raise SwitchUnavailable("Asterisk knows our application no longer")
            if answer.status >= 400:
                log.error("ari.no_event_to_be_had", status=answer.status)
            else:
                await come
