"""A person at the terminal reads what happens in the calls, one line an event."""

import pytest

from ivr.console import call_line
from ivr.domain.call import LineId
from ivr.domain.journal import EventKind
from tests.adapters.record import event, facts, whole_call

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
