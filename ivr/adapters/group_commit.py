"""When events are put on disk: together and soon, or at once where somebody waits for it."""

import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from ivr.adapters.outbox_entry import AnyEntry, written_down
from ivr.adapters.outbox_store import Backlog, OutboxStore
from ivr.domain.journal import Recorded, essential
from ivr.ports import JournalUnavailable

GATHER_S = 0.03  # how long the first event of a group waits for others: well below 50 ms
RETRY_S = 1.0  # how long after the disk's refusal the events it refused are tried again
GROUP = 500  # so many at once: what is refused costs no more than that, however much is held
HELD_MOST = 50_000  # in memory; from then on only what the record would be wrong without

_log = structlog.get_logger(__name__)
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, kw_only=True)
class _Write:
    events: Sequence[Recorded]  # kept together or not at all
    entries: Sequence[AnyEntry]
    done: Future[None] | None  # somebody waits for it; None: nobody does


@dataclass(frozen=True, kw_only=True)
class _Ask:
    question: Callable[[OutboxStore], object]
    answer: Future[Any]


class _Stop:
    """The last thing ever taken from the queue."""


class GroupCommit:
    """The thread that owns the store: it writes events in groups and answers questions between.

    `kept` is called in that thread with the events that are new, once they are
    on disk. While the disk refuses, `fault` says why, `faults` counts, plain
    events are held in memory and tried again, and whoever waits is told. Once very
    many are held, those that only tell details are lost, and counted.
    """

    def __init__(self, store: OutboxStore, *, kept: Callable[[Sequence[Recorded]], None]) -> None:
        self.fault: str | None = None
        self.faults = 0
        self.details_lost = 0
        self.backlog: Backlog = store.backlog()
        self._store = store
        self._kept = kept
        self._queue: queue.SimpleQueue[_Write | _Ask | _Stop] = queue.SimpleQueue()
        self._urgent = threading.Event()  # something was given that cannot wait
        self._held: list[_Write] = []
        self._retry_at = 0.0
        self._stopped = False
        self.ended: Future[None] = Future()  # done when nothing is written any more
        self._thread = threading.Thread(target=self._live, name="outbox", daemon=True)
        self._thread.start()

    def write(self, event: Recorded) -> None:
        """Have an event written with the next group. Raises ValueError if it cannot be."""
        self._queue.put(_Write(events=[event], entries=[written_down(event)], done=None))

    def write_now(self, *events: Recorded) -> Future[None]:
        """Have events written at once, together; fails with JournalUnavailable, and keeps none.

        Raises ValueError for one that cannot be written down.
        """
        done: Future[None] = Future()
        entries = [written_down(event) for event in events]
        self._put_urgent(_Write(events=events, entries=entries, done=done))
        return done

    def ask(self, question: Callable[[OutboxStore], _Answer]) -> Future[_Answer]:
        """Ask the store something, after everything given before was written."""
        answer: Future[_Answer] = Future()
        self._put_urgent(_Ask(question=question, answer=answer))
        return answer

    def flush(self) -> Future[None]:
        """Done once everything given so far is on disk; fails with JournalUnavailable."""
        return self.ask(lambda _: self._refuse_if_held())

    def stop(self) -> None:
        """Write what was given, close the store and end the thread. Returns when it has ended."""
        self._put_urgent(_Stop())
        self._thread.join()

    def _put_urgent(self, item: _Write | _Ask | _Stop) -> None:
        self._queue.put(item)
        self._urgent.set()

    def _live(self) -> None:
        try:
            self._work()
        finally:
            if not self._stopped:
                self.fault = "nothing is written any more"
                _log.error("outbox.died", exc_info=True)
            self.ended.set_result(None)
            self._store.close()

    def _work(self) -> None:
        while not self._stopped:
            group = self._gather()
            self._take([item for item in group if isinstance(item, _Write)], group)
            for item in group:
                if isinstance(item, _Ask):
                    self._reply(item)
            self._stopped = any(isinstance(item, _Stop) for item in group)

    def _gather(self) -> Sequence[_Write | _Ask | _Stop]:
        """Take what is there once something cannot wait, or the first has waited long enough.

        The thread sleeps between: woken for each event, it would take turns with the calls.
        """
        try:
            group = [self._queue.get(timeout=RETRY_S if self._held else None)]
        except queue.Empty:
            return []
        self._urgent.wait(GATHER_S)
        self._urgent.clear()
        with suppress(queue.Empty):
            while True:
                group.append(self._queue.get_nowait())
        return group

    def _take(self, writes: Sequence[_Write], group: Sequence[_Write | _Ask | _Stop]) -> None:
        """Put on disk what is held and what is new; a disk that refuses is left alone a while."""
        plain = len(writes) == len(group) and all(write.done is None for write in writes)
        if self._held and plain and time.monotonic() < self._retry_at:
            self._hold(writes)
            return
        waiting, self._held = [*self._held, *writes], []
        for first in range(0, len(waiting), GROUP):
            if not self._commit(waiting[first : first + GROUP]):
                self._refused(waiting[first:])
                return
        if waiting and self.fault is not None:
            _log.warning(
                "outbox.written_again", written=len(waiting), details_lost=self.details_lost
            )
            self.fault = None

    def _commit(self, writes: Sequence[_Write]) -> bool:
        """One transaction; false when the disk refuses it."""
        try:
            new = self._store.write([entry for write in writes for entry in write.entries])
        except Exception as error:  # noqa: BLE001 - the thread must live, and say so
            self.faults += 1
            if self.fault is None:
                _log.error("outbox.not_written", exc_info=error)
            self.fault = f"{type(error).__name__}: {error}"
            return False
        self._look()
        for write in writes:
            if write.done is not None:
                _resolve(write.done)
        events = [event for write in writes for event in write.events]
        self._kept([event for event, is_new in zip(events, new, strict=True) if is_new])
        return True

    def _refused(self, writes: Sequence[_Write]) -> None:
        self._retry_at = time.monotonic() + RETRY_S
        self._hold([write for write in writes if write.done is None])
        for write in writes:
            if write.done is not None:
                _resolve(write.done, self._unavailable())

    def _hold(self, writes: Sequence[_Write]) -> None:
        room = max(0, HELD_MOST - len(self._held))
        kept = [write for write in writes[room:] if any(map(essential, write.events))]
        self.details_lost += len(writes[room:]) - len(kept)
        self._held += [*writes[:room], *kept]

    def _reply(self, ask: _Ask) -> None:
        try:
            answer = ask.question(self._store)
            self._look()
        except Exception as error:  # noqa: BLE001 - it belongs to whoever asked
            _resolve(ask.answer, error)
        else:
            _resolve(ask.answer, None, answer)

    def _look(self) -> None:
        """How much there is; as before where a disk in trouble does not tell."""
        with suppress(OSError, sqlite3.Error):
            self._see(self._store.backlog())

    def _see(self, backlog: Backlog) -> None:
        if backlog.filling and not self.backlog.filling:
            _log.error("outbox.filling", room_bytes=backlog.room_bytes, backlog=backlog.size)
        self.backlog = backlog

    def _refuse_if_held(self) -> None:
        if self._held:
            raise self._unavailable()

    def _unavailable(self) -> JournalUnavailable:
        return JournalUnavailable(f"the outbox cannot write: {self.fault}")


def _resolve(future: Future[Any], error: Exception | None = None, result: object = None) -> None:
    """Tell whoever waits, unless they have given up."""
    if not future.set_running_or_notify_cancel():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)
