"""When a caller cannot go on waiting, and what becomes of them then."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import assert_never

from ivr.domain.call import Facts, Limit
from ivr.domain.policy import Ending
from ivr.domain.schedule import intervals, shut
from ivr.domain.service import ServiceLine

CALLING_BACK = frozenset({Ending.OFFER_CALLBACK, Ending.KEEP_CALLBACK})
HORIZON = timedelta(days=1)  # longer than anybody waits


def ending(line: ServiceLine, facts: Facts, limit: Limit) -> Ending:
    """What the line does at this limit; nobody is led twice to another topic, or to their own."""
    configured = _configured(line, limit)
    if limit is Limit.BUSY and configured not in CALLING_BACK:
        return Ending.NOTICE  # there is no room to wait, for whichever topic
    other = line.waiting.other_topic
    nowhere = facts.redirected or other is None or other == facts.topic
    return Ending.NOTICE if configured is Ending.OTHER_TOPIC and nowhere else configured


def full(line: ServiceLine, standing: int) -> bool:
    """Whether a new caller finds no room in a line where so many stand."""
    return line.waiting.on_full is not Ending.WAIT and standing >= line.waiting.most


def limits(
    line: ServiceLine, facts: Facts, nobody_since: datetime | None
) -> Iterator[tuple[Limit, datetime]]:
    """The limits of a caller who is in the line, and when each is reached (UTC).

    `nobody_since` is since when nobody who could serve the caller is at work.
    """
    policy = line.waiting
    if policy.on_longest is not Ending.WAIT:
        since = facts.waiting_since or facts.joined or facts.arrived
        yield Limit.LONGEST, since + timedelta(seconds=policy.longest_s)
    if policy.on_nobody is not Ending.WAIT and nobody_since is not None:
        yield Limit.NOBODY, nobody_since + timedelta(seconds=policy.nobody_after_s)
    closes = closing(line, facts)
    if policy.on_closing is not Ending.WAIT and closes is not None:
        # Who is led on after closing has the same time anew: a counsellor has just sent them here.
        since = max(closes, facts.waiting_since or closes)
        yield Limit.CLOSING, since + timedelta(minutes=policy.after_closing_min)


def nobody_at_work(line: ServiceLine, nobody_since: datetime | None, now: datetime) -> bool:
    """Whether a caller can wait no longer because nobody who could serve them is at work."""
    policy = line.waiting
    if policy.on_nobody is Ending.WAIT or nobody_since is None:
        return False
    return now >= nobody_since + timedelta(seconds=policy.nobody_after_s)


def closing(line: ServiceLine, facts: Facts) -> datetime | None:
    """When the line closes on this caller (UTC); None if it does not within a day of their arrival.

    A break that is over before those in the line would be sent away closes on nobody, nor does
    a closure by somebody's word: who is in the line then is served.
    """
    grace = timedelta(minutes=line.waiting.after_closing_min)
    closes, horizon = facts.arrived, facts.arrived + HORIZON
    for span in intervals(shut(line.schedule, None), facts.arrived, horizon):
        if span.start > closes + grace:
            break
        closes = span.end
    return closes if facts.arrived < closes < horizon else None


def _configured(line: ServiceLine, limit: Limit) -> Ending:
    policy = line.waiting
    match limit:
        case Limit.LONGEST:
            return policy.on_longest
        case Limit.FULL | Limit.BUSY:
            return policy.on_full
        case Limit.NOBODY:
            return policy.on_nobody
        case Limit.CLOSING:
            return policy.on_closing
        case _:
            assert_never(limit)
