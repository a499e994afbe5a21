"""When a callback is promised for, and to which number."""

from datetime import date, datetime, timedelta

from ivr.domain.call import Facts
from ivr.domain.number import may_be_called_back
from ivr.domain.schedule import closes_at, local, next_opening, open_at
from ivr.domain.service import ServiceLine


def promised_by(line: ServiceLine, now: datetime) -> date:
    """The last day (Europe/Helsinki) on which the caller is called back.

    Today, unless the line closes within `last_for_today_min` minutes or is
    closed already; then the next day on which it opens.
    """
    closes = closes_at(line.schedule, now)
    margin = timedelta(minutes=line.callback.last_for_today_min)
    if open_at(line.schedule, now) and (closes is None or closes - now > margin):
        return local(now).date()
    tomorrow = local(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    opening = next_opening(line.schedule, tomorrow)
    return local(opening if opening is not None else tomorrow).date()


def own_number(facts: Facts) -> str | None:
    """The caller's number where it may be called back; never that of a hidden caller."""
    if facts.caller.hidden or not may_be_called_back(facts.caller.number):
        return None
    return facts.caller.number
