"""The web port says whether the service lives, whether it takes calls, and how it does."""

import asyncio

import aiohttp
import pytest

from ivr.errors import Refusal
from ivr.web.app import create_app, serving
from ivr.web.metrics import Metrics
from ivr.web.status import TRUNK
from tests.web.made_up import ANYWHERE, MadeUpStatus, scraped


async def ready(web: aiohttp.ClientSession) -> tuple[int, str, list[str]]:
    async with web.get("/readyz") as answer:
        body = await answer.json()
        return answer.status, body["state"], body["reasons"]


async def test_a_process_whose_loop_runs_is_alive_whatever_else_is_wrong(
    web: aiohttp.ClientSession, status: MadeUpStatus
) -> None:
    status.switch_connected = False
    async with web.get("/healthz") as answer:
        assert (answer.status, await answer.json()) == (200, {"state": "alive"})


async def test_a_service_in_order_is_ready(web: aiohttp.ClientSession) -> None:
    assert await ready(web) == (200, "ready", [])


async def test_calls_go_on_while_postgres_is_away(
    web: aiohttp.ClientSession, status: MadeUpStatus
) -> None:
    status.shipping_fault = "ConnectionRefusedError: no"
    assert await ready(web) == (200, "degraded", ["database: ConnectionRefusedError: no"])


async def test_a_postgres_that_is_too_slow_for_what_comes_is_an_alarm(
    web: aiohttp.ClientSession, status: MadeUpStatus
) -> None:
    status.backlog, status.oldest_s = 500, 59.0
    assert await ready(web) == (200, "ready", [])
    status.oldest_s = 61.0
    assert await ready(web) == (200, "degraded", ["database: lags by 61 s, 500 events"])


async def test_refused_events_are_shown_until_a_person_has_looked(
    web: aiohttp.ClientSession, status: MadeUpStatus
) -> None:
    status.set_aside = 2
    code, state, (reason,) = await ready(web)
    assert (code, state) == (200, "degraded")
    assert "2 events" in reason


async def test_work_that_was_begun_again_is_shown_with_the_reason(
    web: aiohttp.ClientSession, status: MadeUpStatus
) -> None:
    status.faults = {"ship": "KeyError, see the log"}
    assert await ready(web) == (200, "degraded", ["ship: KeyError, see the log"])


async def test_a_trunk_that_is_not_registered_is_shown_and_counted(
    web: aiohttp.ClientSession, status: MadeUpStatus
) -> None:
    assert (await scraped(web))["ivr_trunk_fault"] == 0
    status.faults = {TRUNK: "not registered with the operator, so no call comes in"}
    code, state, reasons = await ready(web)
    assert (code, state) == (200, "degraded")
    assert reasons == ["trunk: not registered with the operator, so no call comes in"]
    assert (await scraped(web))["ivr_trunk_fault"] == 1


async def test_an_outbox_that_fills_or_has_lost_something_is_an_alarm(
    web: aiohttp.ClientSession, status: MadeUpStatus
) -> None:
    status.room_bytes, status.filling, status.details_lost = 9_500_000, True, 3
    code, state, (filling, lost) = await ready(web)
    assert (code, state) == (200, "degraded")
    assert "9 MB" in filling
    assert "3 events" in lost


async def test_a_machine_whose_clock_was_set_while_somebody_waits_is_an_alarm(
    web: aiohttp.ClientSession, status: MadeUpStatus
) -> None:
    status.clock_ahead_s = -3600.0
    code, state, (reason,) = await ready(web)
    assert (code, state) == (200, "degraded")
    assert "-3600 s" in reason


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"switch_connected": False}, "switch: not connected"),
        ({"journal_fault": "disk full"}, "journal: disk full"),
    ],
)
async def test_a_service_that_cannot_take_calls_is_not_ready(
    web: aiohttp.ClientSession, status: MadeUpStatus, broken: dict[str, object], reason: str
) -> None:
    status.shipping_fault = "away"
    for name, value in broken.items():
        setattr(status, name, value)
    assert await ready(web) == (503, "not_ready", [reason, "database: away"])


async def test_a_standby_is_not_ready_and_says_whom_it_waits_for(
    web: aiohttp.ClientSession, status: MadeUpStatus
) -> None:
    status.waits, status.switch_connected = "process 4711", False
    code, state, (reason,) = await ready(web)
    assert (code, state) == (503, "standby")
    assert "process 4711" in reason
    assert (await scraped(web))["ivr_standby"] == 1


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
async def test_nothing_but_get_is_answered(
    web: aiohttp.ClientSession, method: str, path: str
) -> None:
    async with web.request(method, path) as answer:
        assert answer.status == 405


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/nowhere"])
async def test_every_answer_is_guarded(web: aiohttp.ClientSession, path: str) -> None:
    async with web.get(path) as answer:
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Server"] == "ivr"


async def test_an_address_in_use_is_refused_by_the_name_of_its_setting(
    status: MadeUpStatus, metrics: Metrics
) -> None:
    async with serving(create_app(status, metrics), ANYWHERE) as taken:
        with pytest.raises(Refusal, match=rf"{taken}.*IVR_HTTP_BIND"):
            async with serving(create_app(status, metrics), taken):
                pass


async def test_the_port_is_free_again_afterwards(status: MadeUpStatus, metrics: Metrics) -> None:
    async with serving(create_app(status, metrics), ANYWHERE) as address:
        pass
    async with serving(create_app(status, metrics), address) as again:
        assert again == address


async def test_a_client_that_stays_connected_does_not_keep_the_controller(
    status: MadeUpStatus, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def as_from_python_3_12_on(_: object) -> None:
        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(asyncio.Server, "wait_closed", as_from_python_3_12_on)
    async with (
        asyncio.timeout(20),
        aiohttp.ClientSession() as session,
        serving(create_app(status, metrics), ANYWHERE) as address,
        session.get(f"http://{address}/healthz") as answer,
    ):
        assert answer.status == 200
