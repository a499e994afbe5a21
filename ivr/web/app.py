"""What the web port answers: health, readiness and metrics, and the desk behind its token."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from ivr.errors import Refusal
from ivr.settings import Address
from ivr.web.api import ACCESS, DeskAccess, guard
from ivr.web.callbacks import add_callbacks
from ivr.web.configuration import add_configuration
from ivr.web.connections import SECURITY_HEADERS, Connections
from ivr.web.desk import add_counsellors
from ivr.web.metrics import Metrics
from ivr.web.status import State, Status, readiness

SHUTDOWN_S = 2.0
_STATUS = web.AppKey("status", Status)
_METRICS = web.AppKey("metrics", Metrics)


def create_app(status: Status, metrics: Metrics, desk: DeskAccess | None = None) -> web.Application:
    """The pages, all GET, and the desk's interface under `/api/`.

    `/healthz`: 200, the process and its event loop live. `/readyz`: 200 when calls
    are taken, also while Postgres is away (`degraded`), else 503, as on a `standby`;
    JSON says why.
    `/metrics`: Prometheus' text format.
    """
    app = web.Application(client_max_size=1024)
    app[_STATUS] = status
    app[_METRICS] = metrics
    app.router.add_get("/healthz", _alive)
    app.router.add_get("/readyz", _ready)
    app.router.add_get("/metrics", _metrics)
    if desk is not None:
        app[ACCESS] = desk
        app.middlewares.append(guard)
        add_counsellors(app)
        add_callbacks(app)
        add_configuration(app)
    app.on_response_prepare.append(_secure)
    return app


@asynccontextmanager
async def serving(app: web.Application, bind: Address) -> AsyncIterator[Address]:
    """Serve until left; gives the address in use. Raises Refusal when it cannot be had."""
    runner = web.AppRunner(app, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    try:
        server = await _listen(runner, bind)
        try:
            host, port, *_ = server.sockets[0].getsockname()
            yield Address(host=host, port=port)
        finally:
            # Not waited for: from Python 3.12 on that takes until the last client has gone, and
            # a standby waits for us. The runner ends them.
            server.close()
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, bind: Address) -> asyncio.Server:
    connections = Connections(cast("web.Server", runner.server))  # made by its setup
    try:
        return await asyncio.get_running_loop().create_server(connections, bind.host, bind.port)
    except OSError as error:
        raise Refusal(
            f"The web address {bind} cannot be used ({error.strerror}): end the other program, or"
            " set IVR_HTTP_BIND to another address; a second controller needs one of its own."
        ) from error


async def _alive(_: web.Request) -> web.Response:
    return web.json_response({"state": "alive"})


async def _ready(request: web.Request) -> web.Response:
    now = readiness(request.app[_STATUS])
    return web.json_response(
        {"state": now.state, "reasons": now.reasons},
        status=503 if now.state in {State.NOT_READY, State.STANDBY} else 200,
    )


async def _metrics(request: web.Request) -> web.Response:
    body = request.app[_METRICS].exposition()
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


async def _secure(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(SECURITY_HEADERS)
