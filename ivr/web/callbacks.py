"""The requests to be called back as JSON, and what people do about them; docs/desk-api.md.

Numbers stand in the answers, for those who hold the token, and nowhere else.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from ivr.domain.attempt import Attempt, Result
from ivr.domain.call import CounsellorId, LineId
from ivr.domain.callback import BY_PEOPLE, Callback, CallbackId, Status
from ivr.ports import CallbackDesk, MadeByHand
from ivr.web.api import ACCESS, PREFIX, body, choice, instant

_BY = frozenset({"counsellor"})
_FILTERS = frozenset({"line", "status"})


def add_callbacks(app: web.Application) -> None:
    """Let the application answer what is asked of the callbacks."""
    one = f"{PREFIX}/callbacks/{{callback}}"
    app.router.add_get(f"{PREFIX}/callbacks", _list, allow_head=False)
    app.router.add_get(one, _show, allow_head=False)
    app.router.add_post(f"{one}/take", _take)
    app.router.add_post(f"{one}/postpone", _postpone)
    app.router.add_post(f"{one}/close", _close)
    app.router.add_post(f"{one}/reopen", _reopen)
    app.router.add_post(f"{one}/attempt", _attempt)


async def _list(request: web.Request) -> web.Response:
    await body(request)
    asked = request.query
    if set(asked) - _FILTERS or len(asked) != len(set(asked)):
        raise web.HTTPBadRequest(text="the list is asked for by: line, status")
    status = choice(asked, "status", tuple(Status)) if "status" in asked else None
    line = LineId(asked["line"]) if "line" in asked else None
    desk = _desk(request)
    found = await desk.listed(line=line, status=status)
    return web.json_response({"callbacks": [_shown(each, desk) for each in found]})


async def _show(request: web.Request) -> web.Response:
    await body(request)
    return _answer(request, await _desk(request).shown(_id(request)))


async def _take(request: web.Request) -> web.Response:
    said = await body(request, "counsellor", may=frozenset({"instead_of"}))
    instead_of = CounsellorId(said["instead_of"]) if "instead_of" in said else None
    taker = CounsellorId(said["counsellor"])
    return _answer(request, await _desk(request).take(_id(request), taker, instead_of=instead_of))


async def _postpone(request: web.Request) -> web.Response:
    said = await body(request, "until", may=_BY)
    until = instant(said, "until")
    return _answer(request, await _desk(request).postpone(_id(request), until, _by(said)))


async def _close(request: web.Request) -> web.Response:
    said = await body(request, "because", may=_BY)
    because = choice(said, "because", BY_PEOPLE)
    return _answer(request, await _desk(request).close(_id(request), because, _by(said)))


async def _reopen(request: web.Request) -> web.Response:
    said = await body(request, may=_BY)
    return _answer(request, await _desk(request).reopen(_id(request), _by(said)))


async def _attempt(request: web.Request) -> web.Response:
    said = await body(request, "counsellor", "result", may=frozenset({"began"}))
    made = MadeByHand(
        counsellor=CounsellorId(said["counsellor"]),
        result=choice(said, "result", tuple(Result)),
        began=instant(said, "began") if "began" in said else None,
    )
    return _answer(request, await _desk(request).attempted(_id(request), made))


def _desk(request: web.Request) -> CallbackDesk:
    desk = request.app[ACCESS].callbacks()
    if desk is None:
        raise web.HTTPServiceUnavailable
    return desk


def _id(request: web.Request) -> CallbackId:
    return CallbackId(request.match_info["callback"])


def _by(said: Mapping[str, str]) -> CounsellorId | None:
    return CounsellorId(said["counsellor"]) if "counsellor" in said else None


def _answer(request: web.Request, callback: Callback) -> web.Response:
    return web.json_response(_shown(callback, _desk(request)))


def _shown(callback: Callback, desk: CallbackDesk) -> dict[str, Any]:
    next_call = desk.prospect(callback)
    return {
        "id": callback.id,
        "status": callback.status,
        "line": callback.line,
        "number": callback.number,
        "language": callback.language,
        "topic": callback.topic,
        "urgent": callback.urgent,
        "joined": callback.joined.isoformat(),
        "requested": callback.requested.isoformat(),
        "promised_by": callback.promised_by.isoformat(),
        "asked_again": callback.again,
        "not_before": _text(callback.not_before),
        "next_due": _text(next_call.at),
        "held_by": next_call.held_by,
        "taken_by": callback.wanted,
        "attempts": [_tried(each) for each in callback.attempts],
        "answered_by": callback.answered_by,
        "closed_because": callback.closed_because,
        "refused": callback.refused,
        "cut_off": callback.cut_off,
    }


def _tried(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "counsellor": attempt.counsellor,
        "began": attempt.began.isoformat(),
        "ended": _text(attempt.ended),
        "result": attempt.result,
        "by_hand": attempt.by_hand,
    }


def _text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
