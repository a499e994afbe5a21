"""A book of requests, its desk and its attempts without a switch: what a machine of tests drives.

Nothing here ever waits, so that a coroutine comes to its end in one step.
"""

from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar, cast

from ivr.adapters.numbering import NumberingPlans
from ivr.director import Book, CallbackDesk, House
from ivr.director.attempts import Attempts
from ivr.domain.call import Caller, CallId, CounsellorId, Facts, Language, SceneName
from ivr.domain.callback import Callback, CallbackId
from ivr.domain.callback_state import decode, encode
from ivr.domain.journal import CallbackEvent, Event
from ivr.domain.policy import CallbackPolicy, OutgoingPolicy
from ivr.domain.schedule import forced_open
from ivr.domain.service import Service, ServiceLine
from ivr.ports import JournalUnavailable
from tests.fakes.journal import Disk
from tests.fakes.service import NEVER, SilentSpeech, changed, facts, service
from tests.fakes.time import BEGIN

T = TypeVar("T")

POLICY = CallbackPolicy(attempts=2, between_min=30)
BOUNDS = OutgoingPolicy(at_once=2, calls_a_day=3)
NARROW = replace(BOUNDS, to=("+35840",))
ANNA = CounsellorId("anna")


def lines_that_dial() -> Service:
    """One line that is open in office hours, and one that never closes."""
    config = changed(service(), "free", callback=POLICY)
    always = changed(config, "paid", callback=POLICY, schedule=forced_open(NEVER))
    return replace(always, calling_back=BOUNDS)


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine returns that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as end:
        return cast("T", end.value)
    raise AssertionError("it waits for something")


class Ledger:
    """A journal whose disk answers at once; what is only recorded may be on its way for long."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.on_its_way: list[CallbackEvent] = []

    def arrive(self, most: int | None = None) -> None:
        """What is on its way, or so much of it, comes to the disk in its order."""
        if not self.disk.full:
            for event in self.on_its_way[:most]:
                self.disk.write_callback(event)
            del self.on_its_way[:most]

    def latest(self) -> dict[CallbackId, Callback]:
        """Each request as it is on disk, or soon will be."""
        of_disk = {it.id: it for it in self.disk.callbacks}
        return {**of_disk, **{event.callback.id: event.callback for event in self.on_its_way}}

    def record(self, event: Event) -> None:
        """Nobody asks what became of calls."""

    def record_callback(self, event: CallbackEvent) -> None:
        self.on_its_way.append(event)

    async def promise_callback(self, event: CallbackEvent, said: Event) -> None:
        await self.change_callback(event)

    async def change_callback(self, *events: CallbackEvent) -> None:
        if self.disk.full:
            raise JournalUnavailable("the disk is full")
        self.arrive()
        for event in events:
            self.disk.write_callback(event)

    async def callbacks(self) -> Sequence[Callback]:
        return [decode(encode(each)) for each in self.disk.callbacks]


class Clock:
    """A clock that shows what it is told to; no two looks at it see the same instant."""

    def __init__(self) -> None:
        self.at = BEGIN

    def now(self) -> datetime:
        self.at += timedelta(microseconds=1)
        return self.at


class OneCall:
    """As much of a call as the book and the attempts look at."""

    def __init__(self, of: Facts, line: ServiceLine) -> None:
        self.facts = of
        self.line = line
        self.begun = False

    @property
    def language(self) -> Language:
        return self.facts.language or Language.FI

    def note(self, **changes: Any) -> None:
        self.facts = replace(self.facts, **changes)

    def record(self, *_: object, **__: object) -> None:
        """Nobody asks what became of it."""


class Office:
    """One life of the controller; `on_air` is the switch, which outlives it."""

    def __init__(self, config: Service, disk: Disk, clock: Clock, on_air: set[CallId]) -> None:
        self.config = config
        self.ledger = Ledger(disk)
        self._clock = clock
        journal = cast("Any", self.ledger)
        numbers = NumberingPlans()
        self.book = Book(config, numbers, journal, clock)
        house = House(
            node="n1",
            service=config,
            speech=SilentSpeech(),
            journal=journal,
            numbers=numbers,
            callbacks=self.book,
            clock=clock,
            roster=cast("Any", None),
            door=cast("Any", None),
        )
        self.attempts = Attempts(house, lambda: on_air)
        self.desk = CallbackDesk(lambda: config, self.book, clock, lambda: on_air)
        at_once(self.book.learn())
        self.attempts.settle(on_air)

    def ask(self, call: CallId, line: ServiceLine, number: str, *, urgent: bool) -> None:
        """A caller asks to be called back. Raises JournalUnavailable."""
        said = replace(
            facts(line, arrived=self._clock.now()),
            call_id=call,
            caller=Caller(number=number, hidden=False),
            joined=self._clock.now(),
            caller_urgent=urgent,
        )
        at_once(self.book.ask(cast("Any", OneCall(said, line)), number))

    def begin(self, callback: Callback, call: CallId) -> bool:
        """A counsellor has accepted it: whether the citizen is to be dialled."""
        line = self.config.line(callback.line)
        assert line is not None
        made = replace(
            facts(line, arrived=self._clock.now()),
            call_id=call,
            caller=Caller(number=callback.number, hidden=False),
            scene=SceneName.DIALLING,
            callback=CallId(callback.id),
        )
        return at_once(self.attempts.begin(cast("Any", OneCall(made, line)), ANNA))
