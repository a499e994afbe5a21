"""Looks now and then for what an error of ours, or an event that never came, has left behind."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

import structlog

from ivr.director.desk_calls import DeskCalls
from ivr.director.matchmaking import Matchmaker
from ivr.domain.call import CallId, ChannelId, second_line_bridge
from ivr.domain.recovery import Action, reconcile
from ivr.domain.sweep import LOST_CAUSE, Doubt, Ours, bridges_of, doubt
from ivr.ports import ChannelEnded, ChannelGone, Snapshot, Switch, SwitchRefused, SwitchUnavailable
from ivr.stage import Call

log = structlog.get_logger(__name__)

# What is at odds in two looks is so for longer than any command takes.
LOOK_EVERY_S = 60.0


class Sweeper:
    """Compares what is known with a listing, which is one small request.

    Where they are at odds twice, all is read as at a new connection, and the same is done: a
    caller whom nobody performs is greeted, or their call goes on; legs and bridges of nobody
    end. `act` does it; `ended` hears of what has gone unseen.
    """

    def __init__(
        self,
        switch: Switch,
        *,
        calls: Mapping[ChannelId, Call],
        desk: Matchmaker,
        desk_calls: DeskCalls,
        call_id: Callable[[ChannelId], CallId],
        act: Callable[[Action], Awaitable[None]],
        ended: Callable[[ChannelEnded], None],
    ) -> None:
        self._switch = switch
        self._calls = calls
        self._desk = desk
        self._desk_calls = desk_calls
        self._call_id = call_id
        self._act = act
        self._ended = ended

    async def sweep(self) -> None:
        """Look for as long as the connection lasts."""
        with suppress(SwitchUnavailable):  # the next connection finds all that there is
            before: Doubt | None = None
            while True:
                await asyncio.sleep(LOOK_EVERY_S)
                before = await self._look(before)

    async def _look(self, before: Doubt | None) -> Doubt | None:
        """What is at odds now; what was so before as well is cleared away."""
        try:
            now = doubt(await self._switch.ours(), self._known())
            twice = now.still(before) if before is not None else None
            if twice:
                await self._settle(twice, await self._switch.snapshot())
        except (ChannelGone, SwitchRefused):
            log.exception("sweep.failed")
            return before
        return now

    def _known(self) -> Ours:
        """Whatever somebody here takes care of."""
        calls = (call.facts.call_id for call in self._calls.values())
        second = map(second_line_bridge, self._desk_calls.parties)
        channels = {*self._calls, *self._desk.legs, *self._desk_calls.parties}
        return Ours(channels=frozenset(channels), bridges=bridges_of(calls).union(second))

    async def _settle(self, found: Doubt, there: Snapshot) -> None:
        still = doubt(
            Ours(channels=frozenset(there.channels), bridges=there.bridges), self._known()
        )
        for channel in sorted(found.missing & still.missing):
            log.error("sweep.ended_unseen", channel=channel)
            self._ended(ChannelEnded(channel=channel, cause=LOST_CAUSE))
        left = found.still(still).unknown
        for action in reconcile(
            performing={},
            unfinished={},
            found={channel: there.channels[channel] for channel in left.channels},
            bridges=left.bridges,
            switch_started=there.started,
            callbacks=frozenset(),
            call_id=self._call_id,
        ):
            log.error("sweep.left_over", action=type(action).__name__)
            await self._act(action)
