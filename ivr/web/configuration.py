"""The configuration is looked at by hand, and what came of it is said as JSON; docs/desk-api.md."""

from aiohttp import web

from ivr.errors import Refusal
from ivr.web.api import ACCESS, PREFIX, body


def add_configuration(app: web.Application) -> None:
    """Let the application bring the configuration into force when it is asked to."""
    app.router.add_post(f"{PREFIX}/configuration/reload", _reload)


async def _reload(request: web.Request) -> web.Response:
    """What has changed; 409 with a line for each mistake where it was refused."""
    await body(request)
    configuration = request.app[ACCESS].configuration()
    if configuration is None:
        raise web.HTTPServiceUnavailable
    try:
        reloaded = await configuration.reload()
    except Refusal as refusal:
        said = {"error": "refused", "message": str(configuration.fault), "mistakes": str(refusal)}
        return web.json_response(said, status=409)
    changes, doubts = list(reloaded.changes), list(reloaded.doubts)
    return web.json_response({"changes": changes, "doubts": doubts})
