"""What an administrator reads when the line is up: what to dial, who answers, and the hours."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from ivr.domain.call import Language
from ivr.domain.schedule import Schedule, closes_at, local, next_opening, open_at
from ivr.domain.service import Counsellor, Service, ServiceLine
from ivr.settings import Settings


def lines(service: Service, settings: Settings, *, now: datetime, trial: bool) -> Iterator[str]:
    """The text, line by line; `trial` says that the opening hours are overridden."""
    yield "The line is ready."
    yield ""
    for line in service.lines:
        yield f"  dial  {_address(line, settings):38} {_names(line)}"
        yield f"        {_hours(service.line(line.id) or line, now, trial=trial)}"
    yield ""
    for person in service.counsellors:
        account = person.account or "-"
        yield (
            f"  {person.number:>5}  SIP account {account:10} {person.name:24}"
            f" {', '.join(_skills(person))}"
        )
    if service.shared_phones:
        yield f"         shared phones: {', '.join(service.shared_phones)}"
    if settings.ari is None:
        yield f"  their passwords: {settings.state_dir / 'secrets' / 'phones.json'}"
    yield ""
    yield f"  web   http://{settings.http_bind}/readyz   /healthz   /metrics"
    if trial:
        yield ""
        yield "  TRIAL: the opening hours are overridden; every line is treated as open."
    yield ""
    yield "Ctrl-C ends it."


def _address(line: ServiceLine, settings: Settings) -> str:
    return f"sip:{line.numbers[0]}@{settings.sip_bind}"


def _names(line: ServiceLine) -> str:
    return " / ".join(line.name[language] for language in Language if language in line.name)


def _skills(person: Counsellor) -> list[str]:
    levels = [*sorted(person.languages.items()), *sorted(person.topics.items())]
    return [name if level == 1 else f"{name} (level {level})" for name, level in levels]


def _hours(line: ServiceLine, now: datetime, *, trial: bool) -> str:
    by_schedule = _by_schedule(replace(line.schedule, forced_open=False), now)
    opened = trial and open_at(line.schedule, now)
    return f"open for this trial; by its hours: {by_schedule}" if opened else by_schedule


def _by_schedule(schedule: Schedule, now: datetime) -> str:
    if open_at(schedule, now):
        closes = closes_at(schedule, now)
        return f"open until {local(closes):%H:%M}" if closes else "open"
    opening = next_opening(schedule, now)
    return f"CLOSED now; opens {local(opening):%A %-d.%-m. %H:%M}" if opening else "CLOSED"
