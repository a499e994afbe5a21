"""When a line is open: the day's plan, and the instants at which it opens and closes.

Wall times are those of Europe/Helsinki; instants go in aware, in any zone, and come
out in UTC. On the two nights on which the clocks change, a wall time is read as in
RFC 5545 §3.3.5: one that occurs twice is its first occurrence, and one that is
skipped is taken with the offset before the change (03:30 becomes 04:30 summer time).
Hours that this leaves without length are dropped; hours that it lets meet are one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from ivr.domain.call import Language

HELSINKI = ZoneInfo("Europe/Helsinki")
HORIZON = timedelta(days=400)  # over a year, so that a yearly opening is found

_DAY = timedelta(days=1)
_MIDNIGHT = time(0)


class Rule(StrEnum):
    """Which part of the schedule decided a day; a later one overrides an earlier one."""

    WEEKLY = "weekly"
    HOLIDAY = "holiday"
    HOLIDAY_EVE = "holiday_eve"  # no public holiday, yet closed: Midsummer's and Christmas Eve
    EXCEPTION = "exception"


@dataclass(frozen=True, kw_only=True)
class Hours:
    """Wall time from `opens` up to, but not including, `closes`; 00:00 closes at the day's end."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        """Refuse hours that end before they begin (ValueError)."""
        if self.closes != _MIDNIGHT and self.opens >= self.closes:
            raise ValueError(f"hours end at {self.closes} but begin at {self.opens}")


@dataclass(frozen=True, kw_only=True)
class Holiday:
    """A day off for the whole country; `eve` marks one that no law makes a public holiday."""

    name: Mapping[Language, str]
    eve: bool


@dataclass(frozen=True, kw_only=True)
class ExceptionalDay:
    """One date that differs from what the week and the holidays say of it.

    `hours` are its own (none: closed); with None it keeps its ordinary ones, as far as they
    lie `within` these. `prompt` is said in place of the usual notice while the line is closed
    on this date.
    """

    hours: tuple[Hours, ...] | None = None
    within: Hours | None = None
    prompt: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """The opening hours of a line.

    `weekly` is keyed by `date.weekday()` (Monday is 0); a day left out is closed.
    `forced_open` overrides everything, for trying a line outside its hours. `shut` is a time in
    which it is closed all the same, by the word of somebody.
    """

    weekly: Mapping[int, tuple[Hours, ...]]
    holidays: Mapping[date, Holiday] = field(default_factory=dict)
    exceptions: Mapping[date, ExceptionalDay] = field(default_factory=dict)
    forced_open: bool = False
    shut: "Interval | None" = None


@dataclass(frozen=True, kw_only=True)
class DayPlan:
    """The hours of one day, the rule that decided them, and the holiday or reason if any.

    `prompt` is what an exception has the closed line say.
    """

    day: date
    rule: Rule
    hours: tuple[Hours, ...]
    holiday: Holiday | None = None
    prompt: str | None = None
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class Interval:
    """Open from `start` up to, but not including, `end`; UTC."""

    start: datetime
    end: datetime


def forced_open(schedule: Schedule) -> Schedule:
    """The same schedule, open at every instant."""
    return replace(schedule, forced_open=True)


def local(instant: datetime) -> datetime:
    """The instant as a clock in Finland shows it. Raises ValueError for a naive one."""
    return _utc(instant).astimezone(HELSINKI)


def plan(schedule: Schedule, day: date) -> DayPlan:
    """The day's hours and the rule behind them; `forced_open` does not change a plan."""
    usual, exception = ordinary_plan(schedule, day), schedule.exceptions.get(day)
    if exception is None:
        return usual
    told = replace(usual, prompt=exception.prompt, reason=exception.reason)
    hours = exception.hours
    if hours is None:
        hours = tuple(_within(usual.hours, exception.within))
        if hours == usual.hours:  # a day that is closed anyway, or over sooner: as it always is
            return told
    return replace(told, rule=Rule.EXCEPTION, hours=hours, holiday=None)


def ordinary_plan(schedule: Schedule, day: date) -> DayPlan:
    """What the week and the holidays say of the day, whatever its exception."""
    if holiday := schedule.holidays.get(day):
        rule = Rule.HOLIDAY_EVE if holiday.eve else Rule.HOLIDAY
        return DayPlan(day=day, rule=rule, hours=(), holiday=holiday)
    return DayPlan(day=day, rule=Rule.WEEKLY, hours=schedule.weekly.get(day.weekday(), ()))


