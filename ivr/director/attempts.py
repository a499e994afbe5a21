"""Attempts to call a citizen back: each is on disk before the citizen is dialled, and ends once."""

from collections.abc import Callable, Collection, Container

import structlog

from ivr.director.bounds import Bounds
from ivr.director.house import House
from ivr.domain.attempt import Result, result_of
from ivr.domain.call import CallId, CounsellorId, Outcome
from ivr.domain.callback import Callback, IllegalTransition, Status
from ivr.domain.destination import refused
from ivr.domain.journal import CallbackKind, Data, EventKind, callback_event, event
from ivr.domain.service import ServiceLine
from ivr.ports import JournalUnavailable
from ivr.stage import Call

log = structlog.get_logger(__name__)


class Attempts:
    """The attempts on the air, in the book of the house.

    `on_air` are the calls back that are being performed now.
    """

    def __init__(self, house: House, on_air: Callable[[], Collection[CallId]]) -> None:
        self._house = house
        self.bounds = Bounds(lambda: house.service, house.callbacks, on_air)

    def may_be_dialled(self, callback: Callback) -> bool:
        """Whether the line may call this number: judged anew each time; no, if none can tell.

        One that waits, and whose number may not be called, is given up.
        """
        line = self._line(callback)
        if line is None:
            return False
        service, objection = self._house.service, self._house.numbers.objection
        why = refused(callback.number, line=line, service=service, objection=objection)
        if why is not None and callback.status is Status.WAITING:
            log.warning("callback.given_up", callback=callback.id, because=why)
            self._house.callbacks.give_up(callback, why)
        return why is None

    async def begin(self, call: Call, counsellor: CounsellorId) -> bool:
        """Put on disk that the citizen is about to be dialled; false: they must not be.

        In memory at once, so that nobody else begins one meanwhile. What the disk may have
        kept, though it did not say so, is a failed attempt: nobody is dialled twice for it.
        """
        callback = self._asked_by(call)
        line = self._line(callback) if callback is not None else None
        if callback is None or line is None:
            return False
        now = self._house.clock.now()
        if not self.bounds.permit(callback, now) or not self.may_be_dialled(callback):
            return False
        try:
            begun = callback.begin_attempt(
                counsellor=counsellor,
                call=call.facts.call_id,
                now=now,
                schedule=line.schedule,
                policy=line.callback,
            )
        except IllegalTransition:  # settled, closed or postponed in this instant
            return False
        call.begun = True
        call.note(arrived=now)
        self._house.callbacks.keep(begun)
        data: Data = {"attempt": begun.attempts[-1].number, "counsellor": counsellor}
        of = call.facts.call_id
        try:
            await self._house.journal.promise_callback(
                callback_event(begun, CallbackKind.CALLED, now, of, data),
                event(call.facts, EventKind.ARRIVED, now, {}),
            )
        except JournalUnavailable:
            log.exception("callback.attempt_not_kept", callback=begun.id)
            call.note(outcome=Outcome.NOT_REACHED)
            self.end(of, Result.FAILED)
            call.record(EventKind.FINISHED, outcome=Outcome.NOT_REACHED)
            return False
        return True

    def over(self, call: Call) -> None:
        """The call has come to its end, and with it the attempt unless the two have talked."""
        gone = call.party.gone
        cause = gone.result() if gone.done() else None
        self.end(call.facts.call_id, result_of(call.facts, cause))

    def end(self, call: CallId, result: Result) -> None:
        """The attempt made by this call is over; nothing if it was over before."""
        self._house.callbacks.end_attempt(call, result)

    def settle(self, on_air: Container[CallId]) -> None:
        """Attempts whose call is on the switch no more have failed while nobody looked."""
        for callback in self._house.callbacks.open:
            if callback.status is Status.CALLING and callback.attempts[-1].call not in on_air:
                self.end(callback.attempts[-1].call, Result.FAILED)

    def _asked_by(self, call: Call) -> Callback | None:
        known = (each for each in self._house.callbacks.open if str(each.id) == call.facts.callback)
        return next(known, None)

    def _line(self, callback: Callback) -> ServiceLine | None:
        return self._house.service.line(callback.line)
