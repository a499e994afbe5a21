"""On which days two schedules differ, for those who call and those who answer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import groupby

from ivr.domain.explaining import DayTold, day_told
from ivr.domain.schedule import Rule, Schedule, local

_DAY = timedelta(days=1)
_TOLD_TO_CALLERS = frozenset({Rule.HOLIDAY, Rule.HOLIDAY_EVE})

Essence = tuple[tuple[tuple[time, time], ...], str | None, Rule | None]


@dataclass(frozen=True, kw_only=True)
class Change:
    """Days on which the same becomes the same, in order; what it was and will be on the first.

    `weekdays` (Monday is 0), in order, where it is the weekly hours that change; else the days
    follow one another.
    """

    days: tuple[date, ...]
    before: DayTold
    after: DayTold
    weekdays: tuple[int, ...] = ()


def changes(old: Schedule, new: Schedule, first: date, days: int) -> list[Change]:
    """What changes in so many days from the first: the weekly hours, then single dates in order.

    Each day on which anything changes is in one of them. The hours count as the clock shows
    them, whatever rule they come from, and what callers are told of the day.
    """
    different = [pair for pair in _pairs(old, new, first, days) if _differ(*pair)]
    weekly = [pair for pair in different if _is_weekly(*pair)]
    dated = [pair for pair in different if not _is_weekly(*pair)]
    return [*_by_weekday(weekly), *_runs(dated)]


def essence(told: DayTold) -> Essence:
    """What of a day concerns anybody: the hours by the clock, and what is said while closed."""
    hours = tuple((local(span.start).time(), local(span.end).time()) for span in told.opened)
    rule = told.plan.rule if told.plan.rule in _TOLD_TO_CALLERS else None
    return hours, told.plan.prompt, rule


_Pair = tuple[DayTold, DayTold]


def _pairs(old: Schedule, new: Schedule, first: date, days: int) -> Iterator[_Pair]:
    for n in range(days):
        day = first + n * _DAY
        yield day_told(old, day), day_told(new, day)


def _differ(before: DayTold, after: DayTold) -> bool:
    return essence(before) != essence(after)


def _is_weekly(before: DayTold, after: DayTold) -> bool:
    """Whether both days follow the week alone: no holiday, and nothing of an exception."""
    return all(
        told.plan == told.usual and told.plan.rule is Rule.WEEKLY for told in (before, after)
    )


def _by_weekday(pairs: list[_Pair]) -> Iterator[Change]:
    by_what: dict[tuple[Essence, Essence], list[_Pair]] = {}
    for before, after in pairs:
        by_what.setdefault((essence(before), essence(after)), []).append((before, after))
    for alike in by_what.values():
        yield _change(alike, weekdays={before.plan.day.weekday() for before, _ in alike})


def _runs(pairs: list[_Pair]) -> Iterator[Change]:
    """Dates that follow one another and change alike, for the same reason."""
    numbered = enumerate(pairs)
    for _, run in groupby(numbered, key=lambda each: _alike(each[0], *each[1])):
        yield _change([pair for _, pair in run])


def _alike(number: int, before: DayTold, after: DayTold) -> tuple[object, ...]:
    whys = [(p.rule, p.holiday and p.day, p.reason) for p in (before.plan, after.plan)]
    return before.plan.day - number * _DAY, essence(before), essence(after), *whys


def _change(pairs: list[_Pair], weekdays: Iterable[int] = ()) -> Change:
    before, after = pairs[0]
    days = tuple(told.plan.day for told, _ in pairs)
    return Change(days=days, before=before, after=after, weekdays=tuple(sorted(weekdays)))
