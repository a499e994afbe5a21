"""The second leg of a call: a colleague, or an outside number, rung for a counsellor."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog

from ivr.director.house import House
from ivr.director.legs import OutgoingLeg
from ivr.director.offers import Offers
from ivr.director.ringing import RING_SLACK_S, Leg, leg_channel
from ivr.domain.call import CallId, ChannelId, CounsellorId, Language, SceneName
from ivr.domain.counsellor import Doing
from ivr.domain.transfer import Colleague, Outside, Refusal, ToTopic
from ivr.domain.unanswered import not_reached, outside_not_reached
from ivr.ports import ChannelGone, Speech, Switch, SwitchRefused, SwitchUnavailable
from ivr.stage import Call, Party
from ivr.tasks import Tasks

log = structlog.get_logger(__name__)

Ring = asyncio.Future[ChannelId | Refusal]


class Colleagues:
    """Implements `ivr.stage.Colleagues`.

    A colleague's leg is one of the counsellors' legs, so that it can become the leg of the
    call's counsellor; an outside party's is kept here.
    """

    def __init__(self, house: House, switch: Switch, tasks: Tasks, offers: Offers) -> None:
        self._house = house
        self._switch = switch
        self._tasks = tasks
        self._offers = offers
        self.outside: dict[ChannelId, OutgoingLeg] = {}
        self._ringing: dict[Leg, tuple[asyncio.Task[None], Ring]] = {}

    def leg(self, call: Call) -> Party | None:
        """See `ivr.stage.Colleagues`."""
        leg = self._leg(call.facts.colleague_leg)
        return None if leg is None or leg.gone.done() else leg

    def went(self, call: Call) -> bool:
        """See `ivr.stage.Colleagues`."""
        leg = self._leg(call.facts.colleague_leg)
        return leg is not None and leg.gone.done()

    def absent(self, target: Colleague | Outside | ToTopic) -> Refusal | None:
        """See `ivr.stage.Colleagues`."""
        if not isinstance(target, Colleague):
            return None
        doing = {who: doing for who, _, doing in self._house.roster.at_work()}
        here = doing.get(target.counsellor, Doing.PAUSED) is not Doing.PAUSED
        return None if here else Refusal.ABSENT

    @asynccontextmanager
    async def ringing(self, call: Call, target: Colleague | Outside) -> AsyncIterator[Ring]:
        """See `ivr.stage.Colleagues`."""
        answer: Ring = asyncio.get_running_loop().create_future()
        if isinstance(target, Colleague) and not self._is_free(target.counsellor):
            answer.set_result(Refusal.BUSY)
            yield answer
            return
        leg = self._new_leg(call, target)
        ringing = self._tasks.start(self._ring(call, target, leg, answer), f"ring {leg.channel}")
        if isinstance(leg, Leg):
            self._house.roster.ring(leg.counsellor, call=call.facts.call_id)
            self._ringing[leg] = ringing, answer
        try:
            yield answer
        finally:
            ringing.cancel()
            if isinstance(leg, Leg):
                del self._ringing[leg]
            if leg.channel not in (call.facts.leg, call.facts.colleague_leg):
                self._take_back(leg, call.facts.call_id)

    def dismiss(self, call: Call) -> None:
        """See `ivr.stage.Colleagues`."""
        leg = self._leg(call.facts.colleague_leg)
        if isinstance(leg, Leg):
            # Who was only consulted has nothing to write up.
            heard = call.facts.scene is not SceneName.CONSULTING
            self._offers.let_go(leg, wrap_up_s=self._wrap_up_s(call) if heard else 0.0)
        elif leg is not None:
            self._end_outside(leg)

    def lose(self, account: str) -> None:
        """The phone has gone: what rings there for a consultation rings in vain."""
        for leg, (ringing, answer) in self._ringing.items():
            if leg.account == account and not (leg.answered.done() or answer.done()):
                ringing.cancel()
                answer.set_result(Refusal.ABSENT)

    def take_up(self, channel: ChannelId, colleague: CounsellorId | None) -> None:
        """Go on with a leg that was answered before this connection."""
        if colleague is not None:
            self._offers.leg(channel, colleague).answer()
            self._house.roster.talk(colleague)
        else:
            self._outside_leg(channel, self._house.speech).answer()

    def _is_free(self, counsellor: CounsellorId) -> bool:
        return any(each.id == counsellor for each in self._house.roster.available())

    def _new_leg(self, call: Call, target: Colleague | Outside) -> OutgoingLeg:
        channel = leg_channel(call)
        if isinstance(target, Outside):
            return self._outside_leg(channel, call.party.speech)
        account, speech = self._house.roster.account(target.counsellor), call.party.speech
        return self._offers.leg(channel, target.counsellor, account=account, speech=speech)

    def _outside_leg(self, channel: ChannelId, speech: Speech) -> OutgoingLeg:
        leg = OutgoingLeg(channel, speech=speech, switch=self._switch, tasks=self._tasks)
        self.outside[channel] = leg
        return leg

    async def _ring(
        self, call: Call, target: Colleague | Outside, leg: OutgoingLeg, answer: Ring
    ) -> None:
        """Ring until it is answered or not, and say which."""
        ring_s = call.line.waiting.ring_s
        try:
            await self._call_out(call, target, leg, ring_s)
            endings: set[asyncio.Future[Any]] = {leg.answered, leg.gone}
            await asyncio.wait(
                endings, timeout=ring_s + RING_SLACK_S, return_when=asyncio.FIRST_COMPLETED
            )
        except (ChannelGone, SwitchUnavailable, SwitchRefused) as error:
            log.warning("colleague.not_rung", target=type(target).__name__, reason=str(error))
            lost = Refusal.FAILED if isinstance(target, Outside) else Refusal.ABSENT
            answer.set_result(lost)
            return
        if leg.answered.done() and not leg.gone.done():
            if isinstance(leg, Leg):
                facts, leg.talks_since = call.facts, self._house.clock.now()
                self._house.roster.talk(leg.counsellor, call=facts.call_id, line=facts.line)
            answer.set_result(leg.channel)
        elif isinstance(leg, Leg):
            answer.set_result(not_reached(leg.why_unanswered(ring_s)))
        else:
            answer.set_result(outside_not_reached(leg.gone.result() if leg.gone.done() else 0))

    async def _call_out(
        self, call: Call, target: Colleague | Outside, leg: OutgoingLeg, ring_s: float
    ) -> None:
        """On whichever screen: the line's number, never the counsellor's or the caller's."""
        ours, call_id = call.line.caller_id, call.facts.call_id
        if isinstance(target, Outside):
            await self._switch.dial_out(
                leg.channel, call=call_id, number=target.number, caller_id=ours, ring_s=ring_s
            )
        else:
            await self._switch.ring(
                leg.channel,
                call=call_id,
                account=self._house.roster.account(target.counsellor),
                display=consult_display(call),
                number=ours,
                ring_s=ring_s,
            )

    def _take_back(self, leg: OutgoingLeg, call: CallId) -> None:
        """Nobody needs the leg, answered or not."""
        roster = self._house.roster
        if not isinstance(leg, Leg):
            self._end_outside(leg)
        elif leg.talks_since is not None:
            self._offers.let_go(leg)
        else:
            self._offers.legs.pop(leg.channel, None)
            leg.hang_up()
            roster.withdraw(leg.counsellor, call=call)

    def _end_outside(self, leg: OutgoingLeg) -> None:
        self.outside.pop(leg.channel, None)
        leg.hang_up()

    def _leg(self, channel: ChannelId | None) -> OutgoingLeg | None:
        if channel is None:
            return None
        return self._offers.legs.get(channel) or self.outside.get(channel)

    def _wrap_up_s(self, call: Call) -> float:
        topic = call.service.topics.get(call.facts.topic) if call.facts.topic else None
        return topic.routing.wrap_up_s if topic is not None else 0.0


def consult_display(call: Call) -> str:
    """What a colleague's phone shows: who asks, and about what, as `Anna Aalto: Lapsiperheet`."""
    topic = call.service.topics.get(call.facts.topic) if call.facts.topic else None
    people = {person.id: person.name for person in call.service.counsellors}
    asking = people.get(call.facts.counsellor, "") if call.facts.counsellor else ""
    return f"{asking}: {topic.name[Language.FI] if topic else ''}"
