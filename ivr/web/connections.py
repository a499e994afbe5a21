"""How the web port treats connections: how many, how long silent, and what is no HTTP at all."""

import asyncio

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

# Each takes a file of the process, and so do the outbox and the way to Asterisk and Postgres.
MOST = 200
# Seconds to the end of a request's head, from the connection or the answer before.
SILENT_S = 15.0

SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Server": "ivr",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Connections:
    """Makes what speaks on each new connection to `server`; none, where there are too many."""

    def __init__(self, server: web.Server) -> None:
        self._server = server

    def __call__(self) -> asyncio.Protocol:
        """See `asyncio.loop.create_server`."""
        if len(self._server.connections) >= MOST:
            return _Shut()
        loop = asyncio.get_running_loop()
        return _Speaker(
            self._server,
            loop=loop,
            access_log=None,  # type: ignore[arg-type]
            keepalive_timeout=SILENT_S,
        )


class _Speaker(web.RequestHandler):
    """aiohttp, but for what is no HTTP: that is not sent back, and not logged.

    It is no fault of ours, and a traceback each would fill the disk.
    """

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if isinstance(exc, HttpProcessingError) and not request.writer.output_size:
            answer: web.StreamResponse = web.Response(status=status, text="not understood\n")
            answer.force_close()
        else:
            answer = super().handle_error(request, status, exc, message)
        answer.headers.update(SECURITY_HEADERS)
        return answer


class _Shut(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()
