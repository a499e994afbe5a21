"""At which time a person wants a call to be made, by the day chosen and the digits keyed in."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from ivr.domain.schedule import HELSINKI, Schedule, local, next_opening

_KEYED: Final = re.compile(r"([0-9]{1,2})([0-9]{2})", re.ASCII)


def keyed_time(digits: str) -> time | None:
    """The time of day that was keyed in, `0930` or `930`; None for what is no time."""
    found = _KEYED.fullmatch(digits)
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2])
    return time(hour, minute) if hour < 24 and minute < 60 else None


def next_day(schedule: Schedule, now: datetime) -> date | None:
    """The first day after today (Europe/Helsinki) on which the line opens; None: it never does."""
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    opening = next_opening(schedule, midnight + timedelta(days=1))
    return None if opening is None else local(opening).date()


def agreed(day: date, at: time, now: datetime) -> datetime | None:
    """The instant (UTC) of a wall time in Finland; None if it is gone by, or is skipped that night.

    Of a time that occurs twice, the first that is not gone by.
    """
    wall = datetime.combine(day, at)
    both = (wall.replace(tzinfo=HELSINKI, fold=fold).astimezone(UTC) for fold in (0, 1))
    real = (each for each in both if local(each).replace(tzinfo=None) == wall)
    return next((each for each in real if each >= now), None)
