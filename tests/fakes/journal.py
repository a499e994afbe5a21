"""A journal in memory: what is committed survives a crash, what is on its way does not."""

import asyncio
from collections.abc import Mapping
from datetime import date

from ivr.domain.call import CallId, Facts
from ivr.domain.journal import Event, EventKind
from ivr.ports import JournalUnavailable

COMMIT_S = 0.02


class Disk:
    """What is on disk; outlives every controller."""

    def __init__(self) -> None:
        self.events: dict[str, Event] = {}
        self.full = False
        self.silent = False  # it does not answer what is asked of it

    def of(self, kind: EventKind, call_id: CallId | None = None) -> list[Event]:
        """The events of a kind, of one call or of all."""
        return [e for e in self.events.values() if e.kind is kind and call_id in (None, e.call_id)]

    def write(self, event: Event) -> None:
        finished = f"{event.call_id}/{EventKind.FINISHED}"
        if finished not in self.events:
            self.events.setdefault(event.id, event)


class MemoryJournal:
    """Implements `ivr.ports.Journal` on a Disk, for one controller's life."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._alive = True

    def die(self) -> None:
        """From now on nothing reaches the disk."""
        self._alive = False

    def record(self, event: Event) -> None:
        asyncio.get_running_loop().call_later(COMMIT_S, self._commit, event)

    async def promise(self, event: Event) -> None:
        await asyncio.sleep(COMMIT_S / 2)
        if self._disk.full:
            raise JournalUnavailable("the disk is full")
        self._commit(event)

    async def flush(self) -> None:
        await asyncio.sleep(COMMIT_S)

    async def open_calls(self) -> Mapping[CallId, Facts]:
        ended = {e.call_id for e in self._disk.of(EventKind.FINISHED)}
        begun = {e.call_id for e in self._disk.of(EventKind.ARRIVED)}
        latest = {e.call_id: e.facts for e in self._disk.events.values()}
        return {call: facts for call, facts in latest.items() if call in begun - ended}

    async def callback_promised(self, call: CallId) -> date | None:
        if self._disk.silent:
            raise JournalUnavailable("the disk does not answer")
        promises = self._disk.of(EventKind.CALLBACK_REQUESTED, call)
        return date.fromisoformat(str(promises[0].data["promised_by"])) if promises else None

    def _commit(self, event: Event) -> None:
        if self._alive:
            self._disk.write(event)
