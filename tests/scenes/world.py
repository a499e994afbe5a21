"""The whole line in virtual time: a switch, callers with habits, and a controller that may die."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime

from ivr.adapters.numbering import NumberingPlans
from ivr.director import Book, Director, Door, House, Roster
from ivr.domain import code
from ivr.domain.call import CallId, CounsellorId, Outcome
from ivr.domain.journal import EventKind
from ivr.domain.service import Service
from ivr.ports import Clock, PhoneChanged, SwitchUnavailable
from tests.fakes.alone import MemoryNotes, Notes
from tests.fakes.asterisk import Channel, FakeAsterisk, FakePhone
from tests.fakes.journal import Disk, MemoryJournal
from tests.fakes.notices import Board, MemoryNotices
from tests.fakes.service import SilentSpeech, service
from tests.fakes.switch import FakeConnection, FakeSwitch
from tests.fakes.time import Steps, VirtualClock, counting, tick

PIN = "2468"  # of every counsellor
ADMINISTRATORS = "97531"


@dataclass
class Controller:
    """One life of the controller."""

    switch: FakeSwitch
    journal: MemoryJournal
    notes: MemoryNotes
    notices: MemoryNotices
    task: asyncio.Task[None]
    director: Director

    def die(self) -> None:
        """From this instant nothing that it does has an effect."""
        self.switch.lose()
        self.journal.die()
        self.notes.die()
        self.notices.die()


class World:
    """Everything that outlives a controller, and the controller of the moment."""

    def __init__(self, config: Service | None = None) -> None:
        self.asterisk = FakeAsterisk()
        self.disk = Disk()
        self.board = Board()
        self.config = replace(config or service(), closures=self.board.closures)
        self.clock = VirtualClock()
        self.notes = Notes()
        self.controller: Controller | None = None

    def start(self, steps: Steps | None = None) -> None:
        """Start a controller; `steps` counts its steps, and may strike."""
        switch, journal = FakeSwitch(self.asterisk), MemoryJournal(self.disk)
        clock = self.time()
        numbers, notes = NumberingPlans(), MemoryNotes(self.notes)
        notices = MemoryNotices(self.board)
        roster = Roster(self.config, clock, journal)
        self.house = House(
            node="n1",
            service=self.config,
            speech=SilentSpeech(),
            journal=journal,
            numbers=numbers,
            callbacks=Book(self.config, numbers, journal, clock),
            clock=clock,
            roster=roster,
            door=self._door(roster, clock),
            alone=notes,
            of_machine=self.of_machine,
            notices=notices,
        )
        token = counting.set(steps)
        director = Director(self.house, FakeConnection(switch))
        task = asyncio.create_task(director.run(lambda: None))
        counting.reset(token)
        self.controller = Controller(switch, journal, notes, notices, task, director)

    def _door(self, roster: Roster, clock: Clock) -> Door:
        return Door(self.config, roster, clock, self.pins())

    def pins(self) -> dict[CounsellorId, str]:
        """Those of the counsellors and of the administrators."""
        return {c.id: PIN for c in self.config.counsellors} | {code.ADMINISTRATORS: ADMINISTRATORS}

    def renew(self, config: Service) -> None:
        """Another configuration comes into force in the middle of everything."""
        self.config = config
        self.house.renew(config, SilentSpeech(), self.pins())

    def time(self) -> Clock:
        """What a controller that starts now goes by."""
        return self.clock

    def of_machine(self, at: datetime) -> datetime:
        """What the switch tells, as the controller's clock has it."""
        return at

    def on_air(self) -> frozenset[CallId]:
        """The calls back that the controller performs."""
        return self.controller.director.on_air.called_back if self.controller else frozenset()

    async def stop(self) -> None:
        """End the controller as a lost socket does, and wait until nothing of it runs."""
        controller, self.controller = self.controller, None
        if controller is not None:
            controller.die()
            with suppress(SwitchUnavailable):
                await controller.task

    async def crash_and_restart(self, after_s: float) -> None:
        """The controller is dead already; clear it away, and start another after a while."""
        await self.stop()
        await asyncio.sleep(after_s)
        self.start()

    @contextmanager
    def habit(
        self, channel: Channel, keys: Mapping[str, str], after_s: float = 0.5
    ) -> Iterator[None]:
        """The caller presses keys each time a prompt (without its language) is heard."""

        def react(heard: Channel, sound: str) -> None:
            key = keys.get(sound.rpartition("/")[2])
            if heard is channel and key is not None:
                loop = asyncio.get_running_loop()
                for number, each in enumerate(key):
                    loop.call_later(after_s + number / 100, self.asterisk.press, channel, each)

        self.asterisk.listeners.append(react)
        try:
            yield
        finally:
            self.asterisk.listeners.remove(react)

    async def until(
        self, reached: Callable[[], bool], within_s: float = 600.0, *, every_s: float = 0.05
    ) -> None:
        """Wait for something to become true."""
        deadline = asyncio.get_running_loop().time() + within_s
        while not reached():
            assert asyncio.get_running_loop().time() < deadline, "it did not come to pass"
            await tick(every_s, deadline)

    async def until_heard(self, channel: Channel) -> None:
        """Wait for the first sound on the channel."""
        await self.until(lambda: bool(channel.heard))

    async def until_over(self, channel: Channel) -> None:
        """Wait for the outcome of the call on the channel."""
        await self.until(lambda: bool(self.outcomes(channel)))

    def outcomes(self, channel: Channel) -> list[str]:
        """The outcomes on record for the call on this channel."""
        finished = self.disk.of(EventKind.FINISHED, CallId(f"n1-{channel.id}"))
        return [str(Outcome(str(e.data["outcome"]))) for e in finished]

    def heard(self, channel: Channel) -> list[str]:
        """The prompts heard, in order."""
        return [sound for _, sound in channel.heard]

    def phone(self, account: str, *, answers_after: float | None = 1.0) -> FakePhone:
        """A counsellor's phone comes on."""
        phone = FakePhone(answers_after=answers_after)
        self.asterisk.register(account, phone)
        return phone

    def unregister(self, account: str) -> None:
        """A counsellor's phone goes, whatever rings there."""
        del self.asterisk.phones[account]
        self.asterisk.emit(PhoneChanged(account=account, reachable=False))
