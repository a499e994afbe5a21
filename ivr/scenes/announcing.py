"""What a waiting caller hears of their place, of the wait and of what they may do."""

from collections.abc import Mapping

from ivr.domain.abandon import may_be_assured
from ivr.domain.estimate import WaitBand, said_band
from ivr.domain.phrase import Count
from ivr.domain.waiting import Step, other_language
from ivr.stage import Call, Joining, Place, Prompt

MOST_COUNTED = 100
LONGEST_COUNTED = 78  # no count takes longer to say in Finnish, or noticeably so in Swedish


class Announcer:
    """Speaks to one caller for one stretch of waiting; knows which wait was told last."""

    def __init__(self, call: Call, place: Place) -> None:
        self._call = call
        self._place = place
        self._told: WaitBand | None = None

    def joined(self) -> list[Prompt]:
        """On coming into the line; who is new in it is offered the other language, in itself."""
        call = self._call
        again = call.joining is Joining.REGAINED
        told = self.regained() if again else self._where_and_how_long()
        language = other_language(call.line, call.language)
        if call.joining is not None and language is not None:
            told.append(call.prompt("lang_switch", language))
        return told

    def regained(self) -> list[Prompt]:
        """The place is that of an earlier call of the caller."""
        return [self._call.prompt("place_regained"), *self._where_and_how_long()]

    def anew(self) -> list[Prompt]:
        """In the language just chosen."""
        self._told = None
        return self._where_and_how_long()

    def place(self) -> list[Prompt]:
        """Now and then."""
        thanks = self._call.prompt("hold_thanks")
        assured = self.assurance() if self._call.facts.assured else []
        return [*self._where_and_how_long(), thanks, *assured]

    def assurance(self) -> list[Prompt]:
        """Who hangs up in the line is called back."""
        return [self._call.prompt("callback_on_hangup")]

    def offer(self) -> list[Prompt]:
        """A callback is offered."""
        return [self._call.prompt("callback_offer")]

    def closed(self) -> list[Prompt]:
        """The line has closed while the caller stands in it."""
        return [self._call.prompt("closing_waiting")]

    def lengths(self) -> Mapping[Step, float]:
        """How long these take to say at most, seconds, whatever the place and the wait are then."""
        call = self._call
        counts = (0, 1, LONGEST_COUNTED, MOST_COUNTED + 1)
        position = max(call.length(_position(call, ahead)) for ahead in counts)
        wait = max(call.length(call.prompt(f"wait_{band}")) for band in WaitBand)
        assurance = call.length(*self.assurance())
        again = assurance if may_be_assured(call.line, call.facts) else 0.0
        return {
            Step.ASSURANCE: assurance,
            Step.POSITION: position + wait + call.length(call.prompt("hold_thanks")) + again,
            Step.OFFER: call.length(*self.offer()),
            Step.CLOSED: call.length(*self.closed()),
        }

    def _where_and_how_long(self) -> list[Prompt]:
        """How many are ahead, and how long it takes where that is known."""
        told = [_position(self._call, self._place.ahead())]
        band = said_band(self._told, self._place.wait())
        if band is not None:
            self._told = band
            told.append(self._call.prompt(f"wait_{band}"))
        return told


def _position(call: Call, ahead: int) -> Prompt:
    match ahead:
        case 0:
            return call.prompt("queue_next")
        case 1:
            return call.prompt("queue_pos_1")
        case n if n <= MOST_COUNTED:
            return call.prompt("queue_pos_n", count=Count(n))
        case _:
            return call.prompt("queue_pos_many")
