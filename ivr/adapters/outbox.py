"""The durable local record: what is on disk here is never lost and reaches Postgres in time."""

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import Self, TypeVar

from ivr.adapters.group_commit import GroupCommit
from ivr.adapters.outbox_observers import NOBODY, Observers
from ivr.adapters.outbox_reading import read_callbacks, read_facts
from ivr.adapters.outbox_room import BOUND_BYTES
from ivr.adapters.outbox_store import Backlog, OutboxStore, StoredEvent
from ivr.domain.call import CallId, CounsellorId, Facts, LineId
from ivr.domain.callback import Callback, CallbackId
from ivr.domain.journal import CallbackEvent, DutyEvent, Event, Promised, Recorded
from ivr.domain.place import Regained
from ivr.domain.retention import Retention
from ivr.ports import JournalUnavailable

PROMISE_S = 5.0  # how long a caller is kept waiting for the disk

_Answer = TypeVar("_Answer")


class Outbox:
    """The Journal on SQLite (WAL, synchronous FULL), and what the shipper takes from it.

    `async with await Outbox.open(path) as outbox:`; leaving flushes and closes.
    Exactly one outcome: a repeated id changes nothing, nor does anything after
    a call's FINISHED. The observers are told in the event loop of each new event, once, in
    order, when it is on disk.
    """

    def __init__(self, store: OutboxStore, observers: Observers) -> None:
        self._loop = asyncio.get_running_loop()
        self._observers = observers
        self._news = asyncio.Event()
        self._closed = False
        self._commit = GroupCommit(store, kept=self._kept)

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        observers: Observers = NOBODY,
        bound_bytes: int = BOUND_BYTES,
    ) -> Self:
        """Open or create the file, which may grow to so many bytes.

        Raises Taken, and Refusal when it is broken or out of reach.
        """
        store = await asyncio.to_thread(OutboxStore.open, path, bound_bytes)
        return cls(store, observers)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # The journal, as calls see it.

    def record(self, event: Event) -> None:
        """Take an event; on disk within 50 ms, or held in memory for as long as the disk refuses.

        Of very many held those that tell details are given up; see `GroupCommit`.

        Raises ValueError for an event that cannot be written down at all (a
        time without a zone, facts too large): a fault of the program.
        """
        self._refuse_if_closed()
        self._commit.write(event)

    async def promise(self, event: Event) -> None:
        """Put an event on disk and return only then.

        Raises JournalUnavailable: the disk refused and the event is not kept,
        or it did not answer within 5 s and the event may still be kept later.
        """
        self._refuse_if_closed()
        await _within(PROMISE_S, self._commit.write_now(event))

    async def flush(self) -> None:
        """Return once everything taken so far is on disk. Raises JournalUnavailable."""
        self._refuse_if_closed()
        await asyncio.wrap_future(self._commit.flush())

    async def open_calls(self) -> Mapping[CallId, Facts]:
        """Calls that have arrived and not finished, with their latest facts."""
        return read_facts(await self._ask(OutboxStore.open_calls))

    async def callback_promised(self, call: CallId) -> Promised | None:
        """What this call was promised; None while no promise is on disk.

        Known for as long as the call is open, and for a week at least.
        """
        return await self._ask(lambda store: store.callback_promised(call))

    def record_callback(self, event: CallbackEvent) -> None:
        """Take an event of a request, in one order with those of the calls; see `record`."""
        self._refuse_if_closed()
        self._commit.write(event)

    async def promise_callback(self, event: CallbackEvent, said: Event) -> None:
        """Put both on disk, or neither, and return only then; see `promise`."""
        self._refuse_if_closed()
        await _within(PROMISE_S, self._commit.write_now(said, event))

    async def change_callback(self, *events: CallbackEvent) -> None:
        """Put all of them on disk, or none, and return only then; see `promise`."""
        self._refuse_if_closed()
        await _within(PROMISE_S, self._commit.write_now(*events))

    async def keep_all(self, *events: Recorded) -> None:
        """Put all of them on disk, or none, and return only then; see `promise`."""
        self._refuse_if_closed()
        await _within(PROMISE_S, self._commit.write_now(*events))

    async def callbacks(self) -> Sequence[Callback]:
        """All requests that are open or were given up; those that are over, until forgotten."""
        return read_callbacks(await self._ask(OutboxStore.callbacks))

    def record_duty(self, event: DutyEvent) -> None:
        """Take an event of a counsellor, in one order with those of the calls; see `record`."""
        self._refuse_if_closed()
        self._commit.write(event)

    async def duties(self) -> Mapping[CounsellorId, str]:
        """The latest `DutyEvent.duty` of every counsellor of whom one was ever taken."""
        return await self._ask(OutboxStore.duties)

    async def left_line(
        self, line: LineId, number: str, since: datetime, *, by: CallId
    ) -> Regained | None:
        """The place that a caller from this number left in the line at `since` or later.

        It is given to one call, and forgotten with the first event an hour after, or within a
        minute of it. Raises JournalUnavailable.
        """
        return await self._ask(lambda store: store.left_line(line, number, since, by))

    # The backlog, as the shipper and the health page see it.

    async def unshipped(self, limit: int) -> Sequence[StoredEvent]:
        """The oldest events that Postgres does not have, in the order of happening."""
        return await self._ask(lambda store: store.unshipped(limit))

    async def shipped(self, up_to_seq: int) -> None:
        """Forget the events up to this place: Postgres has them."""
        await self._ask(lambda store: store.shipped(up_to_seq))

    async def set_aside(self, seq: int, reason: str) -> None:
        """Keep an event that Postgres refuses out of the way of the others."""
        await self._ask(lambda store: store.set_aside(seq, reason))

    async def given_up(self, before: datetime) -> Sequence[CallbackId]:
        """The requests that were given up by then (UTC) and that nobody has touched since."""
        return await self._ask(lambda store: store.given_up(before))

    async def erase_numbers(self, retention: Retention, now: datetime) -> int:
        """Erase the numbers kept here for long enough; from how many rows.

        Raises JournalUnavailable. See `outbox_forgetting`.
        """
        return await self._ask(lambda store: store.erase_numbers(retention, now))

    async def ever_used(self) -> bool:
        """Whether it has ever taken an event, shipped since or not."""
        return await self._ask(OutboxStore.ever_used)

    async def news(self) -> None:
        """Return once a new event is on disk; at once if one came since the last return."""
        await self._news.wait()
        self._news.clear()

    @property
    def backlog(self) -> Backlog:
        """How much Postgres does not have yet."""
        return self._commit.backlog

    @property
    def fault(self) -> str | None:
        """Why the disk refuses to take events now; None when it takes them."""
        return self._commit.fault

    @property
    def faults(self) -> int:
        """How many times the disk has refused since the start."""
        return self._commit.faults

    async def ended(self) -> None:
        """Return when nothing is written any more: at the end, or by a fault of the program."""
        await asyncio.shield(asyncio.wrap_future(self._commit.ended))

    @property
    def details_lost(self) -> int:
        """How many events that tell details were lost while the disk refused for long."""
        return self._commit.details_lost

    async def close(self) -> None:
        """Put everything on disk and let go of the file. Raises JournalUnavailable if it cannot."""
        if self._closed:
            return
        self._closed = True
        flushed = self._commit.flush()
        await asyncio.to_thread(self._commit.stop)
        if not flushed.done():
            raise JournalUnavailable("the outbox had ended before")
        await asyncio.wrap_future(flushed)

    async def _ask(self, question: Callable[[OutboxStore], _Answer]) -> _Answer:
        self._refuse_if_closed()
        return await _within(PROMISE_S, self._commit.ask(question))

    def _kept(self, events: Sequence[Recorded]) -> None:
        """Called in the store's thread."""
        self._loop.call_soon_threadsafe(self._tell, events)

    def _tell(self, events: Sequence[Recorded]) -> None:
        self._news.set()
        for event in events:
            self._observers.tell(event)

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise RuntimeError("the outbox is closed")


async def _within(bound_s: float, future: Future[_Answer]) -> _Answer:
    try:
        # Not wait_for: Python 3.11's swallows a cancellation that comes with the answer.
        async with asyncio.timeout(bound_s):
            return await asyncio.wrap_future(future)
    except TimeoutError:
        raise JournalUnavailable(f"the disk did not answer within {bound_s:g} s") from None
    except sqlite3.Error as error:
        raise JournalUnavailable(f"the outbox cannot be read: {error}") from error
