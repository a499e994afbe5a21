"""Whether a schedule opens in the days to come, and whether what shortens it does so at all."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from ivr.config.build import schedules
from ivr.config.exceptions import days_of
from ivr.config.problem import Problem
from ivr.config.source import Document, Node
from ivr.config.values import parse_date
from ivr.domain.schedule import Schedule, local, next_opening, ordinary_plan, plan

SOON: Final = timedelta(days=14)


def doubts(schedule_file: Document, now: datetime) -> Iterator[Problem]:
    """Schedules that do not open within SOON, and exceptions to come that shorten nothing.

    Only for a file without fault.
    """
    described = schedules(schedule_file)
    for name, node in schedule_file.root["schedules"].entries():
        yield from _idle(described[name], node["exceptions"], local(now).date())
        opening = next_opening(described[name], now)
        if opening is None:
            yield node.key_problem(
                "{schedule!r} has no opening in a year: every caller hears that the line is closed;"
                " check weekly and exceptions",
                schedule=name,
            )
        elif opening - now > SOON:
            yield node.key_problem(
                "{schedule!r} has no opening in the next {days} days; the next one is on {opening};"
                " check weekly and exceptions",
                schedule=name,
                days=SOON.days,
                opening=local(opening).date(),
            )


def _idle(schedule: Schedule, exceptions: Node, today: date) -> Iterator[Problem]:
    """Shortenings that change no day; who writes one of a holiday mostly means to open on it."""
    for exception in exceptions.items():
        shorter = exception["shorten_to"].text
        if shorter is None or exception["prompt"].text is not None:
            continue
        first, last = exception["date"].text or "", exception["last_date"].text
        days = days_of(parse_date(first), parse_date(last) if last is not None else None)
        if days[-1] >= today and not any(_differs(schedule, day) for day in days):
            yield exception["shorten_to"].key_problem(
                "shorten_to changes nothing here: what it leaves out is closed anyway; to open a"
                " line on a holiday or a weekend, write hours: [{hours!r}]",
                hours=shorter,
            )


def _differs(schedule: Schedule, day: date) -> bool:
    return plan(schedule, day).hours != ordinary_plan(schedule, day).hours
