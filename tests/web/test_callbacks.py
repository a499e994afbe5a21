"""The callbacks' interface: what is asked is passed on, and the answer shows the request."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from ivr.domain.attempt import Result
from ivr.domain.bounds import Held, Prospect
from ivr.domain.call import CounsellorId, LineId
from ivr.domain.callback import Because, Callback, CallbackId, Status
from ivr.ports import Because as Why
from ivr.ports import MadeByHand, Refused
from ivr.web.api import DeskAccess
from ivr.web.app import create_app, serving
from ivr.web.metrics import Metrics
from tests.domain.callbacks import POLICY, calling
from tests.fakes.time import BEGIN
from tests.web.made_up import ANYWHERE, MadeUpStatus
from tests.web.test_desk import TOKEN, MadeUpDesk, ask

TRIED = calling().end_attempt(Result.BUSY, now=BEGIN, policy=POLICY)
ONE = "/api/callbacks/n1-1.1"
NOON = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


class MadeUpCallbacks:
    """Does what it is asked, unless it is to refuse. Implements `ivr.ports.CallbackDesk`."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.refuses: Why | None = None

    def _do(self, *asked: Any) -> Callback:
        if self.refuses is not None:
            raise Refused(self.refuses)
        self.asked.append(asked)
        return TRIED

    async def listed(
        self, *, line: LineId | None = None, status: Status | None = None
    ) -> Sequence[Callback]:
        return [self._do("listed", line, status)]

    async def shown(self, callback: CallbackId) -> Callback:
        return self._do("shown", callback)

    def prospect(self, callback: Callback) -> Prospect:
        return Prospect(at=BEGIN, held_by=Held.AT_ONCE)

    async def take(
        self, callback: CallbackId, by: CounsellorId, *, instead_of: CounsellorId | None = None
    ) -> Callback:
        return self._do("take", callback, by, instead_of)

    async def postpone(
        self, callback: CallbackId, until: datetime, by: CounsellorId | None = None
    ) -> Callback:
        return self._do("postpone", callback, until, by)

    async def close(
        self, callback: CallbackId, because: Because, by: CounsellorId | None = None
    ) -> Callback:
        return self._do("close", callback, because, by)

    async def reopen(self, callback: CallbackId, by: CounsellorId | None = None) -> Callback:
        return self._do("reopen", callback, by)

    async def attempted(self, callback: CallbackId, made: MadeByHand) -> Callback:
        return self._do("attempted", callback, made)


@pytest.fixture
def desk() -> MadeUpCallbacks:
    return MadeUpCallbacks()


@pytest.fixture
async def web(desk: MadeUpCallbacks) -> AsyncIterator[aiohttp.ClientSession]:
    status, counsellors = MadeUpStatus(), MadeUpDesk()
    access = DeskAccess(token=TOKEN, desk=lambda: counsellors, callbacks=lambda: desk)
    async with (
        serving(create_app(status, Metrics(status), access), ANYWHERE) as address,
        aiohttp.ClientSession(f"http://{address}") as session,
    ):
        yield session


SHOWN = {
    "id": "n1-1.1",
    "status": "waiting",
    "line": "free",
    "number": "+358401234567",
    "language": "fi",
    "topic": "families",
    "urgent": False,
    "joined": "2026-11-23T08:00:00+00:00",
    "requested": "2026-11-23T08:00:00+00:00",
    "promised_by": "2026-11-23",
    "asked_again": 0,
    "not_before": None,
    "next_due": "2026-11-23T08:00:00+00:00",
    "held_by": "at_once",
    "taken_by": None,
    "attempts": [
        {
            "number": 1,
            "counsellor": "anna",
            "began": "2026-11-23T08:00:00+00:00",
            "ended": "2026-11-23T08:00:00+00:00",
            "result": "busy",
            "by_hand": False,
        }
    ],
    "answered_by": None,
    "closed_because": None,
    "refused": None,
    "cut_off": False,
}


async def test_a_request_is_shown_with_its_attempts_alone_and_in_the_list(
    web: aiohttp.ClientSession,
) -> None:
    assert await ask(web, "GET", ONE) == (200, SHOWN)
    assert await ask(web, "GET", "/api/callbacks") == (200, {"callbacks": [SHOWN]})


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("", ("listed", None, None)),
        ("?line=free", ("listed", "free", None)),
        ("?status=closed", ("listed", None, "closed")),
        ("?status=unreached&line=paid", ("listed", "paid", "unreached")),
    ],
)
async def test_the_list_is_filtered_by_line_and_status(
    web: aiohttp.ClientSession, desk: MadeUpCallbacks, query: str, asked: tuple[Any, ...]
) -> None:
    assert (await ask(web, "GET", f"/api/callbacks{query}"))[0] == 200
    assert desk.asked == [asked]


