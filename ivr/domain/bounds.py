"""What holds for the calls back of all lines together: how often a number, how many at once."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from ivr.domain.call import CallId
from ivr.domain.callback import Callback, next_due
from ivr.domain.line import Contact, Pair
from ivr.domain.policy import CallbackPolicy
from ivr.domain.schedule import HELSINKI, Schedule, local


class Held(StrEnum):
    """Which bound keeps a request back that would be due by the rules of its line."""

    CALLS_A_DAY = "calls_a_day"  # the number has been called often enough on that day
    AT_ONCE = "at_once"  # as many citizens as may be are on the line with us now


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """When a citizen is called next (UTC), not before now; None: not at all, as things are."""

    at: datetime | None
    held_by: Held | None = None


def prospect(
    callback: Callback,
    now: datetime,
    schedule: Schedule,
    policy: CallbackPolicy,
    *,
    calls: Collection[datetime],
    most: int,
) -> Prospect:
    """When the request is due on a day on which its number may still be called.

    `calls` are the beginnings of all calls to the number, for whichever request and by
    whomever; a day (Europe/Helsinki) with `most` of them is passed over.
    """
    full = full_days(calls, most)
    at = unbound = next_due(callback, now, schedule, policy)
    while at is not None and local(at).date() in full:
        at = next_due(callback, _day_after(local(at).date()), schedule, policy)
    return Prospect(at=at, held_by=None if at == unbound else Held.CALLS_A_DAY)


def full_days(calls: Collection[datetime], most: int) -> frozenset[date]:
    """The days (Europe/Helsinki) with `most` of the calls, on which there are to be no more."""
    days = Counter(local(began).date() for began in calls)
    return frozenset(day for day, made in days.items() if made >= most)


def within_room(
    room: int,
    called_back: Collection[CallId],
    waiting: Collection[Contact],
    match: Callable[[Collection[Contact]], Sequence[Pair]],
) -> Sequence[Pair]:
    """Who is rung for whom, with `room` for so many citizens more who are to be called back.

    `called_back` are those among the contacts. Those beyond the room, by their turn, take no
    counsellor from whoever comes after them.
    """
    while True:
        pairs = match(waiting)
        back = [pair.contact.id for pair in pairs if pair.contact.id in called_back]
        beyond = frozenset(back[max(room, 0) :])
        if not beyond:
            return pairs
        waiting = [contact for contact in waiting if contact.id not in beyond]


def _day_after(day: date) -> datetime:
    """The beginning of the next day."""
    return datetime.combine(day + timedelta(days=1), time(0), tzinfo=HELSINKI).astimezone(UTC)
