"""Which of the counsellors can serve whom; asked often, and worked out once."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from ivr.domain.call import CounsellorId, Language, TopicId
from ivr.domain.line import Contact, Skills
from ivr.domain.policy import Routing
from ivr.domain.routing import Routings, passed_over, rank, reach, widened, widens

_PLAIN = Routing()
_NOT_WIDER = (False, False)
Want = tuple[TopicId, Language, CounsellorId | None, tuple[bool, bool], CounsellorId | None]


class Team:
    """These people, who do not change: of other people another team is made.

    Few things are wanted by however many contacts, so every answer is remembered.
    """

    def __init__(self, people: Mapping[CounsellorId, Skills], routings: Routings) -> None:
        self.people = people
        self._routings = routings
        self._servers: dict[Want, frozenset[CounsellorId]] = {}
        self._rivals: dict[Want, dict[Want, bool]] = {}
        self._widening = {topic: each for topic, each in routings.items() if widens(each)}

    def servers(self, contact: Contact, now: datetime | None) -> frozenset[CounsellorId]:
        """Who can serve the contact now; None: now or after any overflow."""
        want = self._want(contact, now)
        known = self._servers.get(want)
        if known is None:
            within = reach(contact, self._routings.get(contact.topic, _PLAIN), now)
            known = self._servers[want] = frozenset(
                who
                for who, skills in self.people.items()
                if rank(contact, within, who, skills) is not None
            )
        return known

    def rivals(self, contact: Contact, others: Iterable[Contact], now: datetime) -> int:
        """How many of the others can take from the contact a counsellor who could serve it.

        Those who want the same are rivals even where nobody can give it.
        """
        own, count = self._want(contact, now), 0
        known = self._rivals.setdefault(own, {})
        for other in others:
            want = self._want(other, now)
            if want not in known:
                theirs = self.servers(other, now)
                alike = want[:3] == own[:3]
                known[want] = alike or not theirs.isdisjoint(self.servers(contact, now))
            count += known[want]
        return count

    def _want(self, contact: Contact, now: datetime | None) -> Want:
        """All that the answer depends on."""
        routing = self._widening.get(contact.topic)
        by_now = _NOT_WIDER if routing is None else widened(contact, routing, now)
        without = passed_over(contact, now)
        return contact.topic, contact.language, contact.wanted, by_now, without
