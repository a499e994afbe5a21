"""By which day a request is promised: one on which its line has room, and may call the number."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime

from ivr.director.calls_made import CallsMade
from ivr.domain.bounds import full_days
from ivr.domain.callback import Callback, called_next
from ivr.domain.promise import can_be_kept, promised_by
from ivr.domain.schedule import local
from ivr.domain.service import Service, ServiceLine


class PromisedDays:
    """The days of a book, by the service in force.

    `requests` are all that are open, `calls` those that were made.
    """

    def __init__(
        self,
        service: Callable[[], Service],
        requests: Callable[[], Iterable[Callback]],
        calls: CallsMade,
    ) -> None:
        self._service = service
        self._requests = requests
        self._calls = calls

    def first(self, line: ServiceLine, number: str, now: datetime) -> date:
        """The day by which this number is called, asked for now."""
        return promised_by(line, now, self._promised(line, number))

    def still(self, line: ServiceLine, earlier: Callback, now: datetime) -> date:
        """The day that was promised; another one where that can no longer be kept.

        Nor can one before the time that was agreed, or before the pause after an attempt is over.
        """
        by = earlier.promised_by
        full = by == local(now).date() and by in self._full_days(line, earlier.number)
        called = called_next(earlier, now, line.schedule, line.callback) or now
        if can_be_kept(line, by, now) and not full and local(called).date() <= by:
            return by
        return self.first(line, earlier.number, called)

    def _promised(self, line: ServiceLine, number: str) -> Counter[date]:
        """How many callbacks the line has promised for each day.

        On a day on which it will not call the number any more it has promised enough.
        """
        of_line = (each.promised_by for each in self._requests() if each.line == line.id)
        full = dict.fromkeys(self._full_days(line, number), line.callback.most_a_day)
        return Counter(of_line) + Counter(full)

    def _full_days(self, line: ServiceLine, number: str) -> frozenset[date]:
        """Where people call by hand, there are none."""
        most = self._service().calling_back.calls_a_day
        return full_days(self._calls.to(number), most) if line.callback.dial else frozenset()
