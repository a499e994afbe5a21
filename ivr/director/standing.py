"""Who stands in the line now, and what each of them can expect."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from ivr.director.house import House
from ivr.director.place import StandingPlace, contact_of
from ivr.domain.call import CallId, Facts, LineId
from ivr.domain.estimate import ahead, expected_wait
from ivr.domain.ghost import next_call
from ivr.domain.line import Contact
from ivr.domain.renewal import topic_served
from ivr.domain.routing import Routings
from ivr.domain.service import Service, ServiceLine
from ivr.domain.team import Team
from ivr.stage import Call


class Standing:
    """The places of those who stand in the line, and of those expected back in it."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._places: dict[CallId, StandingPlace] = {}
        self._expected: dict[CallId, tuple[LineId, Contact]] = {}
        self._service = house.service
        self.routings = _routings(house.service)
        self._everyone = Team(house.roster.everyone, self.routings)
        self._present = Team({}, self.routings)  # those at work, paused or not
        self._working = Team({}, self.routings)  # those of them who take calls

    def expect(self, waiting: Iterable[Facts]) -> None:
        """Count these calls as standing here until they do, or are not expected any more."""
        for facts in waiting:
            line = self._house.service.line(facts.line) if facts.line else None
            if line is not None:
                self._expected[facts.call_id] = line.id, contact_of(facts, line)

    def expect_no_longer(self, call: CallId | None = None) -> None:
        """Do not expect this call; None: any."""
        if call is None:
            self._expected.clear()
        else:
            self._expected.pop(call, None)

    @property
    def complete(self) -> bool:
        """Whether everybody who is expected stands in the line."""
        return not self._expected

    def join(self, call: Call) -> StandingPlace:
        """Stand in the line, at the place that the call's facts say."""
        place = StandingPlace(call, self)
        self._places[call.facts.call_id] = place
        self.expect_no_longer(call.facts.call_id)
        self.look_round()
        self.look_for(place)
        return place

    def leave(self, place: StandingPlace) -> None:
        """Stand in the line no more; another place of the same call stays."""
        if self._places.get(place.call.facts.call_id) is place:
            del self._places[place.call.facts.call_id]

    def open_places(self) -> list[tuple[Contact, StandingPlace]]:
        """The places for which phones are still to be rung, and who is to be served there."""
        return [(self._served(p), p) for p in self._places.values() if p.open]

    def offered(self) -> int:
        """For how many who are to be called back a phone rings, or was answered just now."""
        return sum(not (place.open or place.call.begun) for place in self._places.values())

    def waiting(self, line: ServiceLine) -> int:
        """How many stand in the line of this service line."""
        here = [place.call for place in self._places.values() if place.call.begun]
        standing = sum(call.facts.line == line.id for call in here)
        return standing + sum(expected == line.id for expected, _ in self._expected.values())

    def ahead(self, place: StandingPlace) -> int:
        """How many contacts are served before this one."""
        self.look_round()
        contacts = [self._served(each) for each in self._places.values()]
        contacts += [self._as_served(contact, line) for line, contact in self._expected.values()]
        return ahead(self._served(place), contacts, self._everyone, now=self._now())

    def wait(self, place: StandingPlace) -> timedelta | None:
        """How long this one is likely to wait; None: not sure."""
        self.look_round()
        now = self._now()
        mean = self._house.pace.mean(now)
        if mean is None:
            return None
        able = self._working.servers(self._served(place), now)
        return expected_wait(ahead=self.ahead(place), mean=mean, counsellors=len(able))

    def again(self, place: StandingPlace, vanished: datetime) -> StandingPlace | None:
        """Where the caller stands once more whose phone vanished at this instant, if they do."""
        standing = (each.call.facts for each in self._places.values() if each.call.begun)
        found = next_call(place.call.facts, vanished, standing)
        return None if found is None else self._places[found.call_id]

    def look_round(self) -> None:
        """Keep each place's word on since when nobody has been at work for it.

        A place whose wants change is looked at then (`look_for`), so there is
        nothing to see while the same people are at work by the same configuration.
        """
        roster, service = self._house.roster, self._house.service
        present, working = roster.present(), roster.working()
        if service is not self._service:
            self._service, self.routings = service, _routings(service)
            self._everyone = Team(roster.everyone, self.routings)
        elif present is self._present.people and working is self._working.people:
            return
        self._present = Team(present, self.routings)
        self._working = Team(working, self.routings)
        for place in self._places.values():
            self.look_for(place)

    def look_for(self, place: StandingPlace) -> None:
        """See anew whether anybody at work could serve this place."""
        if self._present.servers(self._served(place), None):
            place.nobody_since = None
        else:
            place.nobody_since = place.nobody_since or self._now()

    def _served(self, place: StandingPlace) -> Contact:
        return self._as_served(place.contact, place.call.facts.line)

    def _as_served(self, contact: Contact, line: LineId | None) -> Contact:
        """The contact as it is served now.

        One who takes no calls is not waited for, nor is a topic that is configured no more.
        """
        if contact.topic not in self.routings:
            topic = topic_served(contact.topic, line, self._service)
            contact = replace(contact, topic=topic)
        if contact.wanted is None or contact.wanted in self._house.roster.working():
            return contact
        return replace(contact, wanted=None)

    def _now(self) -> datetime:
        return self._house.clock.now()


def _routings(service: Service) -> Routings:
    return {topic.id: topic.routing for topic in service.topics.values()}
