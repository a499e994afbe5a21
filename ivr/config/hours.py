"""Whether the opening hours of a schedule contradict each other."""

from collections.abc import Iterator
from datetime import time

from ivr.config import exceptions
from ivr.config.problem import Problem
from ivr.config.source import Document, Node
from ivr.config.values import WEEKDAYS, Wrong, parse_days, parse_hours
from ivr.domain.schedule import Hours


def contradictions(schedule_file: Document, prompts: exceptions.Prompts) -> Iterator[Problem]:
    """Days and dates that are given twice, and hours that overlap.

    `prompts` are the ids of the prompts of each language.
    """
    for _, schedule in schedule_file.root["schedules"].entries():
        yield from _days_twice(schedule["weekly"])
        for _, hours in schedule["weekly"].entries():
            yield from _overlaps(hours)
        yield from exceptions.contradictions(schedule["exceptions"], prompts)
        for exception in schedule["exceptions"].items():
            yield from _overlaps(exception["hours"])


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
                    "{day} is in {owner!r} and in {key!r}; write each day once",
                    day=WEEKDAYS[day],
                    owner=owners[day],
                    key=key,
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
                    "{text!r} overlaps {other!r}; join the two, or let one end earlier",
                    text=text,
                    other=other_text,
                )
                break
        before.append((here, text))


def _overlap(one: Hours, other: Hours) -> bool:
    first, second = sorted((one, other), key=lambda hours: hours.opens)
    return first.closes == time(0) or first.closes > second.opens