@pytest.mark.parametrize(
    "query", ["?status=lost", "?number=0401234567", "?line=free&line=paid", "?status="]
)
async def test_a_list_of_what_there_cannot_be_is_refused(
    web: aiohttp.ClientSession, desk: MadeUpCallbacks, query: str
) -> None:
    status, body = await ask(web, "GET", f"/api/callbacks{query}")
    assert (status, body["error"]) == (400, "bad_request")
    assert not desk.asked


@pytest.mark.parametrize(
    ("what", "said", "asked"),
    [
        ("take", {"counsellor": "anna"}, ("take", "n1-1.1", "anna", None)),
        (
            "take",
            {"counsellor": "anna", "instead_of": "bertil"},
            ("take", "n1-1.1", "anna", "bertil"),
        ),
        ("postpone", {"until": "2026-11-24T12:00:00+02:00"}, ("postpone", "n1-1.1", NOON, None)),
        (
            "postpone",
            {"until": "2026-11-24T10:00:00Z", "counsellor": "anna"},
            ("postpone", "n1-1.1", NOON, "anna"),
        ),
        ("close", {"because": "settled"}, ("close", "n1-1.1", "settled", None)),
        (
            "close",
            {"because": "mistake", "counsellor": "anna"},
            ("close", "n1-1.1", "mistake", "anna"),
        ),
        ("reopen", None, ("reopen", "n1-1.1", None)),
        ("reopen", {"counsellor": "anna"}, ("reopen", "n1-1.1", "anna")),
        (
            "attempt",
            {"counsellor": "anna", "result": "no_answer"},
            (
                "attempted",
                "n1-1.1",
                MadeByHand(counsellor=CounsellorId("anna"), result=Result.NO_ANSWER),
            ),
        ),
        (
            "attempt",
            {"counsellor": "anna", "result": "reached", "began": "2026-11-24T10:00:00+00:00"},
            (
                "attempted",
                "n1-1.1",
                MadeByHand(counsellor=CounsellorId("anna"), result=Result.REACHED, began=NOON),
            ),
        ),
    ],
)
async def test_a_wish_is_passed_on_and_answered_with_the_request(
    web: aiohttp.ClientSession,
    desk: MadeUpCallbacks,
    what: str,
    said: object,
    asked: tuple[Any, ...],
) -> None:
    assert await ask(web, "POST", f"{ONE}/{what}", said) == (200, SHOWN)
    assert desk.asked == [asked]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("take", None),
        ("take", {"counsellor": "anna", "until": "now"}),
        ("take", {"instead_of": "anna"}),
        ("postpone", {"until": "tomorrow"}),
        ("postpone", {"until": "2026-11-24T12:00:00"}),
        ("postpone", {"until": "0001-01-01T00:00:00+02:00"}),
        ("postpone", {"counsellor": "anna"}),
        ("close", None),
        ("close", {"because": "bored"}),
        ("close", {"because": "lapsed"}),
        ("close", {"because": "settled", "counsellor": ""}),
        ("reopen", {"because": "settled"}),
        ("attempt", {"counsellor": "anna", "result": "perhaps"}),
        ("attempt", {"result": "busy"}),
        ("attempt", {"counsellor": "anna", "result": "busy", "began": "12:00"}),
    ],
)
async def test_a_wish_that_cannot_be_understood_is_refused_in_words(
    web: aiohttp.ClientSession, desk: MadeUpCallbacks, what: str, said: object
) -> None:
    status, body = await ask(web, "POST", f"{ONE}/{what}", said)
    assert (status, body["error"]) == (400, "bad_request")
    assert body["message"]
    assert not desk.asked


@pytest.mark.parametrize(
    ("why", "code"),
    [(Why.NO_SUCH_CALLBACK, 404), (Why.OVER, 409), (Why.LINE_CLOSED, 409), (Why.NOT_KEPT, 503)],
)
async def test_what_is_not_done_is_said_with_its_reason(
    web: aiohttp.ClientSession, desk: MadeUpCallbacks, why: Why, code: int
) -> None:
    desk.refuses = why
    status, body = await ask(web, "POST", f"{ONE}/reopen")
    assert (status, body["error"]) == (code, why)
    assert body["message"]


async def test_no_number_is_told_without_the_token(
    web: aiohttp.ClientSession, desk: MadeUpCallbacks
) -> None:
    for method, path in (("GET", "/api/callbacks"), ("GET", ONE), ("POST", f"{ONE}/reopen")):
        for token in (None, "guessed"):
            status, body = await ask(web, method, path, token=token)
            assert (status, body["error"]) == (401, "unauthorized")
            assert "358" not in str(body)
    assert not desk.asked
