"""The durable local record, as scenes and the director use it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ivr.domain.call import CallId, CounsellorId, Facts, LineId
from ivr.domain.callback import Callback
from ivr.domain.journal import CallbackEvent, DutyEvent, Event, Promised, Recorded
from ivr.domain.place import Regained


class JournalUnavailable(Exception):
    """The promise could not be put on disk, so it must not be spoken."""


class Journal(Protocol):
    """The durable local record; shipped to Postgres in order."""

    def record(self, event: Event) -> None:
        """Take an event; on disk within 50 ms. The same id again changes nothing."""
        ...

    async def promise(self, event: Event) -> None:
        """Put an event on disk and return only then. Raises JournalUnavailable."""
        ...

    async def flush(self) -> None:
        """Return once everything taken so far is on disk."""
        ...

    async def open_calls(self) -> Mapping[CallId, Facts]:
        """Calls that have arrived and not finished, with their latest facts."""
        ...

    async def callback_promised(self, call: CallId) -> Promised | None:
        """What this call was promised; None while no promise is on disk."""
        ...

    def record_callback(self, event: CallbackEvent) -> None:
        """Take an event of a request, in one order with those of the calls; see `record`."""
        ...

    async def promise_callback(self, event: CallbackEvent, said: Event) -> None:
        """Put on disk what happened to a request, and what a call is told of it: both or neither.

        Returns only then. Raises JournalUnavailable.
        """
        ...

    async def change_callback(self, *events: CallbackEvent) -> None:
        """Put on disk what a person has done to a request: all of it or nothing.

        Returns only then. Raises JournalUnavailable.
        """
        ...

    async def keep_all(self, *events: Recorded) -> None:
        """Put all of these on disk, or none, and return only then. Raises JournalUnavailable."""
        ...

    async def callbacks(self) -> Sequence[Callback]:
        """All requests that are open or were given up; those that are over, until forgotten."""
        ...

    def record_duty(self, event: DutyEvent) -> None:
        """Take an event of a counsellor, in one order with those of the calls; see `record`."""
        ...

    async def duties(self) -> Mapping[CounsellorId, str]:
        """The latest `DutyEvent.duty` of every counsellor of whom one was ever taken."""
        ...

    async def left_line(
        self, line: LineId, number: str, since: datetime, *, by: CallId
    ) -> Regained | None:
        """The place that a caller from this number (E.164) left in the line at `since` or later.

        It is given to one call: if `by` asks again, after a crash, it is given the same;
        another call gets None, or the place of another caller from the same number.
        Places are forgotten after an hour. Raises JournalUnavailable.
        """
        ...
