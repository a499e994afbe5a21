"""When a notice ends: at the time that somebody has written, or by the key that they pressed."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from ivr.domain.notice import MOST
from ivr.domain.schedule import HELSINKI, local

_WEEKDAYS: Final = (
    ("mon", "monday", "ma", "maanantai", "mån", "måndag"),
    ("tue", "tuesday", "ti", "tiistai", "tis", "tisdag"),
    ("wed", "wednesday", "ke", "keskiviikko", "ons", "onsdag"),
    ("thu", "thursday", "to", "torstai", "tor", "torsdag"),
    ("fri", "friday", "pe", "perjantai", "fre", "fredag"),
    ("sat", "saturday", "la", "lauantai", "lör", "lördag"),
    ("sun", "sunday", "su", "sunnuntai", "sön", "söndag"),
)
_NUMBER_OF: Final[Mapping[str, int]] = {
    name: number for number, names in enumerate(_WEEKDAYS) for name in names
}
_TIME = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_RIGHT: Final = 'write a time like 14:30, a date and time like "2026-12-24 12:00", or a weekday'
_DAY: Final = timedelta(days=1)
_STEP_MIN: Final = 5

HOURS_KEYS: Final[Mapping[str, int]] = {"1": 1, "2": 4}
DAYS_KEYS: Final[Mapping[str, int]] = {"3": 1, "4": 2}
"""By key: hours from now on, or days up to whose end it holds, the present one being the first."""


def read_end(text: str, now: datetime) -> datetime:
    """The instant (UTC) that a person means, in Finland's time.

    `14:30` is today; `2026-12-24 12:00` a date and a time; `friday` is the beginning of the next
    Friday, `friday 12:00` the next time that it is noon on one. Raises ValueError, with what
    would be right, for anything else, for what has gone by and for what is too far ahead.
    """
    day, at = _parted(text)
    today = local(now).date()
    if day is None:
        end = _instant(today, at or time(0))
    elif (weekday := _NUMBER_OF.get(day)) is not None:
        end = _next(weekday, at or time(0), now)
    elif at is None:
        raise ValueError(f"{text!r} has no time of day; {_RIGHT}")
    else:
        end = _instant(_date(day), at)
    if end <= now:
        raise ValueError(f"{text!r} has gone by: it is {local(now):%Y-%m-%d %H:%M}; {_RIGHT}")
    if end > now + MOST:
        raise ValueError(
            f"{text!r} is more than {MOST.days} days ahead; what holds for longer belongs into"
            " schedule.yaml"
        )
    return end


def end_by_key(key: str, now: datetime) -> datetime:
    """The instant (UTC) that a key of HOURS_KEYS or DAYS_KEYS means; hours to full 5 minutes."""
    if key in HOURS_KEYS:
        end = now.astimezone(UTC) + timedelta(hours=HOURS_KEYS[key])
        over = timedelta(minutes=end.minute % _STEP_MIN, seconds=end.second)
        over += timedelta(microseconds=end.microsecond)
        return end - over + timedelta(minutes=_STEP_MIN) if over else end
    return _instant(local(now).date() + DAYS_KEYS[key] * _DAY, time(0))


def _parted(text: str) -> tuple[str | None, time | None]:
    """The day and the time of day, each if it is there."""
    words = text.lower()
    parts = (words.replace("t", " ", 1) if _DATE.match(words) else words).split()
    found = _TIME.fullmatch(parts[-1]) if parts else None
    days = parts[:-1] if found else parts
    known = all(day in _NUMBER_OF or _DATE.fullmatch(day) for day in days)
    if not parts or len(days) > 1 or not known:
        raise ValueError(f"{text!r} is no time; {_RIGHT}")
    return days[0] if days else None, _time(found, text) if found else None


def _time(found: re.Match[str], text: str) -> time:
    try:
        return time(int(found[1]), int(found[2]))
    except ValueError:
        raise ValueError(f"{text!r} is no time of day; {_RIGHT}") from None


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"there is no day {text}; {_RIGHT}") from None


def _next(weekday: int, at: time, now: datetime) -> datetime:
    """The next instant at which it is this weekday and this time."""
    today = local(now).date()
    day = today + (weekday - today.weekday()) % 7 * _DAY
    end = _instant(day, at)
    return end if end > now else _instant(day + 7 * _DAY, at)


def _instant(day: date, at: time) -> datetime:
    # As in the schedule: a time that occurs twice is its first occurrence.
    return datetime.combine(day, at, tzinfo=HELSINKI).astimezone(UTC)
