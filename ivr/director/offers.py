"""Which of the phones rung for a caller wins, and what becomes of the others."""

import asyncio
from collections.abc import Iterable
from typing import assert_never

from ivr.director.house import House
from ivr.director.place import StandingPlace
from ivr.director.ringing import Leg, leg_channel
from ivr.domain.call import ChannelId, CounsellorId
from ivr.domain.journal import EventKind
from ivr.domain.unanswered import Unanswered
from ivr.ports import Speech, Switch
from ivr.stage import Taker
from ivr.tasks import Tasks


class Offers:
    """The counsellors' legs of one connection, ringing and answered.

    Every ringing ends in exactly one change of its counsellor's state, which the
    roster makes known to whoever matches; the caller keeps the place until taken.
    """

    def __init__(self, house: House, switch: Switch, tasks: Tasks) -> None:
        self._house = house
        self._switch = switch
        self._tasks = tasks
        self._ringing: dict[Leg, asyncio.Task[bool]] = {}
        self.legs: dict[ChannelId, Leg] = {}

    def offer(self, place: StandingPlace, counsellors: Iterable[CounsellorId]) -> None:
        """Ring these counsellors' phones for the caller; the first to answer wins."""
        for counsellor in counsellors:
            self._ring(place, counsellor)

    def take_back(self, place: StandingPlace, *, elsewhere: bool = False) -> None:
        """Let no phone ring for the caller; `elsewhere`: because another was answered."""
        for leg, ringing in place.ringing.items():
            leg.elsewhere = elsewhere
            ringing.cancel()

    def lose(self, account: str) -> None:
        """The phone has gone, or another has taken its place: what rings there rings in vain."""
        for leg, ringing in self._ringing.items():
            if leg.account == account:
                ringing.cancel()

    def leg(
        self,
        channel: ChannelId,
        counsellor: CounsellorId,
        *,
        account: str = "",
        speech: Speech | None = None,
    ) -> Leg:
        """A leg of this connection; `speech` is that of its call, by default the one in force."""
        speech, switch, tasks = speech or self._house.speech, self._switch, self._tasks
        leg = Leg(channel, counsellor, account=account, speech=speech, switch=switch, tasks=tasks)
        self.legs[channel] = leg
        return leg

    def let_go(self, leg: Leg, *, wrap_up_s: float = 0.0, hang_up: bool = True) -> None:
        """End a leg that was answered, or leave its end to another; the counsellor wraps up."""
        self.legs.pop(leg.channel, None)
        if hang_up:
            leg.hang_up()
        self._house.roster.release(leg.counsellor, wrap_up_s=wrap_up_s)

    def _ring(self, place: StandingPlace, counsellor: CounsellorId) -> None:
        roster = self._house.roster
        account = roster.account(counsellor)
        channel, speech = leg_channel(place.call), place.call.party.speech
        leg = self.leg(channel, counsellor, account=account, speech=speech)
        roster.ring(counsellor, call=place.call.facts.call_id)
        ringing = self._tasks.start(leg.ring(place.call), f"ring {leg.channel}")
        place.ringing[leg] = self._ringing[leg] = ringing
        ringing.add_done_callback(lambda task: self._rang(place, leg, task))

    def _rang(self, place: StandingPlace, leg: Leg, ringing: asyncio.Task[bool]) -> None:
        """The ringing is over, one way or another."""
        del place.ringing[leg], self._ringing[leg]
        answered = not ringing.cancelled() and ringing.exception() is None and ringing.result()
        if answered and place.wants:
            self._take(place, leg)
            return
        self.legs.pop(leg.channel, None)
        if answered:  # in the same instant as another, or as the caller went
            leg.elsewhere = not place.left
            leg.hang_up()
        if answered or ringing.cancelled():
            self._house.roster.withdraw(leg.counsellor, call=place.call.facts.call_id)
        else:
            self._unanswered(place, leg)

    def _take(self, place: StandingPlace, leg: Leg) -> None:
        facts = place.call.facts
        leg.talks_since = self._house.clock.now()
        call = facts.call_id if place.call.begun else None  # else they only hear of it as yet
        self._house.roster.talk(leg.counsellor, call=call, line=facts.line)
        place.taken.set_result(Taker(counsellor=leg.counsellor, leg=leg.channel))
        self.take_back(place, elsewhere=True)

    def _unanswered(self, place: StandingPlace, leg: Leg) -> None:
        roster, call = self._house.roster, place.call.facts.call_id
        why = leg.why_unanswered(place.call.line.waiting.ring_s)
        place.call.record(
            EventKind.MISSED,
            of=f"/{leg.channel}",
            counsellor=leg.counsellor,
            cause=leg.cause,
            why=why,
        )
        if place.call.facts.wanted == leg.counsellor:
            # Who does not take the caller passed to them holds nobody up: others may serve them.
            place.call.note(wanted=None)
        match why:
            case Unanswered.RANG_OUT:
                roster.miss(leg.counsellor, call=call)
            case Unanswered.DECLINED:
                roster.decline(leg.counsellor, call=call)
            case Unanswered.VANISHED:
                roster.withdraw(leg.counsellor, call=call, rest=True)
            case _:
                assert_never(why)
