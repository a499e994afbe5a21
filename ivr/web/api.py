"""Who may ask the interface under `/api/`, how a wish is read, and how a refusal is said.

See docs/desk-api.md.
"""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from aiohttp import web

from ivr.ports import Because, CallbackDesk, DutyDesk, Refused, Reloads

PREFIX = "/api"
_MOST_VALUE = 100  # characters; ids and codes are shorter

_Choice = TypeVar("_Choice", bound=StrEnum)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_MESSAGES: Mapping[Because, str] = {
    Because.NO_SUCH_COUNSELLOR: "there is no such counsellor in counsellors.yaml",
    Because.NO_SUCH_PHONE: "there is no such phone account in counsellors.yaml",
    Because.NO_SUCH_CALL: "this is not the counsellor's current or last call",
    Because.NOT_SIGNED_IN: "the counsellor is not signed in",
    Because.IN_CALL: "a call is in progress; end it first",
    Because.NOTHING_TO_END: "the counsellor is neither paused nor wrapping up",
    Because.NO_DISPOSITION: "the line does not ask for this disposition",
    Because.TOO_LATE: "the wrap-up is over",
    Because.NO_SUCH_LINE: "there is no such line in lines.yaml",
    Because.NO_SUCH_CALLBACK: "there is no such callback, or it is over and forgotten",
    Because.TAKEN: "another counsellor has taken it; name them in instead_of to take it over",
    Because.BEING_CALLED: "the citizen is being called; wait until that attempt is over",
    Because.STILL_OPEN: "it is open already",
    Because.GIVEN_UP: "it was given up as unreached; reopen it first",
    Because.OVER: "it is over: reached, closed, or the citizen got through by phone",
    Because.OTHER_OPEN: "the same number has a newer open callback of the same line",
    Because.LINE_CLOSED: "the line is closed at that time",
    Because.IMPOSSIBLE_TIME: "a time to call is from now to 60 days ahead, an attempt began"
    " after the request and not later than now",
    Because.NOT_KEPT: "the disk did not answer in time; look at it again before you try again",
}


@dataclass(frozen=True, kw_only=True)
class DeskAccess:
    """Who may speak to the desks, and the desks; None while the line is starting.

    `configuration` is what may be asked to look at its files.
    """

    token: str = field(repr=False)
    desk: Callable[[], DutyDesk | None]
    callbacks: Callable[[], CallbackDesk | None]
    configuration: Callable[[], Reloads | None] = lambda: None


ACCESS = web.AppKey("desk", DeskAccess)


@web.middleware
async def guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Nothing under the prefix without the token; what is not done is said as JSON."""
    if not request.path.startswith(f"{PREFIX}/"):
        return await handler(request)
    access = request.app[ACCESS]
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    offered = given.strip().encode("utf-8", "surrogateescape")  # as it came, whatever it is
    right = hmac.compare_digest(offered, access.token.encode())
    if scheme.lower() != "bearer" or not right:
        return _error(401, "unauthorized", "send the desk's token: Authorization: Bearer TOKEN")
    if access.desk() is None:
        return _error(503, "starting", "the line does not know its counsellors yet")
    try:
        return await handler(request)
    except Refused as refused:
        return _error(_status(refused.because), refused.because, _MESSAGES[refused.because])
    except web.HTTPException as error:
        return _error(error.status, error.reason.lower().replace(" ", "_"), error.text or "")


async def body(
    request: web.Request, *wanted: str, may: frozenset[str] = frozenset()
) -> Mapping[str, str]:
    """The texts wanted, some that `may` be there, and no more.

    Raises HTTPBadRequest, HTTPRequestEntityTooLarge.
    """
    raw = await request.read()
    try:
        said: Any = json.loads(raw) if raw else {}
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest(text="the body is not JSON") from None
    if not isinstance(said, dict) or set(said) - may != set(wanted):
        names = ", ".join([*wanted, *(f"{each} (or without)" for each in sorted(may))])
        raise web.HTTPBadRequest(text=f"the body must be an object of: {names or '-'}")
    for name, value in said.items():
        if not isinstance(value, str) or not 0 < len(value) <= _MOST_VALUE:
            raise web.HTTPBadRequest(text=f"{name} must be a text of 1 to {_MOST_VALUE} characters")
    return said


def choice(said: Mapping[str, str], name: str, choices: tuple[_Choice, ...]) -> _Choice:
    """What was said under the name. Raises HTTPBadRequest for anything but the choices."""
    for each in choices:
        if said[name] == each:
            return each
    raise web.HTTPBadRequest(text=f"{name} must be one of: {', '.join(choices)}")


def instant(said: Mapping[str, str], name: str) -> datetime:
    """The time that was said under the name, UTC. Raises HTTPBadRequest for one without a zone."""
    try:
        at = datetime.fromisoformat(said[name])
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise web.HTTPBadRequest(text=f"{name} must be a time such as 2026-11-24T10:30:00+02:00")


def _status(because: Because) -> int:
    if because is Because.NOT_KEPT:
        return 503
    return 404 if because.startswith("no_such_") else 409


def _error(status: int, error: str, message: str) -> web.Response:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    said = {"error": error, "message": message}
    return web.json_response(said, status=status, headers=headers)
