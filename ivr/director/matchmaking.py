"""Callers who wait and counsellors who are free are brought together here."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Protocol

from ivr.director.colleagues import Colleagues
from ivr.director.house import House
from ivr.director.legs import OutgoingLeg
from ivr.director.occasions import Occasions
from ivr.director.offers import Offers
from ivr.director.partings import Partings
from ivr.director.place import StandingPlace
from ivr.director.releasing import Releasing
from ivr.director.second_lines import SecondLines
from ivr.director.standing import Standing
from ivr.domain.bounds import within_room
from ivr.domain.call import CallId, ChannelId, Facts, Language
from ivr.domain.ending import was_cut_off
from ivr.domain.journal import EventKind
from ivr.domain.line import Contact
from ivr.domain.recovery import Adopt
from ivr.domain.routing import match, next_overflow
from ivr.domain.service import ServiceLine
from ivr.ports import Switch, Utterance
from ivr.stage import Call, Party, Place, Taker
from ivr.tasks import Tasks

EXPECT_BOUND_S = 3.0


class Due(Protocol):
    """Those who stand in the line without being on it; see `CallingBack`."""

    def look_round(self, now: datetime) -> bool:
        """Let those stand that are due; whether one is on its way to its place."""
        ...

    def room(self) -> int:
        """For how many of them more phones may be rung, or have been answered."""
        ...

    def next_change(self, now: datetime) -> datetime | None:
        """When to look again, though nothing happens."""
        ...


class Matchmaker:
    """The line and the counsellors' legs of one connection. Implements `ivr.stage.Desk`."""

    def __init__(self, house: House, switch: Switch, tasks: Tasks) -> None:
        self._house = house
        self._tasks = tasks
        self._standing = Standing(house)
        self._offers = Offers(house, switch, tasks)
        self.callbacks = house.callbacks
        self.colleagues = Colleagues(house, switch, tasks, self._offers)
        self.second_lines = SecondLines(switch, tasks, self._offers, self.colleagues)
        self._partings = Partings(house, tasks)
        self.releasing = Releasing(house, self._offers, self._partings)
        self.due: Due | None = None
        self._occasions = Occasions(self._match)

    @property
    def legs(self) -> frozenset[ChannelId]:
        """Whomever we called, on which channels; see `party`."""
        known = (self._offers.legs, self.colleagues.outside, self._partings.legs)
        return frozenset(channel for legs in known for channel in legs)

    def party(self, channel: ChannelId) -> OutgoingLeg | None:
        """Whoever we called on this channel, ringing or answered."""
        return (
            self._offers.legs.get(channel)
            or self.colleagues.outside.get(channel)
            or self._partings.legs.get(channel)
        )

    @contextmanager
    def attending(self) -> Iterator[None]:
        """Match whenever a counsellor's state has changed, for as long as the block lasts.

        Nobody is matched after it, by those who leave the line with the connection: what is
        begun then would be in the way of the next one.
        """
        told = (self._house.roster.on_change, self._house.callbacks.on_change)
        for on_change in told:
            on_change.append(self.match_soon)
        try:
            yield
        finally:
            self._occasions.end()
            for on_change in told:
                on_change.remove(self.match_soon)

    def notice(self, line: ServiceLine, language: Language) -> Utterance | None:
        """See `ivr.stage.Desk`."""
        held = self._house.notices.of(line.id, self._house.clock.now())
        spoken = held.spoken.get(language) if held is not None else None
        return None if spoken is None else self._house.notices.sound(spoken)

    def expect(self, waiting: Iterable[Facts]) -> None:
        """Match nobody until these calls stand in the line again; they are counted in it.

        Otherwise, after a restart, whoever is adopted first would be served first,
        and told so. Bounded, so that one call in trouble does not hold up the line.
        """
        self._standing.expect(waiting)
        self._tasks.start(self._expect_no_longer(), "line complete")

    def left(self, call: CallId) -> None:
        """The call has ended; it is not expected in the line any more."""
        self._standing.expect_no_longer(call)
        self.match_soon()

    @asynccontextmanager
    async def place(self, call: Call) -> AsyncIterator[Place]:
        """See `ivr.stage.Desk`."""
        place = self._standing.join(call)
        place.wants_anew = lambda: self._wants_anew(place)
        call.record(EventKind.JOINED, ahead=place.ahead())
        self.match_soon()
        try:
            yield place
        finally:
            self._standing.leave(place)
            self.releasing.leave(place)

    def _wants_anew(self, place: StandingPlace) -> None:
        """Phones of those who do not speak the caller's new language stop; others are sought."""
        for leg, ringing in place.ringing.items():
            if place.contact.language not in self._house.roster.everyone[leg.counsellor].languages:
                ringing.cancel()
        self._standing.look_for(place)
        self.match_soon()

    def waiting(self, line: ServiceLine) -> int:
        """See `ivr.stage.Desk`."""
        return self._standing.waiting(line)

    def leg(self, call: Call) -> Party | None:
        """See `ivr.stage.Desk`."""
        leg = self.releasing.leg(call)
        return None if leg is None or leg.gone.done() else leg

    def cut_off(self, call: Call) -> bool:
        """See `ivr.stage.Desk`."""
        leg = self.releasing.leg(call)
        return leg is not None and was_cut_off(leg.cause)

    def dismiss(self, call: Call, leg: ChannelId | None = None) -> None:
        """See `ivr.stage.Desk`."""
        self.releasing.dismiss(call, leg)

    def consulted(self, call: Call, line: ChannelId) -> Taker | None:
        """See `ivr.stage.Desk`."""
        return self.second_lines.consulted(call, line)

    def end_line(self, line: ChannelId) -> None:
        """See `ivr.stage.Desk`."""
        self.second_lines.end(line)

    def take_up(self, action: Adopt) -> None:
        """Go on with the legs of a call that were answered before this connection."""
        facts = action.facts
        if action.leg is not None and facts.counsellor is not None:
            self._offers.leg(action.leg, facts.counsellor).answer()
            self._house.roster.talk(facts.counsellor, call=facts.call_id, line=facts.line)
        if action.colleague_leg is not None:
            self.colleagues.take_up(action.colleague_leg, facts.colleague)

    def phone(self, account: str, *, reachable: bool) -> None:
        """A counsellor's phone registered, or went: what still rings there rings in vain."""
        if not reachable:
            self._offers.lose(account)
            self.colleagues.lose(account)
        self._house.roster.phone(account, reachable=reachable)

    def match_soon(self) -> None:
        """Match once everything that happens in this instant has happened."""
        self._occasions.soon()

    def _match(self) -> None:
        """Ring whoever can serve one of those who wait."""
        roster = self._house.roster
        now = roster.catch_up()
        self._standing.look_round()
        routings = self._standing.routings
        if not self._standing.complete:
            return
        if self.due is not None and self.due.look_round(now):
            self.match_soon()  # by then each has come to its place
            return
        places = {contact.id: (contact, place) for contact, place in self._standing.open_places()}
        waiting = [contact for contact, _ in places.values()]
        if waiting:
            free = roster.available()
            for pair in within_room(
                self._room(),
                {contact.id for contact, place in places.values() if not place.call.begun},
                waiting,
                lambda contacts: match(contacts, free, now=now, routings=routings),
            ):
                self._offers.offer(places[pair.contact.id][1], pair.counsellors)
        self._wake_up(waiting, now)

    def _room(self) -> int:
        """For how many of those who are to be called back more phones may be rung."""
        return self.due.room() - self._standing.offered() if self.due is not None else 0

    def _wake_up(self, waiting: list[Contact], now: datetime) -> None:
        """See that we match again when time alone will have changed something."""
        changes = (
            next_overflow(waiting, now, self._standing.routings) if waiting else None,
            self._house.roster.next_change(now),
            self.due.next_change(now) if self.due is not None else None,
        )
        at = min((change for change in changes if change is not None), default=None)
        self._occasions.at(at, now)

    async def _expect_no_longer(self) -> None:
        await asyncio.sleep(EXPECT_BOUND_S)
        self._standing.expect_no_longer()
        self.match_soon()
