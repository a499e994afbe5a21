"""A person at the terminal reads what happens in the calls, one line an event."""

from dataclasses import replace

import pytest

from ivr.console import call_line, callback_line, duty_line
from ivr.domain.attempt import Result
from ivr.domain.call import CallId, LineId, Refused
from ivr.domain.callback import Because
from ivr.domain.journal import CallbackKind, DutyKind, EventKind
from tests.adapters.record import (
    ARRIVED,
    duty_event,
    event,
    facts,
    happened,
    request,
    whole_call,
)
from tests.domain.callbacks import ANNA, MIN, POLICY

NAMES = {LineId("families"): "Lapsiperheet"}


def test_a_call_reads_as_a_story() -> None:
    assert [call_line(each, NAMES) for each in whole_call(facts())] == [
        "10:00:00  call …388.0  arrived     Lapsiperheet",
        "10:00:01  call …388.0  scene       waiting",
        "10:00:02  call …388.0  joined      0 ahead",
        "10:00:03  call …388.0  ringing     aino",
        "10:00:04  call …388.0  connected   aino",
        "10:00:05  call …388.0  answered    charging begins: connected",
        "10:00:06  call …388.0  finished    served",
    ]


@pytest.mark.parametrize("kind", EventKind)
def test_every_event_has_its_line(kind: EventKind) -> None:
    line = call_line(event(kind, number="+358401234567", what="0401234567\r\n"), {})
    assert line.startswith("10:00:00  call …388.0  ")
    assert line.isprintable()
    assert "40123" not in line


def test_a_line_that_is_no_longer_configured_is_named_by_its_id() -> None:
    assert call_line(event(EventKind.ARRIVED), {}).endswith("arrived     families")


def test_what_counsellors_do_is_read_between_the_calls() -> None:
    call = facts().call_id
    assert [
        duty_line(duty_event(DutyKind.SIGNED_IN, "salminen", account="c101")),
        duty_line(duty_event(DutyKind.PAUSED, reason="lunch")),
        duty_line(duty_event(DutyKind.RESUMED)),
        duty_line(duty_event(DutyKind.DISPOSITION, call=call, code="resolved")),
        duty_line(duty_event(DutyKind.ASSESSED_URGENT, call=call)),
        duty_line(duty_event(DutyKind.WRONG_PIN)),
    ] == [
        "10:00:00  salminen     signed in   c101",
        "10:00:00  aino         paused      lunch",
        "10:00:00  aino         resumed",
        "10:00:00  aino         noted       call …388.0: resolved",
        "10:00:00  aino         noted       call …388.0: urgent",
        "10:00:00  aino         wrong PIN",
    ]


def test_what_a_call_tells_is_not_told_again_of_the_counsellor() -> None:
    told = {kind for kind in DutyKind if duty_line(duty_event(kind)) is not None}
    assert not told & {DutyKind.RINGING, DutyKind.MISSED, DutyKind.TALKING, DutyKind.FREE}
    assert {DutyKind.SIGNED_IN, DutyKind.PAUSED, DutyKind.UNREACHABLE} < told


def test_nothing_said_of_a_counsellor_breaks_the_line_or_shows_a_number() -> None:
    line = duty_line(duty_event(DutyKind.PAUSED, "ai\tno", reason="0401234567\r\n"))
    assert line is not None
    assert line.isprintable()
    assert "40123" not in line


def test_what_becomes_of_a_callback_is_read_as_a_story() -> None:
    asked = request()
    begun = asked.begin_by_hand(counsellor=ANNA, began=ARRIVED)
    ended = begun.end_attempt(Result.BUSY, now=ARRIVED, policy=POLICY)
    later = ended.postpone(ARRIVED + 60 * MIN)
    steps = [
        happened(asked),
        happened(asked.take(ANNA), CallbackKind.TAKEN, by="anna"),
        happened(begun, CallbackKind.CALLED, attempt=1, counsellor="anna"),
        happened(ended, CallbackKind.ENDED, attempt=1, result="busy"),
        happened(later, CallbackKind.POSTPONED, until="2026-11-23T09:00:00+00:00"),
        happened(later.refuse(Refused.BARRED), CallbackKind.REFUSED, because="barred"),
        happened(later.close(Because.SETTLED), CallbackKind.CLOSED, because="settled"),
    ]
    assert [line and line[10:] for line in map(callback_line, steps)] == [
        None,
        "back …388.0  taken       anna",
        "back …388.0  called      attempt 1, anna",
        "back …388.0  ended       attempt 1, busy: waiting",
        "back …388.0  postponed   to 23.11. 11:00",
        "back …388.0  given up    the number is refused: barred",
        "back …388.0  closed      settled",
    ]


def test_a_call_that_we_make_does_not_arrive() -> None:
    ours = replace(facts(), callback=CallId("n1-1.0"))
    assert call_line(event(EventKind.ARRIVED, ours), NAMES).endswith("calls back  Lapsiperheet")
