"""What becomes of requests to be called back: whoever asks again keeps the first place."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from ivr.director.asked import asked_by
from ivr.director.calls_made import CallsMade
from ivr.director.doubtful import Doubtful
from ivr.director.promised_days import PromisedDays
from ivr.director.requests import Requests
from ivr.domain.attempt import Result
from ivr.domain.call import CallId, Facts, Refused
from ivr.domain.callback import Because, Callback, CallbackId, Key, Status
from ivr.domain.destination import refused
from ivr.domain.journal import CallbackEvent, CallbackKind, Data, callback_event, promise_event
from ivr.domain.policy import CallbackPolicy
from ivr.domain.service import Service, ServiceLine
from ivr.ports import Clock, Journal, JournalUnavailable, Numbers
from ivr.stage import Call

NO_DATA: Data = MappingProxyType({})
_OVER = frozenset({Status.REACHED, Status.ANSWERED_BY_PHONE, Status.CLOSED})


class Book(Requests):
    """All requests, and what is done to them. Implements `ivr.stage.Callbacks`.

    It is the one who writes them, and changes them before the disk has them: of two calls
    that ask in the same instant the later finds the request of the earlier. What the disk
    then refuses is taken back.
    """

    def __init__(self, service: Service, numbers: Numbers, journal: Journal, clock: Clock) -> None:
        super().__init__()
        self._service = service
        self._numbers = numbers
        self._journal = journal
        self._clock = clock
        # Each as it is here, and what the disk may have made of it though it did not say so.
        self._doubted: dict[CallbackId, list[Callback]] = {}
        self._doubtful = Doubtful()
        self._met: set[CallbackId] = set()  # what is on disk of them may be older than we know
        self._complete = False  # whether all that is on disk is known here
        self._calls = CallsMade()
        self._days = PromisedDays(lambda: self._service, self._open.values, self._calls)
        self.on_change: list[Callable[[], None]] = []  # told after a request has changed

    def renew(self, service: Service) -> None:
        """Go on by another configuration; what was promised stays as it was."""
        self._service = service
        self._tell()

    async def learn(self) -> None:
        """Know the requests on disk that are not known yet. Raises JournalUnavailable."""
        if self._complete:
            return
        for callback in await self._journal.callbacks():
            self._calls.learn(callback)
            if callback.id not in self._met:
                self._met.add(callback.id)
                self._meet(callback)
            elif callback in self._doubted.get(callback.id, [])[1:]:
                known = self.find(callback.id)
                if known is self._doubted[callback.id][0] and self._fits(callback):
                    self.keep(callback)
        self._doubted.clear()
        self._doubtful.clear()
        self._complete = True

    def calls_to(self, number: str) -> Sequence[datetime]:
        """When the number (E.164) was called lately, over all lines and by whomever; UTC."""
        return self._calls.to(number)

    async def over(self) -> Sequence[Callback]:
        """Those that ended within a week. Raises JournalUnavailable."""
        on_disk = await self._journal.callbacks()
        return [callback for callback in on_disk if callback.status in _OVER]

    def keep(self, callback: Callback) -> None:
        """The request is like this from now on; whoever says so puts it on disk."""
        self._calls.note(callback)
        self._met.add(callback.id)
        self._put(callback)
        self._tell()

    async def change(self, before: Callback, *events: CallbackEvent) -> Callback:
        """Put on disk what a person has done to a request, all or nothing; the request after it.

        Raises JournalUnavailable: then it is as it was, unless the disk kept it too late.
        """
        after = events[-1].callback
        self.keep(after)
        try:
            await self._journal.change_callback(*events)
        except JournalUnavailable:
            self._not_changed(after, before)
            raise
        return after

    def refusal(self, call: Call, number: str) -> Refused | None:
        """See `ivr.stage.Callbacks`."""
        objection = self._numbers.objection
        return refused(number, line=call.line, service=self._service, objection=objection)

    async def ask(self, call: Call, number: str) -> None:
        """See `ivr.stage.Callbacks`."""
        await self.learn()
        asked, kind = self._asked(call.facts, call.line, number)
        now = self._clock.now()
        happened = callback_event(asked, kind, now, call.facts.call_id, NO_DATA)
        told = promise_event(call.facts, asked, now)
        await self.take(asked, self._journal.promise_callback(happened, told))

    async def take(self, asked: Callback, keeping: Awaitable[None]) -> None:
        """The request is like this from now on, unless what puts it on disk fails.

        Raises JournalUnavailable: then it is as it was.
        """
        earlier = self._open.get(asked.key)
        self._open[asked.key] = asked
        try:
            await keeping
        except JournalUnavailable:
            self._not_kept(asked, earlier)
            raise
        self._met.add(asked.id)
        self._doubtful.settled(asked)
        self._drop_candidates(asked.key)

    def hung_up(self, facts: Facts, line: ServiceLine, number: str) -> None:
        """The caller of this call has left the line, and is called back at this number (E.164).

        The disk takes it with the events of the call, in order. Said twice, after a crash, it
        changes nothing more.
        """
        earlier = self._open.get((line.id, number))
        asked, kind = self._asked(facts, line, number)
        known = earlier is not None and replace(asked, again=earlier.again) == earlier
        if known and kind is CallbackKind.AGAIN:
            return
        self._record(asked, kind, facts.call_id, {"by": "hang_up"})
        self._drop_candidates(asked.key)

    def cut_off(self, facts: Facts, line: ServiceLine, number: str) -> bool:
        """The caller of this call, who asked for nothing, is listed for people to decide on.

        Not, and false, where the number is on the list of the line already.
        """
        if any(each.key == (line.id, number) for each in self.known):
            return False
        asked, kind = self._asked(facts, line, number)
        listed = replace(asked, status=Status.UNREACHED)
        self._record(listed, kind, facts.call_id, {"by": "cut_off"})
        return True

    def answered(self, call: Call) -> None:
        """See `ivr.stage.Callbacks`."""
        if call.facts.callback is not None:
            self.end_attempt(call.facts.call_id, Result.REACHED)
            return
        for asked in self._doubtful.of(call):
            # The disk takes this only if it has the request, and then the talk has settled it.
            self._doubtful.settled(asked)
            self._settle(asked, call)
        line, number = call.facts.line, call.facts.caller.number
        if line is None or number is None or call.facts.caller.hidden:
            return
        self._drop_candidates((line, number))
        known = self._open.get((line, number))
        if known is not None and known.answered_by is None:
            self._settle(known, call)
        data: Data = {"because": Because.SETTLED, "by": None}
        for each in [each for each in self._given_up.values() if each.key == (line, number)]:
            closed = each.close(Because.SETTLED)
            self._record(closed, CallbackKind.CLOSED, call.facts.call_id, data)

    def end_attempt(self, call: CallId, result: Result) -> None:
        """The attempt made by this call is over; nothing if it was over before."""
        for known in self.open:
            line = self._service.line(known.line)
            if known.status is not Status.CALLING or known.attempts[-1].call != call:
                continue
            policy = line.callback if line is not None else CallbackPolicy()
            over = known.end_attempt(result, now=self._clock.now(), policy=policy)
            data: Data = {"attempt": over.attempts[-1].number, "result": result}
            self._record(over, CallbackKind.ENDED, call, data)

    def give_up(self, callback: Callback, why: Refused) -> None:
        """The number of the waiting request may not be called; a person is to see to it.

        A crash before it is on disk forgets it, and it is judged again.
        """
        given_up = callback.refuse(why)
        self._record(given_up, CallbackKind.REFUSED, CallId(callback.id), {"because": why})

    def _tell(self) -> None:
        for tell in list(self.on_change):
            tell()

    def _asked(self, facts: Facts, line: ServiceLine, number: str) -> tuple[Callback, CallbackKind]:
        earlier = self._open.get((line.id, number))
        return asked_by(facts, line, number, earlier, days=self._days, now=self._clock.now())

    def _record(
        self, callback: Callback, kind: CallbackKind, call: CallId, data: Data = NO_DATA
    ) -> None:
        """What has happened to a request, and needs nobody to wait for the disk."""
        self.keep(callback)
        now = self._clock.now()
        self._journal.record_callback(callback_event(callback, kind, now, call, data))

    def _settle(self, callback: Callback, call: Call) -> None:
        """The citizen talked in this call."""
        by = call.facts.call_id
        self._record(callback.answered_by_phone(by), CallbackKind.ANSWERED_BY_PHONE, by)

    def _drop_candidates(self, key: Key) -> None:
        """Whom people were to decide on got through, or asks for it now."""
        for each in list(self._given_up.values()):
            if each.cut_off and each.key == key:
                closed = each.close(Because.SETTLED)
                data: Data = {"because": Because.SETTLED}
                self._record(closed, CallbackKind.CLOSED, CallId(each.id), data)

    def _not_changed(self, after: Callback, before: Callback) -> None:
        """Take back what a person did and the disk refused, unless more has happened since."""
        self._complete = False  # a disk that did not answer in time may have kept it
        left = None if after.status in _OVER else after
        if self.find(after.id) == left and self._fits(before):
            self.keep(before)
            known, *kept = self._doubted.get(before.id, [before])
            self._doubted[before.id] = [before, *(kept if known is before else []), after]

    def _not_kept(self, asked: Callback, earlier: Callback | None) -> None:
        """Take back what the caller was told is not kept, unless somebody else has joined it."""
        self._complete = False  # a disk that did not answer in time may have kept it
        if self._open.get(asked.key) is not asked:
            return
        if earlier is None:
            del self._open[asked.key]
            self._met.discard(asked.id)
            self._doubtful.note(asked)
        else:
            self._open[asked.key] = earlier
