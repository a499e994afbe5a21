"""Which requests may be called now, by their line's rules and by those of all lines together."""

from collections.abc import Callable, Collection
from datetime import datetime

from ivr.director.callbacks import Book
from ivr.domain.bounds import Held, Prospect, prospect
from ivr.domain.call import CallId
from ivr.domain.callback import Callback, Status
from ivr.domain.service import Service


class Bounds:
    """The bounds of the service in force on the requests of its book.

    `on_air` are the calls back that are being performed now, adopted ones as well.
    """

    def __init__(
        self,
        service: Callable[[], Service],
        book: Book,
        on_air: Callable[[], Collection[CallId]],
    ) -> None:
        self._service = service
        self._book = book
        self._on_air = on_air

    def prospect(self, callback: Callback, now: datetime) -> Prospect:
        """When the citizen may be called next, if there were room; see `domain.bounds`."""
        service = self._service()
        line = service.line(callback.line)
        if line is None:
            return Prospect(at=None)
        calls, most = self._book.calls_to(callback.number), service.calling_back.calls_a_day
        return prospect(callback, now, line.schedule, line.callback, calls=calls, most=most)

    def shown(self, callback: Callback, now: datetime) -> Prospect:
        """The same, as people are told: one that is due and has no room is held for that."""
        found = self.prospect(callback, now)
        line = self._service().line(callback.line)
        waits = found.at is not None and found.at <= now and line is not None and line.callback.dial
        return Prospect(at=found.at, held_by=Held.AT_ONCE) if waits and self.room() <= 0 else found

    def room(self) -> int:
        """How many citizens more may be dialled.

        Those whose attempt has begun count before their call is performed.
        """
        begun = {it.attempts[-1].call for it in self._book.open if it.status is Status.CALLING}
        return self._service().calling_back.at_once - len(begun.union(self._on_air()))

    def permit(self, callback: Callback, now: datetime) -> bool:
        """Whether this request may be dialled at this instant."""
        at = self.prospect(callback, now).at
        return at is not None and at <= now and self.room() > 0 and not self._being_called(callback)

    def _being_called(self, callback: Callback) -> bool:
        """Whether the number is being called already, for another line."""
        return any(
            each.number == callback.number and each.status is Status.CALLING
            for each in self._book.open
        )
