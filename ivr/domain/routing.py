"""Whose phone is rung for whom, and when that may change by waiting alone."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from ivr.domain.call import CounsellorId, Language, TopicId
from ivr.domain.line import Available, Contact, Pair, Skills, in_order
from ivr.domain.policy import Distribution, Routing

Routings = Mapping[TopicId, Routing]
Rank = tuple[int, int]

_PLAIN = Routing()

# So long a contact is not given back to the counsellor who has led it away. Longer, and one
# whom nobody else can serve would wait for nothing.
GIVEN_BACK_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Reach:
    """Whose counsellors may take a contact: of these topics, the first preferred, then anyone.

    Not the one who is `passed_over`.
    """

    topics: tuple[TopicId, ...]
    anyone: bool
    passed_over: CounsellorId | None = None


def reach(contact: Contact, routing: Routing, now: datetime | None) -> Reach:
    """How far the contact's waiting has widened the choice; None: as far as it ever will."""
    wider, (overflows, anyone) = routing.overflow_topic, widened(contact, routing, now)
    return Reach(
        topics=(contact.topic, wider) if wider is not None and overflows else (contact.topic,),
        anyone=anyone,
        passed_over=passed_over(contact, now),
    )


def passed_over(contact: Contact, now: datetime | None) -> CounsellorId | None:
    """Who has led the contact away a moment ago; None as a time: nobody is passed over for ever."""
    led = contact.led
    recently = led is not None and now is not None and now < led.at + GIVEN_BACK_AFTER
    return led.by if led is not None and recently else None


def widened(contact: Contact, routing: Routing, now: datetime | None) -> tuple[bool, bool]:
    """Whether the contact has come to reach the other topic, and anyone; None: ever will."""
    overflows = routing.overflow_topic is not None and _passed(
        contact, routing.overflow_after_s, now
    )
    return overflows, _passed(contact, routing.anyone_after_s, now)


def widens(routing: Routing) -> bool:
    """Whether waiting ever changes the choice."""
    return bool(_widenings(routing))


def rank(contact: Contact, within: Reach, counsellor: CounsellorId, skills: Skills) -> Rank | None:
    """How well the counsellor suits the contact: the lower the better, None not at all.

    A counsellor of the contact's own topic suits better than one whom it reaches
    by overflow; then the sum of the levels in topic and language decides.
    """
    if contact.wanted is not None:
        return (0, 0) if counsellor == contact.wanted else None
    if counsellor == within.passed_over:
        return None
    language = skills.languages.get(contact.language)
    if language is None:
        return None
    for widening, topic in enumerate(within.topics):
        level = skills.topics.get(topic)
        if level is not None:
            return widening, level + language
    return (len(within.topics), language) if within.anyone else None


def match(
    waiting: Iterable[Contact], free: Iterable[Available], *, now: datetime, routings: Routings
) -> tuple[Pair, ...]:
    """Who is rung for whom now.

    Each contact in order gets the counsellor who suits best, and of equals the
    one that the topic's distribution names: so nobody is passed over for whom
    somebody is free. Only phones left over after that ring besides under
    `ring_all`, and only those that suit as well as the first.
    """
    left = {counsellor.id: counsellor for counsellor in free}
    first: list[tuple[Contact, Routing, CounsellorId, Rank]] = []
    in_vain: set[tuple[TopicId, Language, Reach]] = set()  # what nobody of those left can give
    for contact in in_order(waiting):
        if not left:
            break
        routing = routings.get(contact.topic, _PLAIN)
        within = reach(contact, routing, now)
        wants = contact.topic, contact.language, within
        if contact.wanted is None and wants in in_vain:
            continue
        suiting = _suiting(contact, within, left)
        if suiting:
            best, chosen = _first(suiting, routing.distribution)
            del left[chosen.id]
            first.append((contact, routing, chosen.id, best))
        elif contact.wanted is None:
            in_vain.add(wants)
    pairs: list[Pair] = []
    for contact, routing, counsellor, best in first:
        more = _besides(contact, routing, best, left, now)
        for each in more:
            del left[each]
        pairs.append(Pair(contact=contact, counsellors=(counsellor, *more)))
    return tuple(pairs)


def next_overflow(
    waiting: Collection[Contact], now: datetime, routings: Routings
) -> datetime | None:
    """The next instant (UTC) after now at which a contact reaches more counsellors by waiting."""
    widenings = {topic: _widenings(each) for topic, each in routings.items() if widens(each)}
    instants = (
        contact.joined + after
        for contact in waiting
        if contact.wanted is None
        for after in widenings.get(contact.topic, ())
    )
    given_back = (c.led.at + GIVEN_BACK_AFTER for c in waiting if c.led is not None)
    return min((at for at in (*instants, *given_back) if at > now), default=None)


def _besides(
    contact: Contact,
    routing: Routing,
    best: Rank,
    left: Mapping[CounsellorId, Available],
    now: datetime,
) -> list[CounsellorId]:
    """Who else is rung, of those left over."""
    if routing.distribution is not Distribution.RING_ALL:
        return []
    suiting = _suiting(contact, reach(contact, routing, now), left)
    equals = [counsellor for suits, counsellor in suiting if suits == best]
    equals.sort(key=lambda each: _turn(routing.distribution, each))
    return [each.id for each in equals[: routing.ring_most - 1]]


def _suiting(
    contact: Contact, within: Reach, free: Mapping[CounsellorId, Available]
) -> list[tuple[Rank, Available]]:
    """Those who can serve the contact, and how well."""
    if contact.wanted is not None:
        wanted = free.get(contact.wanted)
        candidates: Iterable[Available] = () if wanted is None else (wanted,)
    else:
        candidates = free.values()
    suiting: list[tuple[Rank, Available]] = []
    for each in candidates:
        suits = rank(contact, within, each.id, each.skills)
        if suits is not None:
            suiting.append((suits, each))
    return suiting


def _first(
    suiting: list[tuple[Rank, Available]], distribution: Distribution
) -> tuple[Rank, Available]:
    """Who is rung of these, and how well that one suits."""
    best = min(suits for suits, _ in suiting)
    equals = (each for suits, each in suiting if suits == best)
    return best, min(equals, key=lambda each: _turn(distribution, each))


def _turn(distribution: Distribution, counsellor: Available) -> tuple[int, datetime, CounsellorId]:
    match distribution:
        case Distribution.LONGEST_IDLE | Distribution.RING_ALL:
            first = 0
        case Distribution.FEWEST_CALLS:
            first = counsellor.calls
        case Distribution.IN_ORDER:
            first = counsellor.order
        case _:
            assert_never(distribution)
    return first, counsellor.idle_since, counsellor.id


def _widenings(routing: Routing) -> list[timedelta]:
    topic_after_s = routing.overflow_after_s if routing.overflow_topic is not None else None
    after = (topic_after_s, routing.anyone_after_s)
    return [timedelta(seconds=after_s) for after_s in after if after_s is not None]


def _passed(contact: Contact, after_s: float | None, now: datetime | None) -> bool:
    if after_s is None:
        return False
    return now is None or now >= contact.joined + timedelta(seconds=after_s)
