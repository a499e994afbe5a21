"""The calls of one connection to the switch: greeted, adopted, performed, finished."""

from collections.abc import Callable
from dataclasses import replace
from typing import assert_never

import structlog

from ivr.director.alone import AloneCalls
from ivr.director.at_work import AtWork
from ivr.director.callback_desk import CallbackDesk
from ivr.director.calling_back import CallingBack
from ivr.director.desk_calls import DeskCalls
from ivr.director.house import House
from ivr.director.legs import OutgoingLeg
from ivr.director.matchmaking import Matchmaker
from ivr.director.on_air import OnAir
from ivr.director.performing import Performance
from ivr.director.resuming import arrival, owed, talking
from ivr.director.sweeper import Sweeper
from ivr.director.switchboard import Switchboard
from ivr.director.unperformed import close_afterwards, turn_away
from ivr.domain.call import ChannelId, Facts, SceneName
from ivr.domain.reception import receive
from ivr.domain.recovery import (
    Action,
    Adopt,
    Attend,
    Close,
    Greet,
    HangUpOrphan,
    RemoveBridge,
    reconcile,
)
from ivr.domain.renewal import as_known
from ivr.ports import Arrived, Connection
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
        self.on_air = OnAir()
        self._desk_calls = DeskCalls(
            house,
            self._switch,
            self._tasks,
            self._desk.second_lines,
            calls=self.on_air.call,
            callbacks=CallbackDesk(
                lambda: house.service, house.callbacks, house.clock, lambda: self.on_air.called_back
            ),
        )
        self._calling_back = CallingBack(
            house,
            self._switch,
            self._tasks,
            self._desk,
            perform=self._call_back,
            on_air=self.on_air,
            working=lambda: self.ready and self._doors_open,
        )
        self._desk.due = self._calling_back
        self._switchboard = Switchboard(
            self._switch,
            self._tasks,
            calls=self.on_air.calls,
            desk=self._desk,
            desk_calls=self._desk_calls,
            greet=self._greet,
        )
        self._sweeper = Sweeper(
            self._switch,
            calls=self.on_air.calls,
            desk=self._desk,
            desk_calls=self._desk_calls,
            call_id=house.call_id,
            act=self._act,
            ended=self._switchboard.act_safely,
        )
        self.ready = False  # set once the calls found have been taken up
        self._doors_open = True

    def close_doors(self) -> None:
        """Take no new calls."""
        self._doors_open = False

    async def finish(self) -> None:
        """Take no new calls, and return when those in progress have ended."""
        self.close_doors()
        await self.on_air.all_over()

    async def run(self, on_ready: Callable[[], None]) -> None:
        """Take up what is there, say so, then act on events until they end.

        However this ends, the connection is closed before the calls are let go: what
        they tidy up must not reach callers who are still on the switch.
        """
        async with self._tasks:
            try:
                with self._desk.attending():
                    await self._take_up()
                    self.ready = True
                    on_ready()
                    self._tasks.start(AtWork(self._house, self._switch).watch(), "at work")
                    self._tasks.start(self._sweeper.sweep(), "sweep")
                    async for event in self._connection.events():
                        self._switchboard.act_safely(event)
            finally:
                await self._connection.close()

    async def _take_up(self) -> None:
        journal = self._house.journal
        await self._house.callbacks.learn()
        snapshot = await self._switch.snapshot()
        alone = AloneCalls(self._house)
        await alone.look(snapshot.started)
        unfinished = await journal.open_calls()
        kept = [call for call in unfinished if await journal.callback_promised(call) is not None]
        actions = reconcile(
            performing={call.facts.call_id: at for at, call in self.on_air.calls.items()},
            unfinished=unfinished,
            found=snapshot.channels,
            bridges=snapshot.bridges,
            switch_started=self._house.of_machine(snapshot.started),
            callbacks=frozenset(kept),
            call_id=self._house.call_id,
        )
        adopted = [action for action in actions if isinstance(action, Adopt)]
        self._house.roster.resume(
            await journal.duties(),
            reachable=snapshot.reachable,
            talking=talking(adopted, snapshot.channels),
            owed=owed(self._house.service, unfinished.values()),
        )
        self._desk.expect(action.facts for action in adopted if _in_line(action.facts))
        log.info("director.connected", channels=len(snapshot.channels), actions=len(actions))
        for action in actions:
            await self._act(action)
        self._calling_back.attempts.settle({facts.call_id for facts in self.on_air.facts()})
        self._desk.match_soon()
        self._tasks.start(alone.watch(snapshot.started), "alone")

    async def _act(self, action: Action) -> None:
        match action:
            case Adopt():
                self._adopt(action)
            case Greet(found=found):
                self._greet(arrival(found))
            case Attend(channel=channel, account=account, dialled=dialled):
                self._desk_calls.attend(channel, account, dialled, found=True)
            case Close():
                await close_afterwards(self._house, action)
            case HangUpOrphan(channel=channel):
                await self._switch.hang_up(channel)
            case RemoveBridge(bridge=bridge):
                await self._switch.part(bridge)
            case _:
                assert_never(action)

    def _greet(self, arrived: Arrived) -> None:
        channel = arrived.channel
        if channel in self.on_air.calls:
            return
        facts = receive(
            self._house.service,
            call_id=self._house.call_id(channel),
            dialled=arrived.dialled,
            caller=arrived.caller,
            hidden=arrived.hidden,
            now=self._house.clock.now(),
            since=None if arrived.since is None else self._house.of_machine(arrived.since),
            objection=self._house.numbers.objection,
            calls=len(self.on_air),
        )
        facts = replace(facts, answered=arrived.up)
        if self._doors_open:
            self._start(channel, facts, fresh=True)
        else:
            away = turn_away(self._house, self._switch, channel, facts)
            self._tasks.start(away, f"turn away {facts.call_id}")

    def _adopt(self, action: Adopt) -> None:
        facts = as_known(action.facts, self._house.service)
        self._desk.take_up(action)
        self._start(action.channel, facts, fresh=False)

    def _start(self, channel: ChannelId, facts: Facts, *, fresh: bool) -> None:
        house = self._house
        call = Call(
            facts=facts,
            party=self._citizen(channel, facts),
            service=house.service,
            switch=self._switch,
            journal=house.journal,
            clock=house.clock,
        )
        self._begin(call, fresh=fresh)

    def _citizen(self, channel: ChannelId, facts: Facts) -> Party:
        if facts.callback is None:
            return Party(channel, self._switch, self._house.speech)
        speech, switch, tasks = self._house.speech, self._switch, self._tasks
        called = OutgoingLeg(channel, speech=speech, switch=switch, tasks=tasks)
        if facts.answered:
            called.answer()
        return called

    def _call_back(self, call: Call) -> None:
        self._begin(call, fresh=True)

    def _begin(self, call: Call, *, fresh: bool) -> None:
        self.on_air.begin(call)
        if self.ready:
            self._desk.match_soon()  # nobody is called back who is on the line
        self._tasks.start(self._perform(call, fresh=fresh), f"call {call.facts.call_id}")

    async def _perform(self, call: Call, *, fresh: bool) -> None:
        with structlog.contextvars.bound_contextvars(call_id=call.facts.call_id):
            performance = Performance(
                call, self._house, self._desk, self._switch, self._calling_back
            )
            try:
                await (performance.begin() if fresh else performance.resume())
            finally:
                self.on_air.end(call)
                self._desk.left(call.facts.call_id)


def _in_line(facts: Facts) -> bool:
    return facts.scene is SceneName.WAITING
