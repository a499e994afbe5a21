"""What counsellors dial is attended to here, each until it is done or the phone hangs up."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import structlog

from ivr.director.duty_desk import DutyDesk
from ivr.director.house import House
from ivr.director.second_lines import SecondLines
from ivr.director.worklist import Worklist
from ivr.domain.call import CallId, ChannelId, Language, SceneName
from ivr.domain.code import Wish, is_number, read_code
from ivr.domain.counsellor import Doing
from ivr.ports import CallbackDesk, ChannelGone, Switch, SwitchUnavailable
from ivr.scenes.desk import desk
from ivr.stage import Call, Party
from ivr.stage.desk_call import DeskCall, draft
from ivr.tasks import Tasks

log = structlog.get_logger(__name__)

# The phone hung up, or the next connection attends to it again.
_GONE = (ChannelGone, SwitchUnavailable)
# Where a counsellor who has the caller to themselves may dial a colleague.
_IN_HAND = frozenset({SceneName.TALKING, SceneName.HELD})


class DeskCalls:
    """The desk calls of one connection, by channel. `calls` finds a call that is performed."""

    def __init__(
        self,
        house: House,
        switch: Switch,
        tasks: Tasks,
        lines: SecondLines,
        *,
        calls: Callable[[CallId], Call | None],
        callbacks: CallbackDesk,
    ) -> None:
        self._house = house
        self._switch = switch
        self._tasks = tasks
        self._desk = DutyDesk(house, calls)
        self._worklist = Worklist(house, tasks, callbacks)
        self._lines = lines
        self._calls = calls
        self.parties: dict[ChannelId, Party] = {}

    def attend(self, channel: ChannelId, account: str, dialled: str, *, found: bool) -> None:
        """Answer the phone and do what was dialled; `found` after a crash or a drop."""
        if channel not in self.parties:
            self.parties[channel] = Party(channel, self._switch, self._house.speech)
            work = self._attend(self.parties[channel], account, dialled, found=found)
            self._tasks.start(work, f"desk {channel}")

    async def _attend(self, party: Party, account: str, dialled: str, *, found: bool) -> None:
        code = None if is_number(dialled) else dialled[:2]
        log.info("desk.dialled", account=account, code=code)
        try:
            with self._house.roster.dialling(account), suppress(*_GONE):
                if found:
                    await self._end_drafts(party, dialled)
                    await party.stop_everything()
                await self._switch.answer(party.channel)
                await self._do(self._call(party, account, dialled))
        finally:
            self.parties.pop(party.channel, None)
            # A task of its own, so that no cancellation can stop it.
            self._tasks.start(self._hang_up(party, dialled), f"hang up {party.channel}")

    def _call(self, party: Party, account: str, dialled: str) -> DeskCall:
        return DeskCall(
            party=party,
            account=account,
            dialled=dialled,
            desk=self._desk,
            door=self._house.door,
            worklist=self._worklist,
            lines=self._house.service.lines,
            notices=self._house.notices,
            clock=self._house.clock,
        )

    async def _do(self, call: DeskCall) -> None:
        if is_number(call.dialled):
            await self._lines.attend(call, self._in_hand(call))
        else:
            await self._until_hangup(call)

    def _in_hand(self, call: DeskCall) -> Call | None:
        """The call of whoever is signed in on the phone, if they have its caller to themselves."""
        user = call.user
        duty = self._house.roster.duties[user] if user is not None else None
        if duty is None or duty.doing is not Doing.TALKING or duty.call is None:
            return None
        live = self._calls(duty.call)
        if live is None or not live.facts.connected or live.facts.counsellor != user:
            return None
        return live if live.facts.scene in _IN_HAND else None

    async def _until_hangup(self, call: DeskCall) -> None:
        party = call.party
        talking = self._tasks.start(_perform(call), f"desk scene {party.channel}")
        try:
            await asyncio.wait({talking, party.gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            talking.cancel()
            await asyncio.gather(talking, return_exceptions=True)

    async def _hang_up(self, party: Party, dialled: str) -> None:
        with suppress(SwitchUnavailable):  # then the next connection attends to it again
            await self._switch.hang_up(party.channel, answered=True)
            await self._end_drafts(party, dialled)

    async def _end_drafts(self, party: Party, dialled: str) -> None:
        """What was being recorded goes: no other verb is done before its end."""
        code = read_code(dialled)
        if code is not None and code.wish is Wish.NOTICE:
            for language in Language:
                await party.forget_recording(draft(party.channel, language))


async def _perform(call: DeskCall) -> None:
    with suppress(*_GONE):
        await desk(call)
