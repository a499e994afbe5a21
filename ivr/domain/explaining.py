"""What a schedule says of an instant, of a day and of a month, and which rule says so.

It asks the functions that the line itself goes by, so that what is explained is what is done.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from ivr.domain.closing import Said, closed_notice
from ivr.domain.schedule import (
    HELSINKI,
    DayPlan,
    Interval,
    Schedule,
    closes_at,
    intervals,
    local,
    next_opening,
    ordinary_plan,
    plan,
)

_DAY = timedelta(days=1)


class ClockChange(StrEnum):
    """What is done to the clocks in the night of a day (directive 2000/84/EC)."""

    FORWARD = "forward"  # at 3:00 to 4:00
    BACK = "back"  # at 4:00 to 3:00


@dataclass(frozen=True, kw_only=True)
class DayTold:
    """One day: its plan, what it would be without an exception, and when the line is open.

    `opened` are instants (UTC) within the day. They differ from the hours of the plan where
    those meet, or are touched by what is done to the `clocks`, or in the time in which it is
    `shut` by somebody's word; None where that does not touch the day.
    """

    plan: DayPlan
    usual: DayPlan
    opened: tuple[Interval, ...]
    clocks: ClockChange | None
    shut: Interval | None = None


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """One instant (UTC): open or closed, the day that decided, until when, and what then.

    `until` is when that changes, None if not within HORIZON. `opens` is when it next opens
    after that, or, of a closed line, when it opens at all: then both are the same. `notice` is
    what callers are told of a closed line; None while it is open.
    """

    at: datetime
    open: bool
    day: DayTold
    until: datetime | None
    opens: datetime | None
    notice: Said | None


def explain(schedule: Schedule, instant: datetime) -> Explanation:
    """Why the line is open or closed at the instant, by its hours: `forced_open` is overlooked."""
    at = instant.astimezone(UTC)
    day = day_told(schedule, local(at).date())
    is_open = any(span.start <= at < span.end for span in day.opened)
    until = closes_at(schedule, at) if is_open else next_opening(schedule, at)
    return Explanation(
        at=at,
        open=is_open,
        day=day,
        until=until,
        opens=next_opening(schedule, until) if until is not None else None,
        notice=None if is_open else closed_notice(schedule, at),
    )


def day_told(schedule: Schedule, day: date) -> DayTold:
    """What the day is like."""
    start, end, shut = midnight(day), midnight(day + _DAY), schedule.shut
    touched = shut is not None and shut.start < end and start < shut.end
    return DayTold(
        plan=plan(schedule, day),
        usual=ordinary_plan(schedule, day),
        opened=tuple(intervals(schedule, start, end)),
        clocks=clock_change(day),
        shut=shut if touched else None,
    )


def month_told(schedule: Schedule, year: int, month: int) -> list[DayTold]:
    """Every day of a month, 1 to 12."""
    _, days = monthrange(year, month)
    return [day_told(schedule, date(year, month, day)) for day in range(1, days + 1)]


def clock_change(day: date) -> ClockChange | None:
    """What is done to the clocks on this day; None on all days but two in a year."""
    length = midnight(day + _DAY) - midnight(day)
    if length == _DAY:
        return None
    return ClockChange.FORWARD if length < _DAY else ClockChange.BACK


def midnight(day: date) -> datetime:
    """The instant (UTC) at which the day begins in Finland."""
    return datetime.combine(day, time(0), tzinfo=HELSINKI).astimezone(UTC)
