"""Which line, instant and month are meant by what somebody has written on the command line."""

import re
from datetime import UTC, date, datetime

from ivr.config.message import cure, listed
from ivr.domain.call import LineId
from ivr.domain.schedule import HELSINKI
from ivr.domain.service import Service, ServiceLine
from ivr.errors import Refusal

_MONTH = re.compile(r"([0-9]{4})-([0-9]{1,2})")
_FORMS = ("%Y-%m-%d %H:%M", "%d.%m.%Y %H:%M", "%d.%m.%Y klo %H:%M", "%d.%m.%Y %H.%M", "%d.%m.%Y")
_YEARS = range(2020, 2100)  # whose holidays are known, and those of the year after


def line_asked(service: Service, name: str) -> ServiceLine:
    """The line of this name in lines.yaml, or with this number; its closure is in its schedule.

    Raises Refusal.
    """
    found = service.line(LineId(name)) or (service.line_for(name) if name else None)
    if found is None:
        known = [line.id for line in service.lines]
        numbers = [number for line in service.lines for number in line.numbers]
        raise Refusal(
            f"There is no line {name!r} in lines.yaml; {cure(name, known)}"
            f" (Or its number: {listed(numbers)}.)"
        )
    return found


def instant_asked(text: str | None, now: datetime) -> datetime:
    """The instant (UTC) of `2026-12-24 10:00` or `24.12.2026 10:00`, as clocks in Finland show it.

    A date alone means its beginning. A time with an offset, `2026-10-25T03:30+02:00`, is taken
    as it is; without one, a time that the clocks show twice is its first. None means `now`, as
    does the word itself. Raises Refusal.
    """
    if text is None or text.strip().lower() == "now":
        return now
    found = _read(text.strip())
    if found is None or found.year not in _YEARS:
        raise Refusal(
            f'{text!r} is no time; write year-month-day and the time, like "2026-12-24 10:00"'
            f" (years {_YEARS[0]} to {_YEARS[-1]})."
        )
    aware = found.replace(tzinfo=HELSINKI) if found.tzinfo is None else found
    return aware.astimezone(UTC)


def date_asked(text: str | None, today: date) -> date:
    """The date of `2026-12-24` or `24.12.2026`; None means today. Raises Refusal."""
    if text is None:
        return today
    found = _read(text.strip())
    if found is None or found.year not in _YEARS:
        raise Refusal(f"{text!r} is no date; write year-month-day, like 2026-12-24.")
    return found.date()


def month_asked(text: str | None, today: date) -> tuple[int, int]:
    """The year and the month of `2026-12`; None means the present one. Raises Refusal."""
    if text is None:
        return today.year, today.month
    found = _MONTH.fullmatch(text.strip())
    year, month = (int(found[1]), int(found[2])) if found else (0, 0)
    if year not in _YEARS or not 1 <= month <= 12:
        raise Refusal(f"{text!r} is no month; write year-month, like 2026-12.")
    return year, month


def _read(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _FORMS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007
        except ValueError:
            continue
    return None
