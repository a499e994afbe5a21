"""What a caller is told when the line is closed."""

from collections.abc import Mapping
from datetime import datetime

from ivr.domain.phrase import Day, Slot, TimeOfDay
from ivr.domain.schedule import Rule, Schedule, local, next_opening, plan, why_closed

Said = tuple[str, Mapping[str, Slot]]


def closed_notice(schedule: Schedule, now: datetime) -> Said:
    """The prompt, with its slots, that says that the line is closed and when it opens.

    The prompt of an exception may say the day and the time, so it is said only where the line
    opens again.
    """
    opening = next_opening(schedule, now)
    if opening is None:
        return "closed", {}
    today, opens = local(now).date(), local(opening)
    at = TimeOfDay(opens.time())
    slots: Mapping[str, Slot] = {"day": Day(opens.date(), today), "time": at}
    if (own := plan(schedule, today).prompt) is not None:
        return own, slots
    if opens.date() == today:
        return "closed_later_today", {"time": at}
    match why_closed(schedule, now):
        case Rule.HOLIDAY:
            return "holiday", slots
        case Rule.HOLIDAY_EVE:
            return "holiday_eve", slots
        case _:
            return "closed_next", slots