def shut(schedule: Schedule, during: Interval | None) -> Schedule:
    """The same schedule, closed during this time besides; None: as it is configured."""
    return replace(schedule, shut=during)


def open_at(schedule: Schedule, instant: datetime) -> bool:
    """Whether the line is open at the instant."""
    at = _utc(instant)
    if schedule.forced_open:
        return schedule.shut is None or not schedule.shut.start <= at < schedule.shut.end
    return any(span.start <= at < span.end for span in _day_spans(schedule, local(at).date()))


def why_closed(schedule: Schedule, instant: datetime) -> Rule | None:
    """The rule that decided the hours of the day on which the line is closed; None while open."""
    if open_at(schedule, instant):
        return None
    return plan(schedule, local(instant).date()).rule


def closes_at(schedule: Schedule, instant: datetime) -> datetime | None:
    """When the line next closes; None if it is closed now or stays open beyond HORIZON."""
    at = _utc(instant)
    if schedule.forced_open:
        return None
    if not open_at(schedule, at):  # else a closed line would be looked through to HORIZON
        return None
    for span in _spans(schedule, at, at + HORIZON):
        if span.start <= at < span.end:
            return span.end if span.end < at + HORIZON else None
    return None


def next_opening(schedule: Schedule, instant: datetime) -> datetime | None:
    """The first open instant that is not before the given one; None if none within HORIZON."""
    at = _utc(instant)
    if open_at(schedule, at):
        return at
    return next((span.start for span in intervals(schedule, at, at + HORIZON)), None)


def intervals(schedule: Schedule, start: datetime, end: datetime) -> Iterator[Interval]:
    """All open time in [start, end), clipped to it, in order; intervals that meet are one."""
    first, last = _utc(start), _utc(end)
    if schedule.forced_open:
        yield from _without(Interval(start=first, end=last), schedule.shut)
        return
    for span in _spans(schedule, first, last):
        clipped = Interval(start=max(span.start, first), end=min(span.end, last))
        if clipped.start < clipped.end:
            yield clipped


def _spans(schedule: Schedule, start: datetime, end: datetime) -> Iterator[Interval]:
    """The open time of the days that [start, end] touches, whole days, joined across midnight."""
    day, last = local(start).date(), local(end).date()
    held: Interval | None = None
    while day <= last:
        for span in _day_spans(schedule, day):
            if held and span.start <= held.end:
                held = Interval(start=held.start, end=max(held.end, span.end))
            else:
                if held:
                    yield held
                held = span
        day += _DAY
    if held:
        yield held


def _day_spans(schedule: Schedule, day: date) -> list[Interval]:
    """One day's hours as instants, by their beginning; they may meet or overlap."""
    if day not in schedule.exceptions and not schedule.weekly.get(day.weekday()):
        return []  # told at once: a line that seldom opens is looked through for 400 days
    spans = [
        Interval(start=_instant(day, hours.opens), end=_closing(day, hours.closes))
        for hours in plan(schedule, day).hours
    ]
    real = [part for span in spans for part in _without(span, schedule.shut)]
    return sorted(real, key=lambda span: span.start)


def _within(ordinary: tuple[Hours, ...], bounds: Hours | None) -> Iterator[Hours]:
    """The ordinary hours as far as they lie within the bounds (None: all of them)."""
    for hours in ordinary:
        if bounds is None:
            yield hours
            continue
        opens = max(hours.opens, bounds.opens)
        closes = min(hours.closes, bounds.closes, key=_late)
        if closes == _MIDNIGHT or opens < closes:
            yield Hours(opens=opens, closes=closes)


def _late(closes: time) -> tuple[bool, time]:
    return closes == _MIDNIGHT, closes


def _without(span: Interval, shut: Interval | None) -> list[Interval]:
    """What is left of the span, with any length, before and after the time that is shut."""
    parts = [span]
    if shut is not None:
        before = Interval(start=span.start, end=min(span.end, shut.start))
        parts = [before, Interval(start=max(span.start, shut.end), end=span.end)]
    return [part for part in parts if part.start < part.end]


def _closing(day: date, closes: time) -> datetime:
    return _instant(day + _DAY if closes == _MIDNIGHT else day, closes)


def _instant(day: date, at: time) -> datetime:
    # fold=0, Python's default, is RFC 5545's reading of skipped and repeated wall times.
    return datetime.combine(day, at, tzinfo=HELSINKI).astimezone(UTC)


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs a time zone, and {instant} has none")
    return instant.astimezone(UTC)
