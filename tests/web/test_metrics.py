"""What the metrics count and measure of calls, callbacks, counsellors and the service itself."""

from dataclasses import replace
from datetime import timedelta

import aiohttp

from ivr.domain.attempt import Result
from ivr.domain.call import CallId, LineId, SceneName
from ivr.domain.counsellor import Doing
from ivr.domain.journal import CallbackKind, DutyKind, EventKind
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
from tests.web.made_up import MadeUpStatus, scraped


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
