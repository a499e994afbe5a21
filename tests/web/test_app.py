"""The web port says whether the service lives, whether it takes calls, and how it does."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

import aiohttp
import pytest

from ivr.domain.attempt import Result
from ivr.domain.call import CallId, LineId, SceneName
from ivr.domain.counsellor import Doing
from ivr.domain.journal import CallbackKind, DutyKind, EventKind
from ivr.errors import Refusal
from ivr.settings import Address
from ivr.web.app import create_app, serving
from ivr.web.metrics import Metrics
from ivr.web.status import Promises
from tests.adapters.record import (
    ARRIVED,
    duty_event,
    event,
    facts,
    happened,
    request,
    whole_call,
)
from tests.domain.callbacks import ANNA, POLICY

ANYWHERE = Address(host="127.0.0.1", port=0)


@dataclass
class MadeUpStatus:
    """A service that is as the test says."""

    waits: str | None = None
    switch_connected: bool = True
    switch_answer_s: float | None = None
    journal_fault: str | None = None
    shipping_fault: str | None = None
    backlog: int = 0
    oldest_s: float = 0.0
    set_aside: int = 0
    faults: Mapping[str, str] = field(default_factory=dict)
    details_lost: int = 0
    room_bytes: int = 10**9
    filling: bool = False
    clock_ahead_s: float = 0.0
    counsellors: Mapping[Doing, int] = field(default_factory=dict)
    promises: Mapping[LineId, Promises] = field(default_factory=dict)


@pytest.fixture
def status() -> MadeUpStatus:
    return MadeUpStatus()


@pytest.fixture
def metrics(status: MadeUpStatus) -> Metrics:
    return Metrics(status)


@pytest.fixture
async def web(status: MadeUpStatus, metrics: Metrics) -> AsyncIterator[aiohttp.ClientSession]:
    async with (
        serving(create_app(status, metrics), ANYWHERE) as address,
        aiohttp.ClientSession(f"http://{address}") as session,
    ):
        yield session


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


async def scraped(web: aiohttp.ClientSession) -> dict[str, float]:
    async with web.get("/metrics") as answer:
        assert answer.headers["Content-Type"].startswith("text/plain")
        lines = (await answer.text()).splitlines()
    pairs = (line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    return {name: float(value) for name, value in pairs}


async def test_calls_are_counted_from_their_arrival_to_their_outcome(
    web: aiohttp.ClientSession, metrics: Metrics
) -> None:
    arrived, *_, finished = whole_call(facts())
    metrics.observe(arrived)
    now = await scraped(web)
    assert now['ivr_calls_arrived_total{line="families"}'] == 1
    assert now['ivr_calls_now{scene="waiting"}'] == 1
    metrics.observe(finished)
    now = await scraped(web)
    assert now['ivr_calls_ended_total{line="families",outcome="served"}'] == 1
    assert now['ivr_calls_now{scene="waiting"}'] == 0


async def test_a_call_is_in_one_scene_at_a_time(
    web: aiohttp.ClientSession, metrics: Metrics
) -> None:
    metrics.observe(event(EventKind.ARRIVED))
    talking = replace(facts(), scene=SceneName.TALKING)
    metrics.observe(event(EventKind.SCENE, talking, step=1, scene="talking"))
    now = await scraped(web)
    assert now['ivr_calls_now{scene="waiting"}'] == 0
    assert now['ivr_calls_now{scene="talking"}'] == 1


async def test_the_wait_is_measured_when_a_counsellor_is_heard(
    web: aiohttp.ClientSession, metrics: Metrics
) -> None:
    joined = replace(facts(), joined=ARRIVED)
    metrics.observe(event(EventKind.CONNECTED, joined, step=100, counsellor="aino"))
    now = await scraped(web)
    assert now["ivr_waiting_seconds_sum"] == 100
    assert now['ivr_waiting_seconds_bucket{le="60.0"}'] == 0
    assert now['ivr_waiting_seconds_bucket{le="120.0"}'] == 1


async def test_who_has_the_place_of_an_earlier_call_has_waited_in_this_one_only(
    web: aiohttp.ClientSession, metrics: Metrics
) -> None:
    earlier = replace(facts(), joined=ARRIVED - timedelta(days=1))
    metrics.observe(event(EventKind.CONNECTED, earlier, step=100, counsellor="aino"))
    assert (await scraped(web))["ivr_waiting_seconds_sum"] == 100


async def test_a_call_that_we_make_is_none_of_the_callers_calls(
    web: aiohttp.ClientSession, metrics: Metrics
) -> None:
    ours = replace(facts(), callback=CallId("n1-1.0"), joined=ARRIVED)
    for each in whole_call(ours):
        metrics.observe(each)
    now = await scraped(web)
    assert now['ivr_calls_back_ended_total{line="families",outcome="served"}'] == 1
    assert now["ivr_waiting_seconds_count"] == 0
    assert now['ivr_calls_now{scene="waiting"}'] == 0
    assert not [name for name in now if name.startswith(("ivr_calls_arrived", "ivr_calls_ended"))]


async def test_attempts_to_call_back_are_counted_by_their_result_and_by_whom(
    web: aiohttp.ClientSession, metrics: Metrics
) -> None:
    begun = request().begin_by_hand(counsellor=ANNA, began=ARRIVED)
    ended = begun.end_attempt(Result.BUSY, now=ARRIVED, policy=POLICY)
    for kind, after in (
        (CallbackKind.REQUESTED, request()),
        (CallbackKind.CALLED, begun),
        (CallbackKind.ENDED, ended),
    ):
        metrics.observe_callback(happened(after, kind))
    now = await scraped(web)
    assert now['ivr_callback_attempts_total{by="hand",line="families",result="busy"}'] == 1


async def test_open_and_overdue_callbacks_are_measured_at_each_look(
    web: aiohttp.ClientSession, status: MadeUpStatus
) -> None:
    assert not [name for name in await scraped(web) if name.startswith("ivr_callbacks_")]
    status.promises = {LineId("families"): Promises(open=5, overdue=2, given_up=1)}
    now = await scraped(web)
    assert now['ivr_callbacks_open{line="families"}'] == 5
    assert now['ivr_callbacks_overdue{line="families"}'] == 2
    assert now['ivr_callbacks_given_up{line="families"}'] == 1


async def test_a_call_to_no_line_is_counted(web: aiohttp.ClientSession, metrics: Metrics) -> None:
    stranger = replace(facts(), line=None)
    metrics.observe(event(EventKind.ARRIVED, stranger))
    metrics.observe(event(EventKind.FINISHED, stranger, outcome="unknown_number"))
    now = await scraped(web)
    assert now['ivr_calls_arrived_total{line="none"}'] == 1
    assert now['ivr_calls_ended_total{line="none",outcome="unknown_number"}'] == 1


async def test_a_call_adopted_after_a_restart_is_shown_and_not_counted_again(
    web: aiohttp.ClientSession, metrics: Metrics
) -> None:
    metrics.adopt(facts())
    now = await scraped(web)
    assert now['ivr_calls_now{scene="waiting"}'] == 1
    assert 'ivr_calls_arrived_total{line="families"}' not in now


async def test_the_state_of_the_service_is_measured_at_each_look(
    web: aiohttp.ClientSession, status: MadeUpStatus
) -> None:
    assert (await scraped(web))["ivr_switch_connected"] == 1
    status.switch_connected, status.journal_fault = False, "disk full"
    status.switch_answer_s = 0.25
    status.backlog, status.oldest_s, status.set_aside = 7, 3600.5, 1
    status.counsellors = {Doing.FREE: 2}
    now = await scraped(web)
    assert now["ivr_switch_connected"] == 0
    assert now["ivr_switch_answer_seconds"] == 0.25
    assert now["ivr_journal_broken"] == 1
    assert now["ivr_tasks"] >= 1
    assert now["ivr_outbox_backlog"] == 7
    assert now["ivr_outbox_oldest_seconds"] == 3600.5
    assert now["ivr_outbox_set_aside"] == 1
    assert now['ivr_counsellors{state="free"}'] == 2
    assert now['ivr_counsellors{state="paused"}'] == 0


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


async def test_dispositions_and_wrong_pins_are_counted(
    web: aiohttp.ClientSession, metrics: Metrics
) -> None:
    for said in (
        duty_event(DutyKind.DISPOSITION, call="n1-1.0", code="resolved"),
        duty_event(DutyKind.WRONG_PIN),
        duty_event(DutyKind.PAUSED),
    ):
        metrics.observe_duty(said)
    async with web.get("/metrics") as answer:
        shown = await answer.text()
    assert 'ivr_dispositions_total{code="resolved"} 1.0' in shown
    assert "ivr_wrong_pins_total 1.0" in shown


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
