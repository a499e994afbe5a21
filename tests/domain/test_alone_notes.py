"""What Asterisk noted of a call that it served alone is read for what it is."""

from datetime import UTC, datetime, timedelta

import pytest

from ivr.domain.alone_notes import Noted, finished, outcome_of, read, story
from ivr.domain.call import (
    Caller,
    CallId,
    ChannelId,
    CounsellorId,
    Facts,
    LineId,
    Outcome,
    SceneName,
)
from ivr.domain.journal import EventKind

BEGAN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
EPOCH = int(BEGAN.timestamp())
ARRIVED = f"arrived {EPOCH} 0 0291000001 free +358401234567"


def noted(*lines: str) -> Noted:
    found = read(ChannelId("1795331875.0"), "\n".join([ARRIVED, *lines, ""]))
    assert found is not None
    return found


def facts() -> Facts:
    return Facts(
        call_id=CallId("n1-1795331875.0"),
        dialled="0291000001",
        caller=Caller(number="+358401234567", hidden=False),
        arrived=BEGAN,
        scene=SceneName.NOTICES,
        line=LineId("free"),
    )


def test_a_call_is_read_as_it_was_noted():
    found = noted(f"joined {EPOCH + 25}", f"talking {EPOCH + 40} anna", f"ended {EPOCH + 90}")

    assert (found.arrived, found.line, found.number) == (BEGAN, "free", "+358401234567")
    assert (found.hidden, found.account, found.promised) == (False, "anna", None)
    assert found.ended == BEGAN + timedelta(seconds=90)


@pytest.mark.parametrize("number", ["0401234567", "00358401234567", "358401234567"])
def test_a_number_is_kept_in_one_form_however_it_was_delivered(number: str):
    text = ARRIVED.replace("+358401234567", number)
    found = read(ChannelId("1.1"), text)

    assert found is not None
    assert found.number == "+358401234567"


def test_nothing_is_kept_of_a_hidden_callers_number():
    found = read(ChannelId("1.1"), ARRIVED.replace(" 0 ", " 1 "))

    assert found is not None
    assert (found.hidden, found.number) == (True, None)


@pytest.mark.parametrize(
    "text", ["", "\n", f"ended {EPOCH}", "arrived soon 0 1 - -", f"arrived {EPOCH} 0 02910"]
)
def test_what_is_no_call_is_none(text: str):
    assert read(ChannelId("1.1"), text) is None


@pytest.mark.parametrize("line", ["prom", "promised", "promised 17953x", "?? 1795331875", ""])
def test_a_line_that_a_crash_cut_short_says_nothing(line: str):
    assert noted(line).promised is None


def test_a_clock_that_was_set_back_ends_no_call_before_it_began():
    assert noted(f"ended {EPOCH - 3600}").ended == BEGAN


def test_a_served_call_tells_who_talked_and_that_the_caller_paid_from_then_on():
    found = noted(f"joined {EPOCH + 25}", f"talking {EPOCH + 40} anna", f"ended {EPOCH + 90}")
    told = story(found, facts(), CounsellorId("anna"))

    assert [(each.kind, (each.at - BEGAN).seconds) for each in told] == [
        (EventKind.ARRIVED, 0),
        (EventKind.JOINED, 25),
        (EventKind.CONNECTED, 40),
        (EventKind.ANSWERED, 40),
    ]
    assert told[1].facts.joined == BEGAN
    assert (told[-1].facts.connected, told[-1].facts.counsellor) == (True, "anna")
    assert len({each.id for each in told}) == len(told)


def test_a_call_answered_at_once_is_answered_once():
    found = noted(f"answered {EPOCH + 1}", f"joined {EPOCH + 9}", f"talking {EPOCH + 40} anna")
    told = story(found, facts(), None)

    answered = [each.at for each in told if each.kind is EventKind.ANSWERED]
    assert answered == [BEGAN + timedelta(seconds=1)]


def test_every_call_has_the_outcome_fallback_unless_the_switch_died_with_it():
    over, cut = noted(f"ended {EPOCH + 9}"), noted(f"joined {EPOCH + 5}")

    assert outcome_of(over) is Outcome.FALLBACK
    assert outcome_of(cut) is Outcome.LOST
    end = finished(cut, facts())
    assert (end.at, end.data["outcome"]) == (BEGAN + timedelta(seconds=5), "lost")


def test_an_instant_that_no_clock_can_tell_is_none():
    late = "9" * 15

    assert read(ChannelId("1.1"), ARRIVED.replace(str(EPOCH), late)) is None
    assert noted(f"promised {late}", f"ended {EPOCH + 90}").promised is None
