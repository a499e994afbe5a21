"""What people may do to a request to be called back, and why something is not done."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from ivr.director.bounds import Bounds
from ivr.director.callbacks import Book
from ivr.domain.bounds import Prospect
from ivr.domain.call import CallId, CounsellorId, LineId
from ivr.domain.callback import Because, Callback, CallbackId, IllegalTransition, Status
from ivr.domain.journal import CallbackKind, Data, callback_event
from ivr.domain.policy import CallbackPolicy
from ivr.domain.schedule import open_at
from ivr.domain.service import Service
from ivr.ports import Because as Why
from ivr.ports import Clock, JournalUnavailable, MadeByHand, Refused

FURTHEST = timedelta(days=60)  # that a call is agreed ahead: more is a slip of the pen
_WAITING_FOR_SOMEBODY = frozenset({Status.WAITING, Status.CALLING, Status.UNREACHED})

_T = TypeVar("_T")


class CallbackDesk:
    """The desk of the book, by the service in force. Implements `ivr.ports.CallbackDesk`.

    `on_air` are the calls back that are being performed now.
    """

    def __init__(
        self,
        service: Callable[[], Service],
        book: Book,
        clock: Clock,
        on_air: Callable[[], Collection[CallId]],
    ) -> None:
        self._bounds = Bounds(service, book, on_air)
        self._service = service
        self._book = book
        self._clock = clock

    async def listed(
        self, *, line: LineId | None = None, status: Status | None = None
    ) -> Sequence[Callback]:
        """See `ivr.ports.CallbackDesk`."""
        await _kept(self._book.learn())
        known = status is None or status in _WAITING_FOR_SOMEBODY
        found = self._book.known if known else await _kept(self._book.over())
        of_line = [each for each in found if line in (None, each.line)]
        if not of_line and line is not None and self._service().line(line) is None:
            raise Refused(Why.NO_SUCH_LINE)
        return sorted((each for each in of_line if status in (None, each.status)), key=_place)

    async def shown(self, callback: CallbackId) -> Callback:
        """See `ivr.ports.CallbackDesk`."""
        await _kept(self._book.learn())
        known = self._book.find(callback)
        if known is not None:
            return known
        over = {each.id: each for each in await _kept(self._book.over())}
        if callback not in over:
            raise Refused(Why.NO_SUCH_CALLBACK)
        return over[callback]

    def prospect(self, callback: Callback) -> Prospect:
        """See `ivr.ports.CallbackDesk`."""
        return self._bounds.shown(callback, self._clock.now())

    async def take(
        self, callback: CallbackId, by: CounsellorId, *, instead_of: CounsellorId | None = None
    ) -> Callback:
        """See `ivr.ports.CallbackDesk`."""
        before = await self.shown(callback)
        self._check_people(by)
        taken = _legal(lambda: before.take(by))
        if before.wanted == by:
            return before
        if before.wanted not in (None, instead_of):
            raise Refused(Why.TAKEN)
        return await self._change(before, taken, CallbackKind.TAKEN, {"by": by})

    async def postpone(
        self, callback: CallbackId, until: datetime, by: CounsellorId | None = None
    ) -> Callback:
        """See `ivr.ports.CallbackDesk`."""
        before = await self.shown(callback)
        self._check_people(by)
        later = _legal(lambda: before.postpone(until))
        self._check_none_beside(before)
        now = self._clock.now()
        if not now <= until <= now + FURTHEST:
            raise Refused(Why.IMPOSSIBLE_TIME)
        line = self._service().line(before.line)
        if line is None:
            raise Refused(Why.NO_SUCH_LINE)
        if not open_at(line.schedule, until):
            raise Refused(Why.LINE_CLOSED)
        agreed = {"until": until.isoformat(), "by": by}
        return await self._change(before, later, CallbackKind.POSTPONED, agreed)

    async def close(
        self, callback: CallbackId, because: Because, by: CounsellorId | None = None
    ) -> Callback:
        """See `ivr.ports.CallbackDesk`."""
        before = await self.shown(callback)
        self._check_people(by)
        closed = _legal(lambda: before.close(because))
        why = {"because": because, "by": by}
        return await self._change(before, closed, CallbackKind.CLOSED, why)

    async def reopen(self, callback: CallbackId, by: CounsellorId | None = None) -> Callback:
        """See `ivr.ports.CallbackDesk`."""
        before = await self.shown(callback)
        self._check_people(by)
        now = self._clock.now()
        reopened = _legal(lambda: before.postpone(now))
        if before.status is Status.WAITING:
            raise Refused(Why.STILL_OPEN)
        self._check_none_beside(before)
        at_once = {"until": now.isoformat(), "by": by}
        return await self._change(before, reopened, CallbackKind.POSTPONED, at_once)

    async def attempted(self, callback: CallbackId, made: MadeByHand) -> Callback:
        """See `ivr.ports.CallbackDesk`. Both its beginning and its end are recorded."""
        before = await self.shown(callback)
        self._check_people(made.counsellor)
        now = self._clock.now()
        began = made.began or now
        if made.began is not None and not before.requested <= began <= now:
            raise Refused(Why.IMPOSSIBLE_TIME)
        begun = _legal(lambda: before.begin_by_hand(counsellor=made.counsellor, began=began))
        ended = begun.end_attempt(made.result, now=now, policy=self._policy(before.line))
        attempt = begun.attempts[-1]
        called: Data = {"attempt": attempt.number, "counsellor": made.counsellor}
        result: Data = {"attempt": attempt.number, "result": made.result}
        return await _kept(
            self._book.change(
                before,
                callback_event(begun, CallbackKind.CALLED, now, attempt.call, called),
                callback_event(ended, CallbackKind.ENDED, now, attempt.call, result),
            )
        )

    async def _change(
        self, before: Callback, after: Callback, kind: CallbackKind, data: Data
    ) -> Callback:
        """`before` is what the book knows: nothing else was awaited since it was asked."""
        happened = callback_event(after, kind, self._clock.now(), CallId(before.id), data)
        return await _kept(self._book.change(before, happened))

    def _check_people(self, counsellor: CounsellorId | None) -> None:
        known = {person.id for person in self._service().counsellors}
        if counsellor is not None and counsellor not in known:
            raise Refused(Why.NO_SUCH_COUNSELLOR)

    def _check_none_beside(self, callback: Callback) -> None:
        """One open request of a number and line."""
        open_one = self._book.open_of(callback.key)
        if open_one is not None and open_one.id != callback.id:
            raise Refused(Why.OTHER_OPEN)

    def _policy(self, line_id: LineId) -> CallbackPolicy:
        """That of the line; of one that the configuration no longer has, the usual one."""
        line = self._service().line(line_id)
        return CallbackPolicy() if line is None else line.callback


def _place(callback: Callback) -> tuple[bool, datetime, CallbackId]:
    return not callback.urgent, callback.joined, callback.id


def _legal(step: Callable[[], Callback]) -> Callback:
    """The request after the step; refused by what it is now where the step is illegal."""
    try:
        return step()
    except IllegalTransition as illegal:
        raise Refused(_WHY_NOT[illegal.status]) from None


_WHY_NOT = {
    Status.WAITING: Why.STILL_OPEN,
    Status.CALLING: Why.BEING_CALLED,
    Status.UNREACHED: Why.GIVEN_UP,
    Status.REACHED: Why.OVER,
    Status.ANSWERED_BY_PHONE: Why.OVER,
    Status.CLOSED: Why.OVER,
}


async def _kept(work: Awaitable[_T]) -> _T:
    """What is on disk."""
    try:
        return await work
    except JournalUnavailable:
        raise Refused(Why.NOT_KEPT) from None
