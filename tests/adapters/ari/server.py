"""A WebSocket server in Asterisk's place, for what cannot be provoked on the real one."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from ivr.adapters.ari import AriConnections, AriTarget

Request = dict[str, Any]
Answer = tuple[int, Any]

# Answered while it is asked to prepare the application, before any test has its say.
_PREPARING = ("eventFilter", "subscription")
_OK: Answer = (200, None)


@dataclass
class FakeAri:
    """What the server is to do, and what it was asked.

    `answer` gives status and body of a request (None: silence). `refusals` are the
    HTTP statuses of the next attempts to connect; `hang_ups` how many of them are
    accepted and cut off at once; `enters` whether channels that are made come into the
    application; `tells` whether events that are asked for come. `asked` holds the commands
    not yet looked at.
    """

    answer: Callable[[Request], Answer | None] = lambda _: _OK
    refusals: list[int] = field(default_factory=list)
    hang_ups: int = 0
    enters: bool = True
    tells: bool = True
    attempts: int = 0
    requests: list[Request] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    sockets: list[web.WebSocketResponse] = field(default_factory=list)
    asked: asyncio.Queue[Request] = field(default_factory=asyncio.Queue)
    url: str = ""
    _transport: asyncio.BaseTransport | None = None
    _deaf: asyncio.Transport | None = None

    async def serve(self, http: web.Request) -> web.StreamResponse:
        self.attempts += 1
        self.headers = dict(http.headers)
        if self.refusals:
            return web.Response(status=self.refusals.pop(0))
        socket = web.WebSocketResponse()
        await socket.prepare(http)
        if self.hang_ups:
            self.hang_ups -= 1
            await socket.close()
            return socket
        self.sockets.append(socket)
        self._transport = http.transport
        async for message in socket:
            await self._take(socket, json.loads(message.data))
        return socket

    def go_deaf(self) -> None:
        """Read nothing more from the newest socket, which stays open."""
        assert isinstance(self._transport, asyncio.Transport)
        self._transport.pause_reading()
        self._deaf = self._transport

    def end(self) -> None:
        """Nothing is waited for that a socket gone deaf will not hear."""
        if self._deaf is not None:
            self._deaf.abort()

    async def say(self, *texts: str | dict[str, Any]) -> None:
        """Send events, or anything else, over the newest socket."""
        for text in texts:
            await self.sockets[-1].send_str(text if isinstance(text, str) else json.dumps(text))

    async def answer_to(self, request: Request, status: int, body: Any = None) -> None:
        await self.say(_answer(request, status, body))

    def connections(
        self, *accounts: str, jitter: Callable[[], float] = lambda: 0.0
    ) -> AriConnections:
        target = AriTarget(url=self.url, user="ivr", password="a very secret word")
        return AriConnections(target, accounts, jitter)

    async def _take(self, socket: web.WebSocketResponse, request: Request) -> None:
        self.requests.append(request)
        preparing = request["uri"].endswith(_PREPARING)
        answer = _OK if preparing else self.answer(request)
        if answer is not None:
            await socket.send_json(_answer(request, *answer))
            await self._enter(socket, request, answer)
        if not preparing:
            self.asked.put_nowait(request)

    async def _enter(self, socket: web.WebSocketResponse, request: Request, answer: Answer) -> None:
        """A channel that is made enters the application a moment later; a pulse comes back."""
        if self.tells and request["uri"] == "events/user/pulse" and answer[0] < 400:
            await socket.send_json({"type": "ChannelUserevent", "eventname": "pulse"})
        if self.enters and request["uri"] == "channels/create" and answer[0] < 400:
            channel = {"id": json.loads(request["message_body"])["channelId"], "state": "Down"}
            started = {"type": "StasisStart", "args": ["leg", "n1-1"], "channel": channel}
            await socket.send_json(started)


def _answer(request: Request, status: int, body: Any) -> dict[str, Any]:
    text = {} if body is None else {"message_body": json.dumps(body)}
    return {
        "type": "RESTResponse",
        "request_id": request["request_id"],
        "status_code": status,
        **text,
    }


@asynccontextmanager
async def serving(ari: FakeAri) -> AsyncIterator[FakeAri]:
    """Serve on a free port of the loopback."""
    application = web.Application()
    application.router.add_get("/ari/events", ari.serve)
    server = TestServer(application, host="127.0.0.1")
    await server.start_server()
    ari.url = f"http://127.0.0.1:{server.port}"
    try:
        yield ari
    finally:
        ari.end()
        await server.close()
