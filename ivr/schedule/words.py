"""How days, hours, rules and changes of a schedule are put into words, in English."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final, assert_never

from ivr.domain.call import Language
from ivr.domain.explaining import ClockChange, DayTold
from ivr.domain.schedule import DayPlan, Holiday, Hours, Interval, Rule, local
from ivr.domain.schedule_diff import Change

WEEKDAYS: Final = (
    *("Monday", "Tuesday", "Wednesday", "Thursday"),
    *("Friday", "Saturday", "Sunday"),
)
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
_CLOSED: Final = "closed"


def said_month(year: int, month: int) -> str:
    """`December 2026`."""
    return f"{_MONTHS[month - 1]} {year}"


def said_date(day: date) -> str:
    """`Thursday 24.12.2026`."""
    return f"{WEEKDAYS[day.weekday()]} {day.day}.{day.month}.{day.year}"


def said_dates(days: Sequence[date]) -> str:
    """Days that follow one another: `Monday 28.12.2026 to Wednesday 30.12.2026`."""
    first, last = days[0], days[-1]
    return said_date(first) if first == last else f"{said_date(first)} to {said_date(last)}"


def said_instant(instant: datetime) -> str:
    """`Thursday 24.12.2026 at 10:00`, as a clock in Finland shows it."""
    return f"{said_date(local(instant).date())} at {said_clock(instant)}"


def said_clock(instant: datetime) -> str:
    """`9:00`; of an hour that comes twice also which of the two."""
    wall = local(instant)
    shown = _clock(wall.time())
    if wall.replace(fold=0).utcoffset() == wall.replace(fold=1).utcoffset():
        return shown
    return f"{shown} ({'winter' if wall.fold else 'summer'} time)"


def said_hours(hours: Iterable[Hours]) -> str:
    """Hours as they are written: `9:00-11:00, 12:00-15:00`, or `closed`."""
    spans = (f"{_clock(each.opens)}-{_end(each.closes)}" for each in hours)
    return ", ".join(spans) or _CLOSED


def said_opened(told: DayTold) -> str:
    """The hours of a day as the clock shows them."""
    return ", ".join(_span(span) for span in told.opened) or _CLOSED


def said_rule(plan: DayPlan) -> str:
    """Which rule decided the day: `the weekly hours of Mondays`, `a dated exception "…"`."""
    match plan.rule:
        case Rule.WEEKLY:
            return f"the weekly hours of {WEEKDAYS[plan.day.weekday()]}s"
        case Rule.HOLIDAY:
            return f"a public holiday, {_name(plan.holiday)}"
        case Rule.HOLIDAY_EVE:
            return f"an eve, {_name(plan.holiday)}"
        case Rule.EXCEPTION:
            return f"a dated exception{_reason(plan)}"
        case _:
            assert_never(plan.rule)


def said_shut(during: Interval) -> str:
    """A closure by somebody's word, which no rule of the schedule knows."""
    begins, ends = said_instant(during.start), said_instant(during.end)
    return f"closes it from {begins} until {ends} (`ivr notice list`)"


def said_clocks(change: ClockChange) -> str:
    """What is done to the clocks on the day."""
    match change:
        case ClockChange.FORWARD:
            return "the clocks are put forward from 3:00 to 4:00"
        case ClockChange.BACK:
            return "the clocks are put back from 4:00 to 3:00"
        case _:
            assert_never(change)


def notes(told: DayTold) -> list[str]:
    """What is special about a day; nothing of one that only follows the weekly hours."""
    rule = [] if told.plan.rule is Rule.WEEKLY else [said_rule(told.plan)]
    closed = [] if told.shut is None else [f"a notice {said_shut(told.shut)}"]
    return rule + remarks(told) + closed


def remarks(told: DayTold) -> list[str]:
    """What is special about a day besides the rule that decided it."""
    plan, usual = told.plan, told.usual
    special = []
    if plan.rule is Rule.EXCEPTION and usual.rule is not Rule.WEEKLY:
        how = "despite" if plan.hours else "also"  # closed on a day that is closed anyway
        special.append(f"{how} {said_rule(usual)}")
    if plan.rule is not Rule.EXCEPTION and (plan.prompt or plan.reason):
        special.append(f"a dated exception{_reason(plan)} changes no hours")
    if plan.prompt is not None:
        special.append(f"while closed it says {plan.prompt}")
    if told.clocks is not None:
        special.append(said_clocks(told.clocks))
        if said_opened(told) != said_hours(plan.hours):
            special.append(f"written as {said_hours(plan.hours)}")
    return special


def said_change(change: Change) -> str:
    """What becomes of which days: `Fridays, from 27.11.2026 on: 9:00-15:00 becomes closed.`."""
    before, after = said_opened(change.before), said_opened(change.after)
    why = notes(change.after)
    if before == after:
        words = f"{before} as before"
        why = why or ["an ordinary day"]
    else:
        words = f"{_described(change.before)} becomes {after}"
    because = f" ({'; '.join(why)})" if why else ""
    return f"{_when(change)}: {words}{because}."


def length(told: DayTold) -> timedelta:
    """For how long the line is open on a day."""
    return sum((span.end - span.start for span in told.opened), timedelta())


def _described(told: DayTold) -> str:
    """What a day was, and by which rule unless that is the week's."""
    special = notes(told)
    return f"{said_opened(told)} ({'; '.join(special)})" if special else said_opened(told)


def _when(change: Change) -> str:
    if not change.weekdays:
        return said_dates(change.days)
    first = change.days[0]
    return f"{_weekdays(change.weekdays)}, from {first.day}.{first.month}.{first.year} on"


def _weekdays(numbers: Sequence[int]) -> str:
    names = [f"{WEEKDAYS[number]}s" for number in numbers]
    if len(names) > 2 and numbers[-1] - numbers[0] == len(names) - 1:
        return f"{names[0]} to {names[-1]}"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _name(holiday: Holiday | None) -> str:
    if holiday is None:
        return "without a name"
    return " / ".join(holiday.name[language] for language in Language if language in holiday.name)


def _reason(plan: DayPlan) -> str:
    return "" if plan.reason is None else f' "{plan.reason}"'


def _span(span: Interval) -> str:
    begin, end = local(span.start), local(span.end)
    closes = "24:00" if end.date() != begin.date() else said_clock(span.end)
    return f"{said_clock(span.start)}-{closes}"


def _clock(at: time) -> str:
    return f"{at.hour}:{at.minute:02}"


def _end(closes: time) -> str:
    return "24:00" if closes == time(0) else _clock(closes)
