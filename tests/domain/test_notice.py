"""A notice holds from one instant to another, always ends, and closes the line if it says so."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.call import Language, LineId
from ivr.domain.limits import closing
from ivr.domain.notice import MOST, Notice, Spoken, closure, decode, encode, in_force
from ivr.domain.promise import promised_by
from ivr.domain.schedule import (
    Schedule,
    closes_at,
    forced_open,
    intervals,
    local,
    next_opening,
    open_at,
    shut,
)
from ivr.domain.service import Charging
from tests.fakes.service import FREE, WORKDAYS, changed, facts, line, service
from tests.fakes.time import BEGIN

FAMILIES = LineId("free")
SPOKEN = {Language.FI: Spoken(sound="notices/a", seconds=3.5, text="Hei.")}
# Two years, with the nights on which the clocks change.
START = datetime(2026, 1, 1, tzinfo=UTC)
instants = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))
lengths = st.integers(1, int(MOST.total_seconds())).map(lambda s: timedelta(seconds=s))


def notice(since: datetime, lasting: timedelta, *, closes: bool = True) -> Notice:
    return Notice(line=FAMILIES, since=since, until=since + lasting, closes=closes, spoken=SPOKEN)


@given(since=instants, lasting=lengths, after=st.integers(-1000, 8 * 86400))
def test_it_holds_from_its_beginning_up_to_its_end(
    since: datetime, lasting: timedelta, after: int
) -> None:
    told, now = notice(since, lasting), since + timedelta(seconds=after)
    assert (in_force(told, now) is told) == (since <= now < since + lasting)
    assert in_force(told, since + MOST) is None


@pytest.mark.parametrize("lasting", [timedelta(0), timedelta(seconds=-1), MOST + timedelta(1)])
def test_one_that_never_ends_or_only_after_days_cannot_be(lasting: timedelta) -> None:
    with pytest.raises(ValueError, match="within 7 days"):
        notice(BEGIN, lasting)


@given(since=instants, lasting=lengths, closes=st.booleans())
def test_what_is_written_is_read_again(since: datetime, lasting: timedelta, closes: bool) -> None:
    told = notice(since, lasting, closes=closes)
    assert decode(encode(told)) == told
    recorded = replace(told, spoken={Language.SV: Spoken(sound="recording:x", seconds=1.0)})
    assert decode(encode(recorded)) == recorded


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("until", "2026-12-31T00:00:00+00:00"),
        ("until", "2026-11-24"),
        ("until", None),
        ("v", None),
        ("closes", "yes"),
        ("spoken", "x"),
        ("spoken", [{"language": "fi", "sound": "notices/../../secret", "ms": 1}]),
        ("spoken", [{"language": "fi", "sound": "/etc/passwd", "ms": 1}]),
    ],
)
def test_what_somebody_has_spoilt_is_not_read(field: str, value: object) -> None:
    fields = json.loads(encode(notice(BEGIN, timedelta(hours=1))))
    with pytest.raises(ValueError, match=r"."):
        decode(json.dumps(fields | {field: value}))


@given(since=instants, lasting=lengths, at=instants, forced=st.booleans())
def test_a_closure_takes_its_time_away_from_the_schedule_and_nothing_else(
    since: datetime, lasting: timedelta, at: datetime, forced: bool
) -> None:
    usual = forced_open(WORKDAYS) if forced else WORKDAYS
    during = closure(notice(since, lasting))
    assert during is not None
    closed = shut(usual, during)
    within = during.start <= at < during.end
    assert open_at(closed, at) == (open_at(usual, at) and not within)
    for instant in (during.start, during.end - timedelta(microseconds=1)):
        assert not open_at(closed, instant)
    assert open_at(closed, during.end) == open_at(usual, during.end)
    _agree(closed, at)


def _agree(closed: Schedule, at: datetime) -> None:
    """Opening, closing and the intervals tell the same."""
    opening = next_opening(closed, at)
    assert opening is not None
    assert open_at(closed, opening)
    assert (opening == at) == open_at(closed, at)
    closes = closes_at(closed, at)
    if closes is not None:
        assert not open_at(closed, closes)
    for span in intervals(closed, at, at + timedelta(days=3)):
        assert open_at(closed, span.start)
        assert open_at(closed, span.end - timedelta(microseconds=1))


@given(lasting=lengths, after=st.integers(0, 7 * 86400))
def test_no_day_is_promised_on_which_the_line_is_closed_to_its_end(
    lasting: timedelta, after: int
) -> None:
    during = closure(notice(BEGIN, lasting))
    of = line("free", FREE, Charging.EARLY_MEDIA, schedule=shut(WORKDAYS, during))
    now = BEGIN + timedelta(seconds=after)
    day = promised_by(of, now)
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    begins = max(now, midnight + (day - midnight.date()))
    opening = next_opening(of.schedule, begins)
    assert opening is not None
    assert local(opening).date() == day


def test_who_waits_when_it_is_closed_is_not_closed_on() -> None:
    told = notice(BEGIN, timedelta(hours=2))
    (usual, *_) = service().lines
    config = changed(service(), "free", schedule=shut(WORKDAYS, closure(told)))
    caller = facts(config.lines[0], arrived=BEGIN - timedelta(minutes=5))
    assert closing(config.lines[0], caller) == closing(usual, caller)


def test_a_line_of_the_service_is_closed_as_long_as_the_service_says_so() -> None:
    during = closure(notice(BEGIN, timedelta(hours=1)))
    assert during is not None
    closures = {FAMILIES: during}
    config = replace(service(), closures=closures)
    for found in (config.line(FAMILIES), config.line_for(FREE)):
        assert found is not None
        assert found.schedule.shut == during
    closures.clear()
    assert config.line(FAMILIES) == config.lines[0]


def test_a_notice_alone_closes_nothing() -> None:
    assert closure(notice(BEGIN, timedelta(hours=1), closes=False)) is None
