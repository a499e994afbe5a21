"""The calls of one connection to the switch: greeted, adopted, performed, finished."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import assert_never

import structlog

from ivr.director.house import House
from ivr.director.matchmaking import Matchmaker
from ivr.director.performing import Performance
from ivr.domain.call import ChannelId, Facts, Outcome, SceneName
from ivr.domain.journal import Data, EventKind, event
from ivr.domain.reception import receive
from ivr.domain.recovery import (
    Adopt,
    Close,
    Found,
    Greet,
    HangUpOrphan,
    RemoveBridge,
    reconcile,
)
from ivr.ports import (
    Arrived,
    ChannelEnded,
    ChannelGone,
    Connection,
    KeyPressed,
    LegAnswered,
    PhoneChanged,
    PlaybackEnded,
    SwitchEvent,
)
from ivr.stage import Call, Party
from ivr.tasks import Tasks

log = structlog.get_logger(__name__)


class Director:
    """Everything that happens between connecting to the switch and losing it.

    Nothing of it outlives the connection: the next director finds the calls on
    the switch and in the journal, after a dropped socket as after a crash.
    """

    def __init__(self, house: House, connection: Connection) -> None:
        self._house = house
        self._connection = connection
        self._switch = connection.switch
        self._tasks = Tasks()
        self._desk = Matchmaker(house, self._switch, self._tasks)
        self._calls: dict[ChannelId, Call] = {}
        self.ready = False  # set once the calls found have been taken up
        self._doors_open = True
        self._ended = asyncio.Event()

    @property
    def calls(self) -> int:
        """How many calls are being performed."""
        return len(self._calls)

    def close_doors(self) -> None:
        """Take no new calls."""
        self._doors_open = False

    async def finish(self) -> None:
        """Take no new calls, and return when those in progress have ended."""
        self.close_doors()
        while self._calls:
            self._ended.clear()
            await self._ended.wait()

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Take up what is there, say so, then act on events until they end.

        However this ends, the connection is closed before the calls are let go: what
        they tidy up must not reach callers who are still on the switch.
        """
        async with self._tasks:
            try:
                await self._take_up()
                self.ready = True
                on_ready()
                async for event in self._connection.events():
                    self._act_safely(event)
            finally:
                await self._connection.close()

    async def _take_up(self) -> None:
        journal = self._house.journal
        snapshot = await self._switch.snapshot()
        unfinished = await journal.open_calls()
        kept = [call for call in unfinished if await journal.callback_promised(call) is not None]
        self._house.roster.resume(snapshot.reachable)
        actions = reconcile(
            performing={call.facts.call_id: channel for channel, call in self._calls.items()},
            unfinished=unfinished,
            found=snapshot.channels,
            bridges=snapshot.bridges,
            switch_started=snapshot.started,
            callbacks=frozenset(kept),
            call_id=self._house.call_id,
        )
        adopted = (action.facts for action in actions if isinstance(action, Adopt))
        self._desk.expect(facts for facts in adopted if _in_line(facts))
        log.info("director.connected", channels=len(snapshot.channels), actions=len(actions))
        for action in actions:
            match action:
                case Adopt():
                    self._adopt(action)
                case Greet(found=found):
                    self._greet(_arrival(found), answered=found.up)
                case Close():
                    self._close(action)
                case HangUpOrphan(channel=channel):
                    await self._switch.hang_up(channel)
                case RemoveBridge(bridge=bridge):
                    await self._switch.part(bridge)
                case _:
                    assert_never(action)

    def _act_safely(self, event: SwitchEvent) -> None:
        """A fault of ours in one event is that event's, not every call's."""
        try:
            self._act(event)
        except Exception:
            log.exception("event.failed", kind=type(event).__name__)

    def _act(self, event: SwitchEvent) -> None:
        match event:
            case Arrived():
                self._greet(event, answered=False)
            case KeyPressed() | PlaybackEnded() | ChannelEnded():
                self._deliver(event)
            case LegAnswered():
                leg = self._desk.legs.get(event.channel)
                if leg is not None:
                    leg.answer()
            case PhoneChanged():
                self._house.roster.phone(event.account, reachable=event.reachable)
                self._desk.match()
            case _:
                assert_never(event)

    def _deliver(self, event: KeyPressed | PlaybackEnded | ChannelEnded) -> None:
        party = self._party(event.channel)
        if party is None:
            return
        if isinstance(event, ChannelEnded):
            party.end(event.cause)
        else:
            party.deliver(event)

    def _party(self, channel: ChannelId) -> Party | None:
        call = self._calls.get(channel)
        return call.party if call is not None else self._desk.legs.get(channel)

    def _greet(self, arrived: Arrived, *, answered: bool) -> None:
        channel = arrived.channel
        if channel in self._calls:
            return
        facts = receive(
            self._house.service,
            call_id=self._house.call_id(channel),
            dialled=arrived.dialled,
            caller=arrived.caller,
            hidden=arrived.hidden,
            now=self._house.clock.now(),
        )
        facts = replace(facts, answered=answered)
        if self._doors_open:
            self._start(channel, facts, fresh=True)
        else:
            self._tasks.start(self._turn_away(channel, facts), f"turn away {facts.call_id}")

    async def _turn_away(self, channel: ChannelId, facts: Facts) -> None:
        """The line is going down: the dialplan apologises, unanswered."""
        log.info("call.turned_away", call_id=facts.call_id)
        self._record(facts, EventKind.ARRIVED, {})
        with suppress(ChannelGone):
            await self._switch.apologise(channel)
        self._record(facts, EventKind.FINISHED, {"outcome": Outcome.FALLBACK})

    def _adopt(self, action: Adopt) -> None:
        facts = action.facts
        if action.leg is not None and facts.counsellor is not None:
            self._desk.take_up(action.leg, facts.counsellor)
        self._start(action.channel, facts, fresh=False)

    def _start(self, channel: ChannelId, facts: Facts, *, fresh: bool) -> None:
        house = self._house
        call = Call(
            facts=facts,
            party=Party(channel, self._switch, house.speech),
            service=house.service,
            switch=self._switch,
            journal=house.journal,
            clock=house.clock,
        )
        self._calls[channel] = call
        self._tasks.start(self._perform(call, fresh=fresh), f"call {facts.call_id}")

    async def _perform(self, call: Call, *, fresh: bool) -> None:
        with structlog.contextvars.bound_contextvars(call_id=call.facts.call_id):
            performance = Performance(call, self._house, self._desk, self._switch)
            try:
                await (performance.begin() if fresh else performance.resume())
            finally:
                self._calls.pop(call.channel, None)
                self._ended.set()
                self._desk.left(call.facts.call_id)

    def _close(self, action: Close) -> None:
        """Record the end of a call that ended while nobody looked."""
        log.info("call.closed_afterwards", call_id=action.facts.call_id, outcome=action.outcome)
        self._record(action.facts, EventKind.FINISHED, {"outcome": action.outcome})

    def _record(self, facts: Facts, kind: EventKind, data: Data) -> None:
        self._house.journal.record(event(facts, kind, self._house.clock.now(), data))


def _in_line(facts: Facts) -> bool:
    return facts.scene is SceneName.WAITING


def _arrival(found: Found) -> Arrived:
    """What the switch would have said of this channel when it came."""
    return Arrived(
        channel=found.channel, dialled=found.dialled, caller=found.caller, hidden=found.hidden
    )
