"""A journal in memory: what is committed survives a crash, what is on its way does not."""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from ivr.domain.call import CallId, CounsellorId, Facts, LineId, Outcome
from ivr.domain.callback import Callback, CallbackId
from ivr.domain.callback_state import decode, encode
from ivr.domain.journal import (
    PROMISES,
    CallbackEvent,
    CallbackKind,
    DutyEvent,
    DutyKind,
    Event,
    EventId,
    EventKind,
    Promised,
    Recorded,
)
from ivr.domain.place import Regained, place_left
from ivr.ports import JournalUnavailable

COMMIT_S = 0.02


class Disk:
    """What is on disk; outlives every controller."""

    def __init__(self) -> None:
        self.events: dict[str, Event] = {}
        self.duty_events: dict[str, DutyEvent] = {}
        self.callback_events: dict[str, CallbackEvent] = {}
        self.given: dict[EventId, CallId] = {}  # whose end left a place, and which call has it
        self.full = False
        self.late = False  # what it is given it keeps, but nobody hears so in time
        self.silent = False  # it does not answer what is asked of it
        self.unread = False  # nor which requests it has

    def of(self, kind: EventKind, call_id: CallId | None = None) -> list[Event]:
        """The events of a kind, of one call or of all."""
        return [e for e in self.events.values() if e.kind is kind and call_id in (None, e.call_id)]

    def duty_of(self, kind: DutyKind, counsellor: CounsellorId | None = None) -> list[DutyEvent]:
        """The duty events of a kind, of one counsellor or of all."""
        events = self.duty_events.values()
        return [e for e in events if e.kind is kind and counsellor in (None, e.counsellor)]

    def callback_of(self, kind: CallbackKind) -> list[CallbackEvent]:
        """The events of a kind, of all requests."""
        return [e for e in self.callback_events.values() if e.kind is kind]

    @property
    def callbacks(self) -> list[Callback]:
        """All requests as they are now, by their place in the line."""
        latest = {e.callback.id: e.callback for e in self.callback_events.values()}
        return sorted(latest.values(), key=lambda callback: (callback.joined, callback.id))

    def write_callback(self, event: CallbackEvent) -> None:
        known = {e.callback.id for e in self.callback_events.values()}
        if event.kind is not CallbackKind.REQUESTED and event.callback.id not in known:
            return  # forgotten, or never kept
        self.callback_events.setdefault(event.id, event)

    def write_duty(self, event: DutyEvent) -> None:
        self.duty_events.setdefault(event.id, event)

    def write(self, event: Event) -> None:
        finished = f"{event.call_id}/{EventKind.FINISHED}"
        if finished not in self.events:
            self.events.setdefault(event.id, event)


class MemoryJournal:
    """Implements `ivr.ports.Journal` on a Disk, for one controller's life."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._alive = True
        self._on_its_way: deque[Recorded] = deque()  # in order, as the outbox keeps it

    def die(self) -> None:
        """From now on nothing reaches the disk."""
        self._alive = False

    def record(self, event: Event) -> None:
        self._send(event)

    async def promise(self, event: Event) -> None:
        await self._put_down(event)

    async def flush(self) -> None:
        await asyncio.sleep(COMMIT_S)

    async def open_calls(self) -> Mapping[CallId, Facts]:
        ended = {e.call_id for e in self._disk.of(EventKind.FINISHED)}
        begun = {e.call_id for e in self._disk.of(EventKind.ARRIVED)}
        latest = {e.call_id: e.facts for e in self._disk.events.values()}
        return {call: facts for call, facts in latest.items() if call in begun - ended}

    async def callback_promised(self, call: CallId) -> Promised | None:
        if self._disk.silent:
            raise JournalUnavailable("the disk does not answer")
        promises = [e for kind in PROMISES for e in self._disk.of(kind, call)]
        if not promises:
            return None
        data = promises[0].data
        return Promised(
            callback=CallbackId(str(data.get("callback", call))),
            by=date.fromisoformat(str(data["promised_by"])),
        )

    def record_callback(self, event: CallbackEvent) -> None:
        self._send(event)

    async def promise_callback(self, event: CallbackEvent, said: Event) -> None:
        await self._put_down(said, event)

    async def change_callback(self, *events: CallbackEvent) -> None:
        await self._put_down(*events)

    async def keep_all(self, *events: Recorded) -> None:
        await self._put_down(*events)

    async def callbacks(self) -> Sequence[Callback]:
        if self._disk.unread:
            raise JournalUnavailable("the disk does not answer")
        return [decode(encode(each)) for each in self._disk.callbacks]

    def record_duty(self, event: DutyEvent) -> None:
        self._send(event)

    async def duties(self) -> Mapping[CounsellorId, str]:
        return {e.counsellor: e.duty for e in self._disk.duty_events.values()}

    async def left_line(
        self, line: LineId, number: str, since: datetime, *, by: CallId
    ) -> Regained | None:
        await self.flush()
        if self._disk.silent:
            raise JournalUnavailable("the disk does not answer")
        left = {
            end.id: place
            for end in self._disk.of(EventKind.FINISHED)
            if (end.facts.line, end.facts.caller.number) == (line, number)
            and end.at >= since
            and self._disk.given.get(end.id, by) == by
            and (place := place_left(end.facts, Outcome(str(end.data["outcome"]))))
        }
        if not left:
            return None
        first = min(left, key=lambda end: (end not in self._disk.given, left[end].joined))
        if self._alive:
            self._disk.given[first] = by
        return left[first]

    def _send(self, event: Recorded) -> None:
        self._on_its_way.append(event)
        asyncio.get_running_loop().call_later(COMMIT_S, self._arrive)

    def _arrive(self) -> None:
        """The oldest on its way: timers of one instant go off in any order."""
        self._keep(self._on_its_way.popleft())

    async def _put_down(self, *events: Recorded) -> None:
        """All or none, and nobody is told so before."""
        await asyncio.sleep(COMMIT_S / 2)
        if self._disk.full:
            raise JournalUnavailable("the disk is full")
        for event in events:
            self._keep(event)
        if self._disk.late:
            raise JournalUnavailable("the disk did not answer")

    def _keep(self, event: Recorded) -> None:
        if not self._alive:
            return
        match event:
            case Event():
                self._disk.write(event)
            case DutyEvent():
                self._disk.write_duty(event)
            case CallbackEvent():
                self._disk.write_callback(event)
