"""Callers who wait and counsellors who are free are brought together here."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from ivr.director.house import House
from ivr.director.ringing import Leg, leg_channel
from ivr.domain.call import CallId, ChannelId, CounsellorId, Facts
from ivr.domain.counsellor import REST_AFTER_MISS
from ivr.domain.journal import EventKind
from ivr.domain.line import Contact, ahead, match
from ivr.domain.service import ServiceLine
from ivr.ports import Switch
from ivr.stage import Call, Party, Place, Taker
from ivr.tasks import Tasks

EXPECT_BOUND_S = 3.0


class StandingPlace:
    """One caller's place in the line. Implements `ivr.stage.Place`."""

    def __init__(self, call: Call, matchmaker: "Matchmaker") -> None:
        self.call = call
        self.contact = _contact(call.facts, call.line)
        self.taken: asyncio.Future[Taker] = asyncio.get_running_loop().create_future()
        self.ringing: asyncio.Task[bool] | None = None
        self.left = False
        self._matchmaker = matchmaker

    def ahead(self) -> int:
        """How many callers are served before this one."""
        return self._matchmaker.ahead(self.contact)

    @property
    def rung(self) -> bool:
        """Whether a counsellor's phone rings for the caller now."""
        return self.ringing is not None

    @property
    def open(self) -> bool:
        """Whether a counsellor is still to be found."""
        return self.ringing is None and not self.taken.done() and not self.left


class Matchmaker:
    """The line and the counsellors' legs of one connection. Implements `ivr.stage.Desk`."""

    def __init__(self, house: House, switch: Switch, tasks: Tasks) -> None:
        self._house = house
        self._switch = switch
        self._tasks = tasks
        self._places: dict[CallId, StandingPlace] = {}
        self._expected: dict[CallId, Contact] = {}
        self.legs: dict[ChannelId, Leg] = {}

    def expect(self, waiting: Iterable[Facts]) -> None:
        """Match nobody until these calls stand in the line again; they are counted in it.

        Otherwise, after a restart, whoever is adopted first would be served first,
        and told so. Bounded, so that one call in trouble does not hold up the line.
        """
        for facts in waiting:
            line = self._house.service.line(facts.line) if facts.line else None
            if line is not None:
                self._expected[facts.call_id] = _contact(facts, line)
        self._tasks.start(self._expect_no_longer(), "line complete")

    def left(self, call: CallId) -> None:
        """The call has ended; it is not expected in the line any more."""
        self._expected.pop(call, None)
        self.match()

    @asynccontextmanager
    async def place(self, call: Call) -> AsyncIterator[Place]:
        """See `ivr.stage.Desk`."""
        place = StandingPlace(call, self)
        self._places[place.contact.id] = place
        self._expected.pop(place.contact.id, None)
        call.record(EventKind.JOINED, ahead=place.ahead())
        self.match()
        try:
            yield place
        finally:
            del self._places[place.contact.id]
            self._leave(place)

    def leg(self, call: Call) -> Party | None:
        """See `ivr.stage.Desk`."""
        leg = self.legs.get(call.facts.leg) if call.facts.leg else None
        return None if leg is None or leg.gone.done() else leg

    def dismiss(self, call: Call) -> None:
        """See `ivr.stage.Desk`."""
        leg = self.legs.get(call.facts.leg) if call.facts.leg else None
        if leg is not None:
            self._let_go(leg)

    def ahead(self, contact: Contact) -> int:
        """How many contacts are served before this one."""
        waiting = [place.contact for place in self._places.values()]
        waiting += self._expected.values()
        return ahead(contact, waiting, self._house.roster.everyone())

    def take_up(self, channel: ChannelId, counsellor: CounsellorId) -> None:
        """Go on with a leg that was answered before this connection."""
        leg = self._leg(channel, counsellor)
        leg.answer()
        self._house.roster.talk(counsellor)

    def match(self) -> None:
        """Ring whoever can serve one of those who wait."""
        if self._expected:
            return
        waiting = [place.contact for place in self._places.values() if place.open]
        for pair in match(waiting, self._house.roster.available()):
            self._offer(self._places[pair.contact.id], pair.counsellor)

    async def _expect_no_longer(self) -> None:
        await asyncio.sleep(EXPECT_BOUND_S)
        self._expected.clear()
        self.match()

    def _offer(self, place: StandingPlace, counsellor: CounsellorId) -> None:
        """Ring the counsellor's phone for the caller."""
        roster = self._house.roster
        leg = self._leg(leg_channel(place.call), counsellor)
        roster.ring(counsellor)
        ringing = self._tasks.start(
            leg.ring(place.call, roster.account(counsellor)), f"ring {leg.channel}"
        )
        ringing.add_done_callback(lambda task: self._rang(place, leg, task))
        place.ringing = ringing

    def _rang(self, place: StandingPlace, leg: Leg, ringing: asyncio.Task[bool]) -> None:
        """The ringing is over, one way or another; the caller keeps the place unless they left."""
        place.ringing = None
        roster = self._house.roster
        if ringing.cancelled():
            roster.withdraw(leg.counsellor)
            self._forget(leg)
        elif ringing.exception() is None and ringing.result():
            roster.talk(leg.counsellor)
            if place.left:
                self._let_go(leg)
            else:
                place.taken.set_result(Taker(counsellor=leg.counsellor, leg=leg.channel))
        else:
            self._missed(place, leg)

    def _missed(self, place: StandingPlace, leg: Leg) -> None:
        self._house.roster.miss(leg.counsellor)
        cause = leg.gone.result() if leg.gone.done() else 0
        place.call.record(
            EventKind.MISSED, of=f"/{leg.channel}", counsellor=leg.counsellor, cause=cause
        )
        self._tasks.start(self._match_after_rest(), f"rest {leg.counsellor}")
        self._forget(leg)

    async def _match_after_rest(self) -> None:
        await asyncio.sleep(REST_AFTER_MISS.total_seconds())
        self.match()

    def _leave(self, place: StandingPlace) -> None:
        """The caller leaves the line: whoever rings or has answered for them is let go at once."""
        place.left = True
        if place.ringing is not None:
            place.ringing.cancel()
        elif place.taken.done() and place.taken.result().leg != place.call.facts.leg:
            leg = self.legs.get(place.taken.result().leg)
            if leg is not None:
                self._let_go(leg)

    def _let_go(self, leg: Leg) -> None:
        """End a leg that was answered; the counsellor is free again."""
        self._house.roster.release(leg.counsellor)
        leg.hang_up()
        self._forget(leg)

    def _leg(self, channel: ChannelId, counsellor: CounsellorId) -> Leg:
        leg = Leg(channel, counsellor, house=self._house, switch=self._switch, tasks=self._tasks)
        self.legs[channel] = leg
        return leg

    def _forget(self, leg: Leg) -> None:
        self.legs.pop(leg.channel, None)
        self.match()


def _contact(facts: Facts, line: ServiceLine) -> Contact:
    return Contact(
        id=facts.call_id,
        topic=facts.topic or line.general_topic,
        language=facts.language or line.languages[0],
        joined=facts.joined or facts.arrived,
    )
