"""Codes that counsellors dial are attended to here, each until it is done or the phone hangs up."""

import asyncio
from contextlib import suppress

import structlog

from ivr.director.duty_desk import DutyDesk
from ivr.director.house import House
from ivr.domain.call import ChannelId
from ivr.ports import ChannelGone, Switch, SwitchUnavailable
from ivr.scenes.desk import desk
from ivr.stage import Party
from ivr.stage.desk_call import DeskCall
from ivr.tasks import Tasks

log = structlog.get_logger(__name__)

# The phone hung up, or the next connection attends to it again.
_GONE = (ChannelGone, SwitchUnavailable)


class DeskCalls:
    """The desk calls of one connection, by channel."""

    def __init__(self, house: House, switch: Switch, tasks: Tasks, duty_desk: DutyDesk) -> None:
        self._house = house
        self._switch = switch
        self._tasks = tasks
        self._desk = duty_desk
        self.parties: dict[ChannelId, Party] = {}

    def attend(self, channel: ChannelId, account: str, dialled: str, *, found: bool) -> None:
        """Answer the phone and do what the code says; `found` after a crash or a drop."""
        if channel not in self.parties:
            self.parties[channel] = Party(channel, self._switch, self._house.speech)
            work = self._attend(self.parties[channel], account, dialled, found=found)
            self._tasks.start(work, f"desk {channel}")

    async def _attend(self, party: Party, account: str, dialled: str, *, found: bool) -> None:
        log.info("desk.dialled", account=account, code=dialled[:2])
        try:
            with self._house.roster.dialling(account), suppress(*_GONE):
                if found:
                    await party.stop_everything()
                await self._switch.answer(party.channel)
                await self._until_hangup(party, account, dialled)
        finally:
            self.parties.pop(party.channel, None)
            # A task of its own, so that no cancellation can stop it.
            self._tasks.start(self._hang_up(party), f"hang up {party.channel}")

    async def _until_hangup(self, party: Party, account: str, dialled: str) -> None:
        call = DeskCall(
            party=party, account=account, dialled=dialled, desk=self._desk, door=self._house.door
        )
        talking = self._tasks.start(_perform(call), f"desk scene {party.channel}")
        try:
            await asyncio.wait({talking, party.gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)

    async def _hang_up(self, party: Party) -> None:
        with suppress(SwitchUnavailable):  # then the next connection attends to it again
            await self._switch.hang_up(party.channel, answered=True)


async def _perform(call: DeskCall) -> None:
    with suppress(*_GONE):
        await desk(call)
