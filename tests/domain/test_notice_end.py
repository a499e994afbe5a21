"""When a notice is to end, in a person's words or by one key."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.domain.notice import MOST
from ivr.domain.notice_end import DAYS_KEYS, HOURS_KEYS, end_by_key, read_end
from ivr.domain.schedule import local
from tests.fakes.time import BEGIN


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("14:30", "2026-11-23 14:30"),
        ("14.30", "2026-11-23 14:30"),
        ("2026-11-24 12:00", "2026-11-24 12:00"),
        ("2026-11-24T12:00", "2026-11-24 12:00"),
        ("friday", "2026-11-27 00:00"),
        ("Fri 9:15", "2026-11-27 09:15"),
        ("perjantai 9.15", "2026-11-27 09:15"),
        ("fredag", "2026-11-27 00:00"),
        ("mon", "2026-11-30 00:00"),
        ("mon 10:01", "2026-11-23 10:01"),
        ("mån 09:59", "2026-11-30 09:59"),
    ],
)
def test_a_time_a_date_and_a_weekday_are_understood(text: str, wall: str) -> None:
    end = read_end(text, BEGIN)  # a Monday, 10:00 in Finland
    assert end.tzinfo is UTC
    assert f"{local(end):%Y-%m-%d %H:%M}" == wall


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no time"),
        ("soon", "is no time"),
        ("14", "is no time"),
        ("friday morning", "is no time"),
        ("friday 12:00 sharp", "is no time"),
        ("25:00", "is no time of day"),
        ("friday 12:61", "is no time of day"),
        ("2026-11-24", "has no time of day"),
        ("2026-02-30 12:00", "there is no day 2026-02-30"),
        ("09:59", "has gone by: it is 2026-11-23 10:00"),
        ("2026-11-22 12:00", "has gone by"),
        ("2026-12-24 12:00", "more than 7 days ahead"),
    ],
)
def test_anything_else_is_refused_with_what_would_be_right(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_end(text, BEGIN)


@given(st.integers(0, 3 * 365 * 24 * 60), st.sampled_from(sorted({*HOURS_KEYS, *DAYS_KEYS})))
def test_every_key_ends_it_soon_at_a_time_that_can_be_said(minutes: int, key: str) -> None:
    now = datetime(2026, 1, 1, 0, 0, 7, tzinfo=UTC) + timedelta(minutes=minutes)
    end = end_by_key(key, now)
    assert now < end <= now + MOST
    assert (end.second, end.minute % 5) == (0, 0)
    if key in HOURS_KEYS:
        assert timedelta() <= end - now - timedelta(hours=HOURS_KEYS[key]) < timedelta(minutes=5)
    else:
        assert (local(end).hour, local(end).minute) == (0, 0)
        assert (local(end).date() - local(now).date()).days == DAYS_KEYS[key]


@given(st.text(max_size=30))
def test_no_text_makes_anything_but_an_end_or_a_refusal(text: str) -> None:
    try:
        end = read_end(text, BEGIN)
    except ValueError:
        return
    assert BEGIN < end <= BEGIN + MOST
