"""The desk's interface: counsellors' states as JSON, and their sign-ins, pauses and dispositions.

See docs/desk-api.md.
"""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from aiohttp import web

from ivr.domain.call import CallId, CounsellorId
from ivr.domain.counsellor import PAUSE_KEYS, PauseReason
from ivr.domain.policy import Disposition
from ivr.ports import Because, By, DutyDesk, OnDuty, Refused

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
}
_MISSING = frozenset({Because.NO_SUCH_COUNSELLOR, Because.NO_SUCH_PHONE, Because.NO_SUCH_CALL})


@dataclass(frozen=True, kw_only=True)
class DeskAccess:
    """Who may speak to the desk, and the desk; None while the line is starting."""

    token: str = field(repr=False)
    desk: Callable[[], DutyDesk | None]


_ACCESS = web.AppKey("desk", DeskAccess)


def add_desk(app: web.Application, access: DeskAccess) -> None:
    """Let the application answer the desk's requests."""
    app[_ACCESS] = access
    app.middlewares.append(_guard)
    person = f"{PREFIX}/counsellors/{{counsellor}}"
    app.router.add_get(f"{PREFIX}/counsellors", _list, allow_head=False)
    app.router.add_post(f"{person}/sign-in", _sign_in)
    app.router.add_post(f"{person}/sign-out", _sign_out)
    app.router.add_post(f"{person}/pause", _pause)
    app.router.add_post(f"{person}/resume", _resume)
    app.router.add_post(f"{person}/disposition", _dispose)
    app.router.add_post(f"{PREFIX}/calls/{{call}}/urgent", _urgent)


@web.middleware
async def _guard(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Nothing under the prefix without the token; what is not done is said as JSON."""
    if not request.path.startswith(f"{PREFIX}/"):
        return await handler(request)
    access = request.app[_ACCESS]
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
        status = 404 if refused.because in _MISSING else 409
        return _error(status, refused.because, _MESSAGES[refused.because])
    except web.HTTPException as error:
        return _error(error.status, error.reason.lower().replace(" ", "_"), error.text or "")


async def _list(request: web.Request) -> web.Response:
    await _body(request)
    return web.json_response({"counsellors": [_shown(each) for each in _desk(request).on_duty()]})


async def _sign_in(request: web.Request) -> web.Response:
    account = (await _body(request, "account"))["account"]
    _desk(request).sign_in(_counsellor(request), account, By.API)
    return _state(request, _counsellor(request))


async def _sign_out(request: web.Request) -> web.Response:
    await _body(request)
    _desk(request).sign_out(_counsellor(request), By.API)
    return _state(request, _counsellor(request))


async def _pause(request: web.Request) -> web.Response:
    reason = _choice(await _body(request, "reason"), "reason", tuple(PAUSE_KEYS.values()))
    _desk(request).pause(_counsellor(request), PauseReason(reason), By.API)
    return _state(request, _counsellor(request))


async def _resume(request: web.Request) -> web.Response:
    await _body(request)
    _desk(request).resume(_counsellor(request), By.API)
    return _state(request, _counsellor(request))


async def _dispose(request: web.Request) -> web.Response:
    said = await _body(request, "call", "code")
    code = _choice(said, "code", tuple(Disposition))
    _desk(request).dispose(_counsellor(request), code, CallId(said["call"]))
    return _state(request, _counsellor(request))


async def _urgent(request: web.Request) -> web.Response:
    counsellor = CounsellorId((await _body(request, "counsellor"))["counsellor"])
    await _desk(request).assess_urgent(counsellor, CallId(request.match_info["call"]))
    return _state(request, counsellor)


def _desk(request: web.Request) -> DutyDesk:
    desk = request.app[_ACCESS].desk()
    if desk is None:
        raise web.HTTPServiceUnavailable
    return desk


def _counsellor(request: web.Request) -> CounsellorId:
    return CounsellorId(request.match_info["counsellor"])


async def _body(request: web.Request, *wanted: str) -> Mapping[str, str]:
    """The texts wanted, no more and no less; raises HTTPBadRequest, HTTPRequestEntityTooLarge."""
    raw = await request.read()
    try:
        said: Any = json.loads(raw) if raw else {}
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest(text="the body is not JSON") from None
    if not isinstance(said, dict) or set(said) != set(wanted):
        raise web.HTTPBadRequest(text=f"the body must be an object of: {', '.join(wanted) or '-'}")
    for name, value in said.items():
        if not isinstance(value, str) or not 0 < len(value) <= _MOST_VALUE:
            raise web.HTTPBadRequest(text=f"{name} must be a text of 1 to {_MOST_VALUE} characters")
    return said


def _choice(said: Mapping[str, str], name: str, choices: tuple[_Choice, ...]) -> _Choice:
    for choice in choices:
        if said[name] == choice:
            return choice
    raise web.HTTPBadRequest(text=f"{name} must be one of: {', '.join(choices)}")


def _state(request: web.Request, counsellor: CounsellorId) -> web.Response:
    person = next(each for each in _desk(request).on_duty() if each.counsellor == counsellor)
    return web.json_response(_shown(person))


def _shown(person: OnDuty) -> dict[str, Any]:
    until = person.wrap_up_until
    return {
        "id": person.counsellor,
        "name": person.name,
        "state": person.doing,
        "since": person.since.isoformat(),
        "reason": person.reason,
        "phone": person.account,
        "reachable": person.reachable,
        "wrap_up_until": None if until is None else until.isoformat(),
        "call": person.call,
        "calls_today": person.calls,
    }


def _error(status: int, error: str, message: str) -> web.Response:
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    said = {"error": error, "message": message}
    return web.json_response(said, status=status, headers=headers)
