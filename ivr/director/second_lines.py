"""A colleague whom a counsellor dials on the phone's second line while the caller is on hold."""

import asyncio
from collections.abc import Container
from contextlib import suppress
from dataclasses import dataclass, field

from ivr.director.colleagues import Colleagues
from ivr.director.offers import Offers
from ivr.director.ringing import Leg
from ivr.domain.call import BridgeId, ChannelId, CounsellorId, second_line_bridge
from ivr.domain.journal import EventKind
from ivr.domain.transfer import Colleague, Refusal, directory
from ivr.ports import Switch, SwitchUnavailable, TransferAsked
from ivr.stage import Call, Party, Taker
from ivr.stage.desk_call import DeskCall
from ivr.stage.until import first_of
from ivr.tasks import Tasks

# Some phones hang up as soon as they have asked for a transfer; so long it is still done.
LAST_WISH_S = 2.0


@dataclass(kw_only=True)
class SecondLine:
    """A counsellor's `phone` and a colleague's `leg`, who speak with each other.

    `wished`: the phone has asked that the caller be led there. `over` is done when they were.
    """

    call: Call
    counsellor: CounsellorId
    phone: Party
    leg: Leg
    wished: bool = False
    over: asyncio.Future[None] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class SecondLines:
    """The second lines of one connection.

    The caller's call knows nothing of them until it is handed over: a crash ends the
    consultation, and the caller stays with the counsellor on the first line.
    """

    def __init__(
        self, switch: Switch, tasks: Tasks, offers: Offers, colleagues: Colleagues
    ) -> None:
        self._switch = switch
        self._tasks = tasks
        self._offers = offers
        self._colleagues = colleagues
        self._open: dict[ChannelId, SecondLine] = {}

    async def attend(self, phone: DeskCall, call: Call | None) -> None:
        """Let the counsellor speak with the colleague dialled, or say why not.

        `call` is the one that they have in hand. Returns when either hangs up, or when the
        caller has been handed over.
        """
        refused = await self._consult(phone, call)
        if refused is not None:
            await phone.say(refused)

    def consulted(self, call: Call, line: ChannelId) -> Taker | None:
        """See `ivr.stage.Desk`."""
        known = self._open.get(line)
        if known is None or known.call is not call or known.leg.gone.done():
            return None
        if known.counsellor != call.facts.counsellor:
            return None
        return Taker(counsellor=known.leg.counsellor, leg=known.leg.channel)

    def end(self, line: ChannelId) -> None:
        """See `ivr.stage.Desk.end_line`."""
        known = self._open.get(line)
        if known is not None and not known.over.done():
            known.over.set_result(None)

    def hearer(self, asked: TransferAsked, leading: Container[ChannelId | None]) -> Party | None:
        """Who hears a wish to transfer, on whichever line of a phone: the leg with the caller.

        It is declined here where that is none of those `leading`: from a colleague who is only
        asked, it would be heard once the caller is theirs, long after it was meant.
        """
        line = self._heard_on(asked)
        leg = self._offers.legs.get(line) if line is not None and line in leading else None
        if leg is None:
            self._tasks.start(self._decline(asked.channel), f"decline {asked.channel}")
        return leg

    def _heard_on(self, asked: TransferAsked) -> ChannelId | None:
        for known in self._open.values():
            if asked.channel == known.leg.channel:
                return None  # the caller is not the colleague's
            if asked.channel == known.phone.channel:
                known.wished = _names_the_caller(asked, known)
                return asked.consulted if known.wished else None
        if asked.consulted in self._open:
            self._open[asked.consulted].wished = True
        return asked.channel

    async def _consult(self, phone: DeskCall, call: Call | None) -> str | None:
        """Ring, and let them speak; the prompt that says why not."""
        counsellor = phone.user
        if counsellor is None:
            return "desk_not_signed_in"
        if call is None:
            return "desk_no_caller"
        target = self._whom(call, counsellor, phone.dialled)
        if isinstance(target, Refusal):
            return f"talk_{target}"
        async with self._colleagues.ringing(call, target) as rang:
            async with call.talk.ringback(phone.party):
                with first_of(rang, phone.party.gone) as either:
                    await either
            if not rang.done():
                return None  # they gave up
            answer = rang.result()
            if isinstance(answer, Refusal):
                return f"talk_{answer}"
            leg = self._offers.legs[answer]
            await self._speak(
                SecondLine(call=call, counsellor=counsellor, phone=phone.party, leg=leg)
            )
        return None

    def _whom(self, call: Call, counsellor: CounsellorId, dialled: str) -> Colleague | Refusal:
        known = directory(call.service, of=counsellor, language=call.language)
        target = known.target(dialled)
        if isinstance(target, Colleague):
            return self._colleagues.absent(target) or target
        return target if isinstance(target, Refusal) else Refusal.NOT_ALLOWED

    async def _speak(self, line: SecondLine) -> None:
        phone, leg = line.phone, line.leg
        bridge = second_line_bridge(phone.channel)
        self._open[phone.channel] = line
        try:
            await self._switch.join(bridge, [leg.channel, phone.channel])
            if line.call.facts.outcome is None:
                of = f"/{leg.channel}"
                line.call.record(EventKind.CONSULTED, of=of, counsellor=leg.counsellor)
            with first_of(phone.gone, leg.gone, line.over) as ended:
                await ended
            if line.wished and not leg.gone.done():
                await asyncio.wait({line.over}, timeout=LAST_WISH_S)
        finally:
            del self._open[phone.channel]
            # A task of its own, so that no cancellation can stop it.
            self._tasks.start(self._part(bridge), f"part {bridge}")

    async def _decline(self, channel: ChannelId) -> None:
        with suppress(SwitchUnavailable):
            await self._switch.report_transfer(channel, done=False)

    async def _part(self, bridge: BridgeId) -> None:
        with suppress(SwitchUnavailable):  # then the next connection removes it
            await self._switch.part(bridge)


def _names_the_caller(asked: TransferAsked, line: SecondLine) -> bool:
    """Whether the wish is to join this line and the one on which its counsellor has the caller."""
    facts = line.call.facts
    return asked.consulted == facts.leg and facts.counsellor == line.counsellor
