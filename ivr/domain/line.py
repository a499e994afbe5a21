"""Who in the line is served next, by whom, and how many are ahead."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ivr.domain.call import CallId, CounsellorId, Language, TopicId


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One who waits to be served: a live call today, a callback or a message later.

    `joined` (UTC) is the first joining and never moves, so that a place once
    held is kept.
    """

    id: CallId
    topic: TopicId
    language: Language
    joined: datetime


@dataclass(frozen=True, kw_only=True)
class Skills:
    """What a counsellor can take."""

    topics: frozenset[TopicId]
    languages: frozenset[Language]


@dataclass(frozen=True, kw_only=True)
class Available:
    """A counsellor who is free now, and since when (UTC)."""

    id: CounsellorId
    skills: Skills
    idle_since: datetime


@dataclass(frozen=True, kw_only=True)
class Pair:
    """This contact is to be served by this counsellor."""

    contact: Contact
    counsellor: CounsellorId


def eligible(contact: Contact, skills: Skills) -> bool:
    """Whether these skills cover the contact's topic and language."""
    return contact.topic in skills.topics and contact.language in skills.languages


def in_order(waiting: Iterable[Contact]) -> list[Contact]:
    """The line, the next to be served first: by first joining; ties by id, so always the same."""
    return sorted(waiting, key=lambda contact: (contact.joined, contact.id))


def match(waiting: Iterable[Contact], free: Iterable[Available]) -> tuple[Pair, ...]:
    """Give each contact in order the eligible free counsellor who has been idle longest.

    A counsellor gets at most one contact. A contact is passed over only when
    nobody who is free can take it.
    """
    resting = sorted(free, key=lambda counsellor: (counsellor.idle_since, counsellor.id))
    pairs: list[Pair] = []
    for contact in in_order(waiting):
        taker = next((c for c in resting if eligible(contact, c.skills)), None)
        if taker is not None:
            resting.remove(taker)
            pairs.append(Pair(contact=contact, counsellor=taker.id))
    return tuple(pairs)


def ahead(contact: Contact, waiting: Sequence[Contact], everyone: Sequence[Skills]) -> int:
    """How many stand before this contact: those who joined earlier and want the same counsellors.

    `everyone` is the skills of all counsellors of the service, present or not,
    so that the figure does not jump when one goes to lunch.
    """
    before = [c for c in in_order(waiting) if (c.joined, c.id) < (contact.joined, contact.id)]
    return sum(1 for other in before if _compete(other, contact, everyone))


def _compete(one: Contact, other: Contact, everyone: Sequence[Skills]) -> bool:
    if one.topic == other.topic and one.language == other.language:
        return True
    return any(eligible(one, skills) and eligible(other, skills) for skills in everyone)
