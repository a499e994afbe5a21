"""How a counsellor is let go of a call: at once, with a rest, or after something is said there."""

from datetime import timedelta

from ivr.director.house import House
from ivr.director.offers import Offers
from ivr.director.partings import Partings
from ivr.director.place import StandingPlace
from ivr.director.ringing import Leg
from ivr.domain.call import ChannelId
from ivr.domain.estimate import Served
from ivr.domain.policy import Routing
from ivr.stage import Call


class Releasing:
    """The ends of the counsellors' legs of one connection, seen from the calls they are for."""

    def __init__(self, house: House, offers: Offers, partings: Partings) -> None:
        self._house = house
        self._offers = offers
        self._partings = partings

    def leg(self, call: Call) -> Leg | None:
        """The counsellor's leg of the call, ended or not; None once it was let go."""
        return self._offers.legs.get(call.facts.leg) if call.facts.leg else None

    def dismiss(self, call: Call, leg: ChannelId | None = None) -> None:
        """End this leg of the call, or the counsellor's; they wrap up if they talked."""
        ends = self.leg(call) if leg is None else self._offers.legs.get(leg)
        if ends is None:
            return
        wrap_up_s = _routing(call).wrap_up_s if call.facts.connected else 0.0
        if call.facts.connected:
            self._count(ends, wrap_up_s)
        kept = self._partings.not_reached(call, ends)  # who was called back in vain
        by_caller = call.facts.connected and call.party.gone.done()
        kept = kept or (by_caller and self._partings.ask(call, ends))
        self._offers.let_go(ends, wrap_up_s=wrap_up_s, hang_up=not kept)

    def let_rest(self, leg: ChannelId, rest_s: float) -> None:
        """End the leg of a counsellor who has taken nobody on it; they are not rung at once."""
        ends = self._offers.legs.get(leg)
        if ends is not None:
            self._offers.let_go(ends, wrap_up_s=rest_s)

    def say_and_let_go(self, call: Call, prompt: str, *, rest_s: float) -> None:
        """End the counsellor's leg of a call that is not made, once they know why."""
        leg = self.leg(call)
        if leg is not None:
            told = self._partings.tell(leg, prompt)
            self._offers.let_go(leg, wrap_up_s=rest_s, hang_up=not told)

    def leave(self, place: StandingPlace) -> None:
        """The caller leaves the line: whoever rings or has answered for them is let go at once."""
        place.left = True
        self._offers.take_back(place)
        if place.taken.done() and place.taken.result().leg != place.call.facts.leg:
            leg = self._offers.legs.get(place.taken.result().leg)
            if leg is not None:
                self._offers.let_go(leg)

    def _count(self, leg: Leg, wrap_up_s: float) -> None:
        """Remember how long the call took the counsellor, for what is told to those who wait."""
        if leg.talks_since is None:
            return
        now = self._house.clock.now()
        took = now - leg.talks_since + timedelta(seconds=wrap_up_s)
        self._house.pace.add(Served(ended=now, took=took))


def _routing(call: Call) -> Routing:
    """By the configuration that the call began with."""
    topic = call.service.topics.get(call.facts.topic) if call.facts.topic is not None else None
    return topic.routing if topic is not None else Routing()
