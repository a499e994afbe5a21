"""Who of a call hears whom: the caller, the counsellor, and whoever is asked for help."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from ivr.domain.call import CallId, ChannelId, consult_bridge, talk_bridge
from ivr.ports import ChannelGone, Switch, SwitchUnavailable
from ivr.stage.party import Party

log = structlog.get_logger(__name__)


class Talk:
    """The two bridges of one call. Verbs may be repeated; they raise as those of `Call`.

    Keys pressed by one are not heard by the others, unless `keys` says so: to an
    outside number, where a machine may be asking for them.
    """

    def __init__(self, caller: Party, call: CallId, switch: Switch) -> None:
        self._caller = caller
        self._talk = talk_bridge(call)
        self._consult = consult_bridge(call)
        self._switch = switch

    async def connect(self, *others: Party, keys: bool = False) -> bool:
        """Let the caller and the others hear each other; false if one of these has gone."""
        there = [other.channel for other in others]
        try:
            await self._switch.join(self._talk, [*there, self._caller.channel], keys=keys)
        except ChannelGone:  # which of them?
            try:
                await self._switch.join(self._talk, there, keys=keys)
            except ChannelGone:
                return False
            await self._switch.join(self._talk, [self._caller.channel], keys=keys)
        return not any(other.gone.done() for other in others)

    async def confer(self, one: Party, other: Party, *, keys: bool = False) -> bool:
        """Let two hear each other without the caller; false if one of them has gone."""
        try:
            await self._switch.join(self._consult, [one.channel, other.channel], keys=keys)
        except ChannelGone:
            return False
        return not (one.gone.done() or other.gone.done())

    async def part(self) -> None:
        """The caller hears nobody any more; nothing if they did not."""
        await self._switch.part(self._talk)

    async def adjourn(self) -> None:
        """Those who spoke without the caller hear each other no more; nothing if nobody did."""
        await self._switch.part(self._consult)

    async def end(self) -> None:
        """Nobody hears anybody any more."""
        await self.part()
        await self.adjourn()

    async def hush(self, party: Party) -> None:
        """End the music that the hold button of a phone that has gone left with this party."""
        with suppress(ChannelGone):
            await self._switch.stop_music(party.channel)

    @asynccontextmanager
    async def ringback(self, party: Party) -> AsyncIterator[None]:
        """Let a party hear for as long as the block lasts that somebody's phone rings."""
        try:
            with suppress(ChannelGone):  # whoever waits for the party sees that they have gone
                await self._switch.start_ringback(party.channel)
            yield
        finally:
            try:
                await self._switch.stop_ringback(party.channel)
            except (ChannelGone, SwitchUnavailable):
                log.debug("talk.ringback_left")

    async def report(self, line: ChannelId, *, done: bool) -> None:
        """Tell a phone that asked for a transfer what became of it; nothing if it did not ask."""
        await self._switch.report_transfer(line, done=done)
