"""One counsellor's phone is rung for one caller, until it is answered or not."""

import asyncio
import secrets
from contextlib import suppress
from typing import Any

import structlog

from ivr.director.house import House
from ivr.domain.call import ChannelId, CounsellorId, Language
from ivr.domain.journal import EventKind
from ivr.ports import ChannelGone, Switch, SwitchRefused, SwitchUnavailable
from ivr.stage import Call, Party
from ivr.tasks import Tasks

log = structlog.get_logger(__name__)

# Asterisk ends the ringing by itself; this much later it is taken for lost.
RING_SLACK_S = 5.0


class Leg(Party):
    """A counsellor's phone, ringing or answered, on behalf of one call."""

    def __init__(
        self,
        channel: ChannelId,
        counsellor: CounsellorId,
        *,
        house: House,
        switch: Switch,
        tasks: Tasks,
    ) -> None:
        super().__init__(channel, switch, house.speech)
        self._tasks = tasks
        self.counsellor = counsellor
        self.answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._switch = switch

    def answer(self) -> None:
        """The phone was answered."""
        if not self.answered.done():
            self.answered.set_result(None)

    async def ring(self, call: Call, account: str) -> bool:
        """Ring the phone for the call; whether it was answered.

        The leg is hung up when it was not, and when the ringing is cancelled.
        """
        answered = False
        try:
            with structlog.contextvars.bound_contextvars(call_id=call.facts.call_id):
                answered = await self._ring(call, account)
        finally:
            if not answered:
                self.hang_up()
        return answered

    def hang_up(self) -> None:
        """See that the leg ends. A task of its own, so that no cancellation can stop it."""
        self._tasks.start(self._hang_up(), f"hang up {self.channel}")

    async def _hang_up(self) -> None:
        with suppress(SwitchUnavailable):  # then the next connection sweeps it
            await self._switch.hang_up(self.channel, answered=self.answered.done())

    async def _ring(self, call: Call, account: str) -> bool:
        ring_s = call.line.waiting.ring_s
        call.record(EventKind.RINGING, of=f"/{self.channel}", counsellor=self.counsellor)
        try:
            await self._switch.ring(
                self.channel,
                call=call.facts.call_id,
                account=account,
                display=display_name(call),
                number=call.line.caller_id,
                ring_s=ring_s,
            )
        except (ChannelGone, SwitchUnavailable, SwitchRefused) as error:
            log.warning("leg.not_rung", counsellor=self.counsellor, reason=str(error))
            return False
        endings: set[asyncio.Future[Any]] = {self.answered, self.gone}
        slack = ring_s + RING_SLACK_S
        await asyncio.wait(endings, timeout=slack, return_when=asyncio.FIRST_COMPLETED)
        return self.answered.done() and not self.gone.done()


def leg_channel(call: Call) -> ChannelId:
    """A channel id for a leg of the call, new each time: a phone may ring for a call again."""
    return ChannelId(f"{call.facts.call_id}.leg.{secrets.token_hex(4)}")


def display_name(call: Call) -> str:
    """What the ringing phone shows: language, topic and wait, as `SV Lapsiperheet 3:40`."""
    topic = call.service.topics.get(call.facts.topic) if call.facts.topic else None
    name = topic.name[Language.FI] if topic else ""
    waited = call.now() - (call.facts.joined or call.facts.arrived)
    minutes, seconds = divmod(int(waited.total_seconds()), 60)
    return f"{call.language.upper()} {name} {minutes}:{seconds:02d}"
