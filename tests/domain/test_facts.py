"""Facts are read back as they were written, and nothing else is taken for facts."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import (
    Caller,
    CallId,
    ChannelId,
    CounsellorId,
    Facts,
    Language,
    Limit,
    LineId,
    Outcome,
    SceneName,
    TopicId,
)
from ivr.domain.facts import MOST_BYTES, decode, encode

TEXTS = st.text(max_size=20)
TIMES = st.datetimes(timezones=st.just(UTC))
CALLERS = st.one_of(
    st.builds(Caller, number=st.none() | TEXTS, hidden=st.just(False)),
    st.just(Caller(number=None, hidden=True)),
)
FACTS = st.builds(
    Facts,
    call_id=TEXTS.map(CallId),
    dialled=TEXTS,
    caller=CALLERS,
    arrived=TIMES,
    scene=st.sampled_from(SceneName),
    step=st.integers(min_value=0, max_value=10_000),
    line=st.none() | TEXTS.map(LineId),
    language=st.none() | st.sampled_from(Language),
    topic=st.none() | TEXTS.map(TopicId),
    joined=st.none() | TIMES,
    answered=st.booleans(),
    budget_over=st.booleans(),
    connected=st.booleans(),
    counsellor=st.none() | TEXTS.map(CounsellorId),
    leg=st.none() | TEXTS.map(ChannelId),
    caller_urgent=st.booleans(),
    assessed_urgent=st.booleans(),
    limit=st.none() | st.sampled_from(Limit),
    redirected=st.booleans(),
    waiting_since=st.none() | TIMES,
    replaced_by=st.none() | TEXTS.map(CallId),
    wanted=st.none() | TEXTS.map(CounsellorId),
    led_by=st.none() | TEXTS.map(CounsellorId),
    colleague=st.none() | TEXTS.map(CounsellorId),
    colleague_leg=st.none() | TEXTS.map(ChannelId),
    target=st.none() | TEXTS,
    assured=st.booleans(),
    closed=st.booleans(),
    callback=st.none() | TEXTS.map(CallId),
    by_voice=st.booleans(),
    machine=st.booleans(),
    outcome=st.none() | st.sampled_from(Outcome),
)
WAITING = Facts(
    call_id=CallId("n1-1795294388.0"),
    dialled="0291512360",
    caller=Caller(number="+358401234567", hidden=False),
    arrived=datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
    scene=SceneName.WAITING,
    step=3,
    line=LineId("lapsiperheet"),
)


def test_facts_of_the_version_before_are_read_and_what_a_newer_one_adds_is_left_out() -> None:
    written = json.loads(encode(WAITING))
    assert decode(json.dumps({**written, "v": 1})) == WAITING
    assert decode(json.dumps({**written, "v": 3, "surprise": "x"})) == WAITING


@given(facts=FACTS)
def test_facts_are_read_back_as_they_were_written(facts: Facts) -> None:
    assert decode(encode(facts)) == facts


@given(facts=FACTS)
def test_facts_are_written_on_one_line_of_printable_ascii(facts: Facts) -> None:
    text = encode(facts)
    assert text.isascii()
    assert text.isprintable()


@given(text=st.text())
def test_garbage_is_no_facts(text: str) -> None:
    with pytest.raises(ValueError, match="unreadable facts"):
        decode(text)


@given(facts=FACTS, key=st.text(), value=st.none() | st.integers() | st.text() | st.booleans())
def test_a_changed_field_is_refused_or_read_but_never_misread(
    facts: Facts, key: str, value: object
) -> None:
    changed = json.dumps({**json.loads(encode(facts)), key: value})
    try:
        again = decode(changed)
    except ValueError:
        return
    assert decode(encode(again)) == again


@pytest.mark.parametrize("key", ["call_id", "dialled", "arrived", "scene", "step", "v"])
def test_facts_without_a_necessary_field_are_refused(key: str) -> None:
    written = json.loads(encode(WAITING))
    del written[key]
    with pytest.raises(ValueError, match="unreadable facts"):
        decode(json.dumps(written))


@pytest.mark.parametrize("version", [0, -1, "1", True, None, 1.0])
def test_facts_without_a_version_of_ours_are_refused(version: object) -> None:
    with pytest.raises(ValueError, match="version"):
        decode(json.dumps({**json.loads(encode(WAITING)), "v": version}))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("scene", "lobby"),
        ("language", "en"),
        ("outcome", "vanished"),
        ("step", -1),
        ("step", True),
        ("hidden", 1),
        ("line", 7),
        ("arrived", "2026-11-23T08:00:00"),
        ("arrived", "2026-11-23T10:00:00+02:00"),
    ],
)
def test_a_field_that_is_not_what_it_should_be_is_refused(key: str, value: object) -> None:
    with pytest.raises(ValueError, match="unreadable facts"):
        decode(json.dumps({**json.loads(encode(WAITING)), key: value}))


@pytest.mark.parametrize("text", ["[" * 2000, "null", "[]", '"facts"', "{}", "x" * 5000])
def test_json_that_is_no_facts_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="unreadable facts"):
        decode(text)


def test_a_hidden_callers_number_is_never_written() -> None:
    facts = replace(WAITING, caller=Caller(number="+358401234567", hidden=True))
    assert "401234567" not in encode(facts)
    assert decode(encode(facts)).caller == Caller(number=None, hidden=True)


def test_a_hidden_callers_number_is_never_read() -> None:
    with pytest.raises(ValueError, match="hidden"):
        decode(json.dumps({**json.loads(encode(WAITING)), "hidden": True}))


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        encode(replace(WAITING, joined=datetime(2026, 11, 23, 8, 0)))  # noqa: DTZ001


def test_a_local_time_is_written_in_utc() -> None:
    helsinki = timezone(timedelta(hours=2))
    facts = replace(WAITING, joined=datetime(2026, 11, 23, 10, 0, tzinfo=helsinki))
    assert decode(encode(facts)).joined == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert "08:00:00+00:00" in encode(facts)


def test_facts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=str(MOST_BYTES)):
        encode(replace(WAITING, dialled="1" * 2000))


def test_no_fact_is_forgotten() -> None:
    known = replace(
        WAITING,
        language=Language.SV,
        topic=TopicId("children"),
        joined=WAITING.arrived,
        answered=True,
        budget_over=True,
        connected=True,
        counsellor=CounsellorId("aino"),
        leg=ChannelId("n1-1795294388.0.leg"),
        caller_urgent=True,
        assessed_urgent=True,
        limit=Limit.FULL,
        redirected=True,
        callback=CallId("n1-1795294380.0"),
        by_voice=True,
        machine=True,
        waiting_since=WAITING.arrived,
        replaced_by=CallId("n1-1795294399.0"),
        wanted=CounsellorId("berit"),
        led_by=CounsellorId("aino"),
        colleague=CounsellorId("cecil"),
        colleague_leg=ChannelId("n1-1795294388.0.leg2"),
        target="adults",
        keyed="+358401234567",
        assured=True,
        closed=True,
        outcome=Outcome.SERVED,
    )
    unset = [each.name for each in fields(Facts) if getattr(known, each.name) in (None, False)]
    assert unset == []
    assert decode(encode(known)) == known


def test_the_facts_of_an_ordinary_call_are_short() -> None:
    assert len(encode(WAITING)) < 300
