"""Whether the opening hours of a schedule contradict each other."""

from collections.abc import Iterator
from datetime import date, time

from ivr.config.fields import WEEKDAYS, Wrong, parse_date, parse_days, parse_hours
from ivr.config.problem import Problem
from ivr.config.source import Document, Node
from ivr.domain.schedule import Hours


def contradictions(schedule_file: Document) -> Iterator[Problem]:
    """Days and dates that are given twice, and hours that overlap."""
    for _, schedule in schedule_file.root["schedules"].entries():
        yield from _days_twice(schedule["weekly"])
        for _, hours in schedule["weekly"].entries():
            yield from _overlaps(hours)
        yield from _dates_twice(schedule["exceptions"])
        for exception in schedule["exceptions"].items():
            yield from _overlaps(exception["hours"])
            yield from _open_or_closed(exception)


def _days_twice(weekly: Node) -> Iterator[Problem]:
    owners: dict[int, str] = {}
    for key, node in weekly.entries():
        try:
            days = parse_days(key)
        except Wrong:
            continue  # the schema has said so
        for day in days:
            if day in owners:
                yield node.key_problem(
                    f"{WEEKDAYS[day]} is in {owners[day]!r} and in {key!r}; write each day once"
                )
                break
        owners |= {day: owners.get(day, key) for day in days}


def _overlaps(hours: Node) -> Iterator[Problem]:
    before: list[tuple[Hours, str]] = []
    for text, node in hours.words():
        try:
            here = parse_hours(text)
        except Wrong:
            continue  # the schema has said so
        for other, other_text in before:
            if _overlap(here, other):
                yield node.problem(
                    f"{text!r} overlaps {other_text!r}; join the two, or let one end earlier"
                )
                break
        before.append((here, text))


def _overlap(one: Hours, other: Hours) -> bool:
    first, second = sorted((one, other), key=lambda hours: hours.opens)
    return first.closes == time(0) or first.closes > second.opens


def _dates_twice(exceptions: Node) -> Iterator[Problem]:
    lines: dict[date, int] = {}
    for exception in exceptions.items():
        place = exception["date"]
        try:
            day = parse_date(place.text or "")
        except Wrong:
            continue  # the schema has said so
        problem = place.problem(f"{day} has an exception in line {lines.get(day)}; keep one")
        if day in lines:
            yield problem
        lines.setdefault(day, problem.line)


def _open_or_closed(exception: Node) -> Iterator[Problem]:
    closed = exception["closed"].value in (True, "yes")
    hours = list(exception["hours"].items())
    if closed and hours:
        yield exception["closed"].key_problem(
            "an exception is closed or has hours; write closed: yes or hours, not both"
        )
    if not closed and not hours:
        yield exception.problem(
            'an exception needs closed: yes, or hours: ["9:00-12:00"]; write one of them'
        )
