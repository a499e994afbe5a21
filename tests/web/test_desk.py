"""The desk's interface: nothing without the token, and a clear word for what is not done."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from ivr.domain.call import CallId, CounsellorId
from ivr.domain.counsellor import Doing
from ivr.domain.pause import PauseReason
from ivr.domain.policy import Disposition
from ivr.ports import Because, By, OnDuty, Refused
from ivr.web.api import DeskAccess
from ivr.web.app import create_app, serving
from ivr.web.metrics import Metrics
from tests.web.made_up import ANYWHERE, MadeUpStatus

TOKEN = "a token that is long enough"
AINO = OnDuty(
    counsellor=CounsellorId("aino"),
    name="Aino",
    doing=Doing.WRAP_UP,
    since=datetime(2026, 11, 23, 7, 0, tzinfo=UTC),
    reason=PauseReason.LUNCH,
    account="c101",
    reachable=True,
    wrap_up_until=datetime(2026, 11, 23, 7, 1, tzinfo=UTC),
    call=CallId("n1-1.1"),
    calls=3,
)


class MadeUpDesk:
    """Does what it is asked, unless it is to refuse. Implements `ivr.ports.DutyDesk`."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.refuses: Because | None = None

    def _do(self, *asked: Any) -> None:
        if self.refuses is not None:
            raise Refused(self.refuses)
        self.asked.append(asked)

    def on_duty(self) -> Sequence[OnDuty]:
        return [AINO]

    def sign_in(self, counsellor: CounsellorId, account: str, by: By) -> PauseReason | None:
        self._do("sign_in", counsellor, account, by)
        return None

    def sign_out(self, counsellor: CounsellorId, by: By) -> None:
        self._do("sign_out", counsellor, by)

    def pause(self, counsellor: CounsellorId, reason: PauseReason, by: By) -> bool:
        self._do("pause", counsellor, reason, by)
        return True

    def resume(self, counsellor: CounsellorId, by: By) -> PauseReason | None:
        self._do("resume", counsellor, by)
        return None

    def dispositions(self, counsellor: CounsellorId) -> Sequence[Disposition]:
        return tuple(Disposition)

    def dispose(
        self, counsellor: CounsellorId, disposition: Disposition, call: CallId | None = None
    ) -> None:
        self._do("dispose", counsellor, disposition, call)

    async def assess_urgent(self, counsellor: CounsellorId, call: CallId | None = None) -> None:
        self._do("urgent", counsellor, call)


@pytest.fixture
def desks() -> list[MadeUpDesk]:
    """The desk, or none while the line is starting."""
    return [MadeUpDesk()]


@pytest.fixture
async def web(desks: list[MadeUpDesk]) -> AsyncIterator[aiohttp.ClientSession]:
    status = MadeUpStatus()
    access = DeskAccess(
        token=TOKEN, desk=lambda: desks[0] if desks else None, callbacks=lambda: None
    )
    async with (
        serving(create_app(status, Metrics(status), access), ANYWHERE) as address,
        aiohttp.ClientSession(f"http://{address}") as session,
    ):
        yield session


