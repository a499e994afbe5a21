"""Whether a line opens at all in the days to come."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from ivr.config.build import schedules
from ivr.config.problem import Problem
from ivr.config.source import Document
from ivr.domain.schedule import local, next_opening

SOON: Final = timedelta(days=14)


def doubts(schedule_file: Document, now: datetime) -> Iterator[Problem]:
    """Schedules that do not open within SOON; only for a file without fault."""
    described = schedules(schedule_file)
    for name, node in schedule_file.root["schedules"].entries():
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
