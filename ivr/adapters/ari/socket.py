"""One WebSocket to Asterisk: events out, requests in, each answered within a bound.

Requests travel over the events' socket (ARI "REST over WebSocket", Asterisk 22),
so that commands and events share one order. Asterisk carries them out one at a
time; a request that waits would hold up every call, hence the rule, kept by the
stage, that a playback is stopped before the next verb on its channel.
"""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog

from ivr.errors import Refusal
from ivr.ports import SwitchRefused, SwitchUnavailable

log = structlog.get_logger(__name__)

ANSWER = "RESTResponse"
REQUEST_BOUND_S = 5.0
CLOSE_BOUND_S = 1.0

Json = Mapping[str, Any]


class Replaced(Refusal):
    """Another controller has taken the application over; this one must stop at once."""


@dataclass(frozen=True, kw_only=True)
class Response:
    """Asterisk's answer to one request: HTTP status and body (JSON; empty: none)."""

    status: int
    text: str

    @property
    def body(self) -> Any:
        """The body decoded, None where there is none: few are ever looked at."""
        if not self.text:
            return None
        try:
            return json.loads(self.text)
        except ValueError:
            raise SwitchRefused(
                f"an answer of Asterisk with status {self.status} is no JSON"
            ) from None


class AriSocket:
    """The open socket, read from the first moment until it is closed by either side."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self._ws = ws
        self._numbers = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[Response]] = {}
        self._expected: dict[tuple[str, str], asyncio.Future[None]] = {}
        self._events: asyncio.Queue[Json | None] = asyncio.Queue()
        self.closed = False
        self._reading = asyncio.create_task(self._read(), name="ari-read")

    async def _read(self) -> None:
        """Sort what arrives into answers and events until the socket ends.

        Never awaits anything but the socket: Asterisk drops a reader that stalls.
        """
        try:
            async for message in self._ws:
                if message.type is aiohttp.WSMsgType.TEXT:
                    self._sort(message.data)
        finally:
            self._end()

    async def events(self) -> AsyncIterator[Json]:
        """The events in their order, from the first one after the connect."""
        while (event := await self._events.get()) is not None:
            yield event

    async def request(
        self, method: str, path: str, body: Json | None = None, **query: str
    ) -> Response:
        """Send one request and await its answer. Raises SwitchUnavailable."""
        if self.closed:
            raise SwitchUnavailable("the socket to Asterisk is closed")
        number = str(next(self._numbers))
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(REQUEST_BOUND_S):
                await self._ws.send_str(_encode(number, method, path, body, query))
                return await answer
        except TimeoutError:
            await self.close()
            raise SwitchUnavailable(
                f"Asterisk did not answer {method} {path} within {REQUEST_BOUND_S:g} s"
            ) from None
        except (aiohttp.ClientError, ConnectionError) as error:
            raise SwitchUnavailable(f"the socket to Asterisk broke: {error}") from error
        finally:
            self._waiting.pop(number, None)

    @asynccontextmanager
    async def expecting(self, kind: str, channel: str) -> AsyncIterator[asyncio.Future[None]]:
        """A future that is done once an event of this kind has come of this channel.

        It fails with SwitchUnavailable when the socket ends before. The event goes to
        `events` all the same.
        """
        if self.closed:
            raise SwitchUnavailable("the socket to Asterisk is closed")
        come: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._expected[kind, channel] = come
        try:
            yield come
        finally:
            del self._expected[kind, channel]
            come.cancel()
            if not come.cancelled():
                come.exception()  # seen, though nobody may have waited for it

    async def close(self) -> None:
        """Close the socket; requests on their way fail, the events end."""
        self._end()
        # Bounded here as well: aiohttp waits anew with every message that still comes in, and
        # for ever where the other side takes nothing.
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_BOUND_S):
                await self._ws.close()
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)

    def _sort(self, text: str) -> None:
        try:
            message = json.loads(text)
            if message["type"] == ANSWER:
                self._answer(message)
            else:
                self._announce(message)
                self._events.put_nowait(message)
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
            log.warning("ari.unreadable_message", length=len(text))

    def _answer(self, message: Json) -> None:
        waiting = self._waiting.get(str(message.get("request_id")))
        if waiting is None or waiting.done():
            return
        text = str(message.get("message_body") or "")
        waiting.set_result(Response(status=int(message["status_code"]), text=text))

    def _announce(self, event: Json) -> None:
        if not self._expected:
            return
        come = self._expected.get((event["type"], event.get("channel", {}).get("id", "")))
        if come is not None and not come.done():
            come.set_result(None)

    def _end(self) -> None:
        if self.closed:
            return
        self.closed = True
        self._events.put_nowait(None)
        awaited: list[asyncio.Future[Any]] = [*self._waiting.values(), *self._expected.values()]
        for waiting in awaited:
            if not waiting.done():
                waiting.set_exception(SwitchUnavailable("the socket to Asterisk closed"))


def _encode(
    number: str, method: str, path: str, body: Json | None, query: Mapping[str, str]
) -> str:
    request: dict[str, Any] = {
        "type": "RESTRequest",
        "transaction_id": number,
        "request_id": number,
        "method": method,
        "uri": path,
        "query_strings": [{"name": name, "value": value} for name, value in query.items()],
    }
    if body is not None:
        request["content_type"] = "application/json"
        request["message_body"] = json.dumps(body)
    return json.dumps(request)