async def ask(
    web: aiohttp.ClientSession,
    method: str,
    path: str,
    said: object = None,
    *,
    token: str | None = TOKEN,
    raw: bytes | None = None,
) -> tuple[int, dict[str, Any]]:
    """The status and the JSON of the answer."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    body: Mapping[str, Any] = {"data": raw} if raw is not None else {"json": said}
    if said is None and raw is None:
        body = {}
    async with web.request(method, path, headers=headers, **body) as answer:
        return answer.status, await answer.json()


WISHES = [
    ("/api/counsellors/aino/sign-in", {"account": "c201"}, ("sign_in", "aino", "c201", By.API)),
    ("/api/counsellors/aino/sign-out", None, ("sign_out", "aino", By.API)),
    ("/api/counsellors/aino/pause", {"reason": "meeting"}, ("pause", "aino", "meeting", By.API)),
    ("/api/counsellors/aino/resume", {}, ("resume", "aino", By.API)),
    (
        "/api/counsellors/aino/disposition",
        {"call": "n1-1.1", "code": "resolved"},
        ("dispose", "aino", "resolved", "n1-1.1"),
    ),
    ("/api/calls/n1-1.1/urgent", {"counsellor": "aino"}, ("urgent", "aino", "n1-1.1")),
]


async def test_the_counsellors_are_listed_with_what_they_do_and_no_pin(
    web: aiohttp.ClientSession,
) -> None:
    status, body = await ask(web, "GET", "/api/counsellors")
    assert status == 200
    assert body["counsellors"] == [
        {
            "id": "aino",
            "name": "Aino",
            "state": "wrap_up",
            "since": "2026-11-23T07:00:00+00:00",
            "reason": "lunch",
            "phone": "c101",
            "reachable": True,
            "wrap_up_until": "2026-11-23T07:01:00+00:00",
            "call": "n1-1.1",
            "calls_today": 3,
        }
    ]


@pytest.mark.parametrize(("path", "said", "asked"), WISHES)
async def test_a_wish_is_passed_on_and_answered_with_the_counsellor(
    web: aiohttp.ClientSession,
    desks: list[MadeUpDesk],
    path: str,
    said: object,
    asked: tuple[Any, ...],
) -> None:
    status, body = await ask(web, "POST", path, said)
    assert (status, body["id"]) == (200, "aino")
    assert desks[0].asked == [asked]


@pytest.mark.parametrize("token", [None, "", "wrong", f"{TOKEN}x", TOKEN[:-1], "ä", "\udce4"])
@pytest.mark.parametrize("path", ["/api/counsellors", "/api/counsellors/aino/resume", "/api/none"])
async def test_nothing_is_said_without_the_token(
    web: aiohttp.ClientSession, desks: list[MadeUpDesk], token: str | None, path: str
) -> None:
    for method in ("GET", "POST"):
        status, body = await ask(web, method, path, token=token)
        assert (status, body["error"]) == (401, "unauthorized")
    assert not desks[0].asked


async def test_another_scheme_is_no_token(web: aiohttp.ClientSession) -> None:
    login = aiohttp.encode_basic_auth("aino", TOKEN)
    async with web.get("/api/counsellors", headers={"Authorization": login}) as answer:
        assert answer.status == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("because", Because)
async def test_what_is_not_done_is_said_with_its_reason(
    web: aiohttp.ClientSession, desks: list[MadeUpDesk], because: Because
) -> None:
    desks[0].refuses = because
    status, body = await ask(web, "POST", "/api/counsellors/aino/resume")
    expected = 503 if because is Because.NOT_KEPT else 409
    assert status == (404 if because.startswith("no_such") else expected)
    assert body["error"] == because
    assert body["message"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/api/counsellors/aino/pause", {"reason": "no_answer"}),
        ("/api/counsellors/aino/pause", {"reason": "boredom"}),
        ("/api/counsellors/aino/pause", {"reason": 1}),
        ("/api/counsellors/aino/pause", {"reason": ["lunch"]}),
        ("/api/counsellors/aino/pause", {}),
        ("/api/counsellors/aino/pause", None),
        ("/api/counsellors/aino/pause", ["lunch"]),
        ("/api/counsellors/aino/pause", {"reason": "lunch", "for": "ever"}),
        ("/api/counsellors/aino/resume", {"now": "yes"}),
        ("/api/counsellors/aino/sign-in", {"account": ""}),
        ("/api/counsellors/aino/sign-in", {"account": "c" * 101}),
        ("/api/counsellors/aino/disposition", {"call": "n1-1.1", "code": "solved"}),
        ("/api/calls/n1-1.1/urgent", {"counsellor": None}),
    ],
)
async def test_a_wish_that_cannot_be_understood_is_refused_in_words(
    web: aiohttp.ClientSession, desks: list[MadeUpDesk], path: str, said: object
) -> None:
    status, body = await ask(web, "POST", path, said)
    assert (status, body["error"]) == (400, "bad_request")
    assert body["message"]
    assert not desks[0].asked


@pytest.mark.parametrize("raw", [b"{", b"\xff\xfe", b"[" * 900, b"reason=lunch"])
async def test_a_body_that_is_no_json_breaks_nothing(
    web: aiohttp.ClientSession, raw: bytes
) -> None:
    status, body = await ask(web, "POST", "/api/counsellors/aino/pause", raw=raw)
    assert (status, body["error"]) == (400, "bad_request")


async def test_a_body_that_is_too_long_is_not_read(web: aiohttp.ClientSession) -> None:
    status, _ = await ask(web, "POST", "/api/counsellors/aino/pause", raw=b" " * 5000)
    assert status == 413


async def test_what_does_not_exist_and_what_is_asked_wrongly_is_json_too(
    web: aiohttp.ClientSession,
) -> None:
    assert (await ask(web, "GET", "/api/nothing"))[0] == 404
    assert (await ask(web, "GET", "/api/counsellors/aino/pause"))[0] == 405
    assert (await ask(web, "POST", "/api/counsellors"))[0] == 405


async def test_while_the_line_is_starting_it_says_so(
    web: aiohttp.ClientSession, desks: list[MadeUpDesk]
) -> None:
    desks.clear()
    status, body = await ask(web, "GET", "/api/counsellors")
    assert (status, body["error"]) == (503, "starting")


async def test_the_desk_is_guarded_like_the_rest(web: aiohttp.ClientSession) -> None:
    async with web.get("/api/counsellors") as answer:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Server"] == "ivr"
