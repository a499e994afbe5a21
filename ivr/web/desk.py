"""The counsellors as JSON: their states, sign-ins, pauses and dispositions; docs/desk-api.md."""

from typing import Any

from aiohttp import web

from ivr.domain.call import CallId, CounsellorId
from ivr.domain.pause import PAUSE_KEYS, PauseReason
from ivr.domain.policy import Disposition
from ivr.ports import By, DutyDesk, OnDuty
from ivr.web.api import ACCESS, PREFIX, body, choice


def add_counsellors(app: web.Application) -> None:
    """Let the application answer what is asked of the counsellors."""
    person = f"{PREFIX}/counsellors/{{counsellor}}"
    app.router.add_get(f"{PREFIX}/counsellors", _list, allow_head=False)
    app.router.add_post(f"{person}/sign-in", _sign_in)
    app.router.add_post(f"{person}/sign-out", _sign_out)
    app.router.add_post(f"{person}/pause", _pause)
    app.router.add_post(f"{person}/resume", _resume)
    app.router.add_post(f"{person}/disposition", _dispose)
    app.router.add_post(f"{PREFIX}/calls/{{call}}/urgent", _urgent)


async def _list(request: web.Request) -> web.Response:
    await body(request)
    return web.json_response({"counsellors": [_shown(each) for each in _desk(request).on_duty()]})


async def _sign_in(request: web.Request) -> web.Response:
    account = (await body(request, "account"))["account"]
    _desk(request).sign_in(_counsellor(request), account, By.API)
    return _state(request, _counsellor(request))


async def _sign_out(request: web.Request) -> web.Response:
    await body(request)
    _desk(request).sign_out(_counsellor(request), By.API)
    return _state(request, _counsellor(request))


async def _pause(request: web.Request) -> web.Response:
    reason = choice(await body(request, "reason"), "reason", tuple(PAUSE_KEYS.values()))
    _desk(request).pause(_counsellor(request), PauseReason(reason), By.API)
    return _state(request, _counsellor(request))


async def _resume(request: web.Request) -> web.Response:
    await body(request)
    _desk(request).resume(_counsellor(request), By.API)
    return _state(request, _counsellor(request))


async def _dispose(request: web.Request) -> web.Response:
    said = await body(request, "call", "code")
    code = choice(said, "code", tuple(Disposition))
    _desk(request).dispose(_counsellor(request), code, CallId(said["call"]))
    return _state(request, _counsellor(request))


async def _urgent(request: web.Request) -> web.Response:
    counsellor = CounsellorId((await body(request, "counsellor"))["counsellor"])
    await _desk(request).assess_urgent(counsellor, CallId(request.match_info["call"]))
    return _state(request, counsellor)


def _desk(request: web.Request) -> DutyDesk:
    desk = request.app[ACCESS].desk()
    if desk is None:
        raise web.HTTPServiceUnavailable
    return desk


def _counsellor(request: web.Request) -> CounsellorId:
    return CounsellorId(request.match_info["counsellor"])


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
