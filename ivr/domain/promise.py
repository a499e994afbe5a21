"""The day by which a callback is promised: one on which it can be kept."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Final

from ivr.domain.schedule import closes_at, intervals, local, next_opening, open_at
from ivr.domain.service import ServiceLine

_NOBODY: Final[Mapping[date, int]] = {}
_MOST_DAYS: Final = 30  # of opening that are looked through for room
_TWO_DAYS: Final = timedelta(days=2)  # more than a day and what begins in it


def promised_by(line: ServiceLine, now: datetime, promised: Mapping[date, int] = _NOBODY) -> date:
    """The last day (Europe/Helsinki) on which the caller is called back.

    Today, if the line is or will be open today for more than `last_for_today_min` minutes
    on end; else the next day on which it opens. `promised` is how many callbacks are
    promised for each day: one that has as many as the line can keep is passed over.
    """
    day = _first_day(line, now)
    for _ in range(_MOST_DAYS):
        if promised.get(day, 0) < line.callback.most_a_day:
            return day
        day = _next_day(line, now, day)
    return day


def offered_when_closed(line: ServiceLine, now: datetime) -> bool:
    """Whether who calls while the line is closed is asked if they want to be called back.

    Not where nothing could be promised, because the line opens no more.
    """
    asked = line.callback.enabled and line.callback.outside_hours
    return asked and next_opening(line.schedule, now) is not None


def can_be_kept(line: ServiceLine, by: date, now: datetime) -> bool:
    """Whether the line is still open at some time until the end of that day."""
    opening = next_opening(line.schedule, now)
    return opening is not None and local(opening).date() <= by


def overdue(by: date, now: datetime) -> bool:
    """Whether the last day on which somebody was to be called has gone by."""
    return by < local(now).date()


def _first_day(line: ServiceLine, now: datetime) -> date:
    today = local(now).date()
    closes = closes_at(line.schedule, now)
    margin = timedelta(minutes=line.callback.last_for_today_min)
    if open_at(line.schedule, now) and (closes is None or closes - now > margin):
        return today
    if any(later > margin for later in _later_today(line, now)):
        return today
    return _next_day(line, now, today)


def _later_today(line: ServiceLine, now: datetime) -> Iterator[timedelta]:
    """How long the line is open each time that it opens later today."""
    for span in intervals(line.schedule, now, now + _TWO_DAYS):
        if span.start > now and local(span.start).date() == local(now).date():
            yield span.end - span.start


def _next_day(line: ServiceLine, now: datetime, day: date) -> date:
    """The next day of opening; the very next where the line never opens again."""
    days = (day - local(now).date()).days + 1
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    after = midnight + timedelta(days=days)
    opening = next_opening(line.schedule, after)
    return local(opening if opening is not None else after).date()
