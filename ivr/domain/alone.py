"""What a line does while no controller is there: told beforehand, for the dialplan knows nothing.

The dialplan serves alone: it greets, holds and promises. It has no schedule, no menu and no
numbering plans, so what it needs of them is worked out here, for the days to come.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

from ivr.domain.call import LineId
from ivr.domain.closing import Said, closed_notice
from ivr.domain.line import Skills
from ivr.domain.number import FINLAND
from ivr.domain.policy import Ending, OnBudgetEnd
from ivr.domain.schedule import HELSINKI, Interval, Schedule, intervals, local
from ivr.domain.service import Charging, Counsellor, Service, ServiceLine

# For so long the dialplan knows the hours; after that it knows that it does not.
KNOWN_AHEAD = timedelta(days=90)

# Beyond the skills of anybody: who serves another topic of the line comes after who serves its
# general one.
_OTHER_TOPIC, _SHARED = 20, 40

_DAY = timedelta(days=1)

# What is longer than 4,095 characters Asterisk cuts off as it hands it to a function
# (VAR_BUF_SIZE, pbx_variables.c), and whoever comes after that would never be rung.
MOST_READ = 4000
NOBODY_KNOWN = "0000000000,"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A time in which the line says one thing: from `start` up to, but not including, `end` (UTC).

    `closes` is when it closes, for a piece in which it is open; `notice` what is said in one in
    which it is closed. A piece lies within one day, in UTC.
    """

    start: datetime
    end: datetime
    closes: datetime | None = None
    notice: Said | None = None


@dataclass(frozen=True, kw_only=True)
class Member:
    """A phone that is rung for a line; those with the smallest `penalty` first."""

    account: str
    penalty: int


def pieces(schedule: Schedule, start: datetime, days: int) -> list[Piece]:
    """What the line says in so many whole days (UTC) from that of `start` on, without a gap."""
    first = datetime.combine(start.astimezone(UTC).date(), time(0), tzinfo=UTC)
    last = first + days * _DAY
    opened = list(intervals(schedule, first, last + _DAY))
    cuts = {first + n * _DAY for n in range(days + 1)}
    cuts |= {_midnight(cut) for cut in cuts}
    cuts |= {instant for span in opened for instant in (span.start, span.end)}
    instants = sorted(cut for cut in cuts if first <= cut <= last)
    return [_piece(schedule, begin, end, opened) for begin, end in pairwise(instants)]


def members(service: Service, line: ServiceLine) -> list[Member]:
    """The phones of those who serve the line's topics, each counsellor's own, and shared ones.

    The topic of the caller is not known, for nobody asks: it is the line's general one. Who
    sits at a shared phone is not known either, so they come last.
    """
    own = (each for each in service.counsellors if each.account is not None)
    ranked = [
        Member(account=each.account or "", penalty=_penalty(each, line))
        for each in own
        if set(each.topics) & {*line.topics, line.general_topic}
    ]
    ranked += [Member(account=phone, penalty=_SHARED) for phone in service.shared_phones]
    return sorted(ranked, key=lambda member: member.penalty)


def at_work(service: Service, phones: Mapping[str, Skills], *, until: int) -> str:
    """What the dialplan reads of those at work: on which phones they are rung for which lines.

    `phones` are their accounts, `until` is the instant (Unix time) from which it counts no
    more. As `1795331875,families/anna,adults/anna,`. Of more than Asterisk can read nothing is
    said: then nobody is known to be away, and everybody is rung.
    """
    rung = [
        f"{line.id}/{account}"
        for line in service.lines
        for account, skills in sorted(phones.items())
        if set(skills.topics) & {*line.topics, line.general_topic}
    ]
    said = "".join(f"{each}," for each in (until, *rung))
    return said if len(said) <= MOST_READ else NOBODY_KNOWN


def closed_until(service: Service, now: datetime) -> Mapping[LineId, int]:
    """Until when (Unix time) each line is closed by somebody's word; 0 for one that is not."""
    ends = {line: during.end for line, during in service.closures.items() if now < during.end}
    return {
        line.id: int(ends[line.id].timestamp()) if line.id in ends else 0 for line in service.lines
    }


def promises(line: ServiceLine) -> bool:
    """Whether a caller who cannot go on waiting may be promised a call unasked.

    Nobody can be asked. A line that tells such callers to call again keeps no number.
    """
    keeps = line.waiting.on_longest in (Ending.OFFER_CALLBACK, Ending.KEEP_CALLBACK)
    free = line.charging is Charging.EARLY_MEDIA
    at_budget = free and line.waiting.on_budget_end is OnBudgetEnd.CALLBACK
    return line.callback.enabled and (keeps or at_budget)


def greeting(line: ServiceLine) -> list[str]:
    """The prompts that greet a caller and say what is true of the price; as `scenes.reception`."""
    match line.charging:
        case Charging.EARLY_MEDIA if line.waiting.on_budget_end is OnBudgetEnd.ANSWER:
            # Short, because the carrier's ring limit is running.
            return ["welcome", "free_queue_limited"]
        case Charging.EARLY_MEDIA:
            return ["welcome", "free_queue"]
        case Charging.TOLL_FREE:
            return ["welcome", "emergency", "free_call"]
        case Charging.ANSWERED:
            return ["welcome", "emergency", "price_waiting"]


def forms(number: str) -> tuple[str, ...]:
    """A Finnish number as carriers write it, from its `number.dialled_form`."""
    if not number.startswith("0"):
        return (number,)
    rest = number[1:]
    return number, f"+{FINLAND}{rest}", f"{FINLAND}{rest}", f"00{FINLAND}{rest}"


def _piece(schedule: Schedule, start: datetime, end: datetime, opened: Sequence[Interval]) -> Piece:
    for span in opened:
        if span.start <= start < span.end:
            return Piece(start=start, end=end, closes=span.end)
    return Piece(start=start, end=end, notice=closed_notice(schedule, start))


def _midnight(instant: datetime) -> datetime:
    """The beginning of the day in Finland on which the instant lies; UTC."""
    day = local(instant).date()
    return datetime.combine(day, time(0), tzinfo=HELSINKI).astimezone(UTC)


def _penalty(counsellor: Counsellor, line: ServiceLine) -> int:
    """Who serves the general topic best and speaks all of the line's languages is rung first."""
    level = counsellor.topics.get(line.general_topic, _OTHER_TOPIC)
    return level - 1 + sum(language not in counsellor.languages for language in line.languages)


def by_day(all_pieces: list[Piece]) -> Iterator[tuple[str, list[Piece]]]:
    """The pieces of each day in UTC, named as `20261123`."""
    days: dict[str, list[Piece]] = {}
    for piece in all_pieces:
        days.setdefault(f"{piece.start:%Y%m%d}", []).append(piece)
    yield from days.items()
