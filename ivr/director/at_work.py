"""The switch is told who is at work and what is closed for a while: it may have to serve alone."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from ivr.director.house import House
from ivr.domain.alone import at_work, closed_until
from ivr.domain.call import LineId
from ivr.domain.line import Skills
from ivr.domain.service import Service
from ivr.ports import Switch, SwitchRefused, SwitchUnavailable

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 5.0
TOLD_AGAIN = timedelta(minutes=5)
# For so long after our last word nobody else is rung. Whoever pauses then comes back to a switch
# that cannot be told so.
BELIEVED = timedelta(hours=1)


class AtWork:
    """Who takes calls now and on which phone, and which lines are closed by somebody's word."""

    def __init__(self, house: House, switch: Switch) -> None:
        self._house = house
        self._switch = switch
        self._told: tuple[Mapping[str, Skills], Service, datetime] | None = None
        self._told_closed: Mapping[LineId, int] = {}

    async def watch(self) -> None:
        """Tell it at every change and now and then, until cancelled."""
        while True:
            try:
                await self._tell_closed()
                await self._tell_if_due()
            except SwitchRefused as error:
                log.warning("at_work.not_told", reason=str(error))
            except SwitchUnavailable:
                return  # the next director tells it
            await asyncio.sleep(LOOK_EVERY_S)

    async def _tell_closed(self) -> None:
        """At the beginning of each line, for the switch may believe what is true no longer."""
        closed = closed_until(self._house.service, self._house.clock.now())
        for line, until in closed.items():
            if self._told_closed.get(line) != until:
                await self._switch.tell_closed(line, until)
        self._told_closed = closed

    async def _tell_if_due(self) -> None:
        now, roster = self._house.clock.now(), self._house.roster
        service = self._house.service
        phones = {roster.account(c): skills for c, skills in roster.working().items()}
        if self._told is not None:
            told, by, at = self._told
            if told == phones and by is service and at <= now < at + TOLD_AGAIN:
                return
        believed = int((now + BELIEVED).timestamp())
        await self._switch.tell_at_work(at_work(service, phones, until=believed))
        self._told = phones, service, now
