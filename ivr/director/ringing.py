"""One counsellor's phone is rung for one caller, until it is answered or not."""

import asyncio
import secrets
from datetime import datetime
from typing import Any

import structlog

from ivr.director.legs import OutgoingLeg
from ivr.domain.call import ChannelId, CounsellorId, Language
from ivr.domain.journal import EventKind
from ivr.domain.unanswered import Unanswered, unanswered
from ivr.ports import ChannelGone, Speech, Switch, SwitchRefused, SwitchUnavailable
from ivr.stage import Call
from ivr.tasks import Tasks

log = structlog.get_logger(__name__)

# Asterisk ends the ringing by itself; this much later it is taken for lost.
RING_SLACK_S = 5.0


class Leg(OutgoingLeg):
    """A counsellor's phone, ringing or answered, on behalf of one call.

    `account` is the SIP account rung, empty for a leg found on the air.
    """

    def __init__(
        self,
        channel: ChannelId,
        counsellor: CounsellorId,
        *,
        account: str = "",
        speech: Speech,
        switch: Switch,
        tasks: Tasks,
    ) -> None:
        super().__init__(channel, speech=speech, switch=switch, tasks=tasks)
        self.counsellor = counsellor
        self.account = account
        self.rang = False  # the phone was there; known once the channel has ended
        self.talks_since: datetime | None = None
        self._begun = asyncio.get_running_loop().time()
        self._lasted_s = 0.0

    @property
    def cause(self) -> int:
        """The Q.850 cause with which the channel has ended; 0 before, or if there was none."""
        return self.gone.result() if self.gone.done() else 0

    def end(self, cause: int) -> None:
        """See `Party.end`."""
        self._lasted_s = asyncio.get_running_loop().time() - self._begun
        super().end(cause)

    def why_unanswered(self, ring_s: float) -> Unanswered:
        """Why nobody answered a phone that was to ring so many seconds, once it is over."""
        return unanswered(self.cause, rang=self.rang, lasted_s=self._lasted_s, ring_s=ring_s)

    async def ring(self, call: Call) -> bool:
        """Ring the phone for the call; whether it was answered.

        The leg is hung up when it was not, and when the ringing is cancelled.
        """
        answered = False
        try:
            with structlog.contextvars.bound_contextvars(call_id=call.facts.call_id):
                answered = await self._ring(call)
        finally:
            if not answered:
                self.hang_up()
        return answered

    async def _ring(self, call: Call) -> bool:
        ring_s = call.line.waiting.ring_s
        call.record(EventKind.RINGING, of=f"/{self.channel}", counsellor=self.counsellor)
        try:
            await self._switch.ring(
                self.channel,
                call=call.facts.call_id,
                account=self.account,
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
    """What the ringing phone shows: language, topic and wait, as `SV Lapsiperheet 3:40`.

    Of a citizen who is to be called back, `Takaisinsoitto SV Lapsiperheet`.
    """
    topic = call.service.topics.get(call.facts.topic) if call.facts.topic else None
    name = topic.name[Language.FI] if topic else ""
    if not call.begun:
        return f"Takaisinsoitto {call.language.upper()} {name}"
    waited = call.now() - (call.facts.joined or call.facts.arrived)
    minutes, seconds = divmod(int(waited.total_seconds()), 60)
    return f"{call.language.upper()} {name} {minutes}:{seconds:02d}"
