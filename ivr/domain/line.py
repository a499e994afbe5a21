"""Who stands in the line, who can serve them, and who comes before whom."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ivr.domain.call import CallId, CounsellorId, Language, TopicId


@dataclass(frozen=True, kw_only=True)
class Led:
    """A counsellor has led the contact away, to be served by another, at this instant (UTC)."""

    by: CounsellorId
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Contact:
    """One who waits to be served: a live call today, a callback or a message later.

    `joined` (UTC) is the first joining and never moves, so that a place once
    held is kept. `wanted` is the one counsellor who may serve the contact,
    whatever that counsellor's skills. `led` is set for a contact that waits because a
    counsellor has passed it on.
    """

    id: CallId
    topic: TopicId
    language: Language
    joined: datetime
    urgent: bool = False
    wanted: CounsellorId | None = None
    led: Led | None = None


@dataclass(frozen=True, kw_only=True)
class Skills:
    """What a counsellor can take, each with its level: 1 is the best."""

    topics: Mapping[TopicId, int]
    languages: Mapping[Language, int]


@dataclass(frozen=True, kw_only=True)
class Available:
    """A counsellor who is free now.

    `idle_since` is UTC, `calls` how many were answered today, `order` the place
    in the configuration.
    """

    id: CounsellorId
    skills: Skills
    idle_since: datetime
    calls: int = 0
    order: int = 0


@dataclass(frozen=True, kw_only=True)
class Pair:
    """These counsellors are to be rung for this contact; the first to answer serves it."""

    contact: Contact
    counsellors: tuple[CounsellorId, ...]


def turn(contact: Contact) -> tuple[bool, datetime, CallId]:
    """What the line is ordered by: urgent first, then first joining, then id."""
    return not contact.urgent, contact.joined, contact.id


def in_order(waiting: Iterable[Contact]) -> list[Contact]:
    """The line, the next to be served first; always the same for the same contacts."""
    return sorted(waiting, key=turn)
