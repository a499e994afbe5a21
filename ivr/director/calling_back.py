"""Requests that are due stand in the line; who is rung for one accepts it, and it is dialled."""

import asyncio
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from ivr.director.attempts import Attempts
from ivr.director.house import House
from ivr.director.legs import OutgoingLeg
from ivr.director.matchmaking import Matchmaker
from ivr.director.on_air import OnAir
from ivr.domain import facts as codec
from ivr.domain.call import Caller, CallId, ChannelId, CounsellorId, Facts, Language, SceneName
from ivr.domain.callback import Callback, CallbackId, Status
from ivr.domain.journal import EventKind
from ivr.domain.number import dialled_form
from ivr.domain.service import Service
from ivr.ports import ChannelGone, Switch, SwitchRefused, SwitchUnavailable
from ivr.scenes.calling_back import accepts
from ivr.stage import Call, Taker
from ivr.tasks import Tasks

log = structlog.get_logger(__name__)

# Who has declined one, or rung for one that came to nothing, is left alone for a moment.
REST_S = 10.0
# So often it is looked whether those that stand are still due (a line may have closed), and
# whether one that could stand and does not may do so now.
LOOK_EVERY = timedelta(seconds=30)


class CallingBack:
    """The requests of one connection that stand in the line.

    Each is a call like any other whose citizen has no channel yet. A crash forgets it, and the
    next director stands it up again at the same place: nothing has happened before an attempt
    is on disk. `perform` goes on with a call whose attempt has begun; `on_air` are the calls
    on the line now, `working` whether all that were found are taken up and calls are taken.
    """

    def __init__(
        self,
        house: House,
        switch: Switch,
        tasks: Tasks,
        desk: Matchmaker,
        *,
        perform: Callable[[Call], None],
        on_air: OnAir,
        working: Callable[[], bool],
    ) -> None:
        self._house = house
        self._switch = switch
        self._tasks = tasks
        self._desk = desk
        self._perform = perform
        self._on_air = on_air
        self._working = working
        self._standing: dict[CallbackId, tuple[Callback, Service, asyncio.Task[None]]] = {}
        self._told: dict[CallbackId, tuple[Call, Taker]] = {}  # who is hearing of which
        self.attempts = Attempts(house, lambda: on_air.called_back)

    def look_round(self, now: datetime) -> bool:
        """Let those stand that are due, and no others; whether one is on its way to its place."""
        on_air = self._on_the_line() if self._house.callbacks.open else ()
        are_due = {each.id: each for each in self._due(now) if each.number not in on_air}
        for known, by, task in list(self._standing.values()):
            gone = are_due.get(known.id) != known  # due no more, or asked for in other words
            anew = by is not self._house.service and known.id not in self._told
            if gone or anew:
                del self._standing[known.id]
                task.cancel()
            if gone:
                self._withdraw(known.id)
        new = [each for each in are_due.values() if each.id not in self._standing]
        for callback in new:
            call = self._call(callback, now)
            task = self._tasks.start(self._stand(callback, call), f"callback {callback.id}")
            self._standing[callback.id] = callback, self._house.service, task
        return bool(new)

    def next_change(self, now: datetime) -> datetime | None:
        """When to look again, though nothing happens."""
        instants = [now + LOOK_EVERY] if self._standing else []
        for each in self._house.callbacks.open:
            line = self._house.service.line(each.line)
            if line is not None and line.callback.dial and each.id not in self._standing:
                at = self.attempts.bounds.prospect(each, now).at
                if at is not None:
                    instants.append(at if at > now else now + LOOK_EVERY)
        return min(instants, default=None)

    def room(self) -> int:
        """How many citizens more may be dialled now, without a call too many."""
        inside = len(self._on_air)
        return min(self.attempts.bounds.room(), self._house.service.most_calls - inside)

    async def dial(self, call: Call) -> None:
        """Ring the citizen's phone; the facts are on its channel from the first.

        Raises ChannelGone where it cannot be rung.
        """
        number = call.facts.caller.number
        request = self._request(call)
        call.note(scene=SceneName.DIALLING, step=call.facts.step + 1)
        try:
            if request is None or number != request.number:
                raise ChannelGone(call.channel)
            if not self.attempts.may_be_dialled(request):
                raise ChannelGone(call.channel)
            await self._switch.call_back(
                call.channel,
                call=call.facts.call_id,
                number=dialled_form(request.number),
                caller_id=call.line.caller_id,
                ring_s=call.line.callback.ring_s,
                facts=codec.encode(call.facts),
            )
        except (ChannelGone, SwitchRefused) as error:
            log.warning("callback.not_dialled", reason=str(error))
            call.party.end(0)
            raise ChannelGone(call.channel) from error
        call.record(EventKind.SCENE, scene=SceneName.DIALLING)

    def _request(self, call: Call) -> Callback | None:
        """What the call's attempt on the air is for."""
        for each in self._house.callbacks.open:
            if str(each.id) == call.facts.callback and each.status is Status.CALLING:
                return each if each.attempts[-1].call == call.facts.call_id else None
        return None

    def _due(self, now: datetime) -> list[Callback]:
        """Those who stand. For want of room nobody leaves: who stands behind was told so."""
        if not self._working():
            return []
        return [each for each in self._house.callbacks.open if self._is_due(each, now)]

    def _is_due(self, callback: Callback, now: datetime) -> bool:
        line = self._house.service.line(callback.line)
        if line is None or not line.callback.dial:
            return False
        at = self.attempts.bounds.prospect(callback, now).at
        return at is not None and at <= now and self.attempts.may_be_dialled(callback)

    def _on_the_line(self) -> frozenset[str]:
        """The numbers with which somebody is on the line, or which are about to be dialled."""
        on_air = {facts.caller.number for facts in self._on_air.facts()}
        calling = (c for c in self._house.callbacks.open if c.status is Status.CALLING)
        return frozenset(number for number in on_air if number) | {c.number for c in calling}

    def _call(self, callback: Callback, now: datetime) -> Call:
        """The call that is going to be made."""
        house, line = self._house, self._house.service.line(callback.line)
        channel = ChannelId(f"back.{secrets.token_hex(6)}")
        known = line is not None and callback.topic in house.service.topics
        facts = Facts(
            call_id=house.call_id(channel),
            dialled=line.numbers[0] if line is not None else "",
            caller=Caller(number=callback.number, hidden=False),
            arrived=now,
            scene=SceneName.DIALLING,
            line=callback.line,
            language=callback.language,
            topic=callback.topic if known or line is None else line.general_topic,
            joined=callback.joined,
            caller_urgent=callback.caller_urgent,
            assessed_urgent=callback.assessed_urgent,
            wanted=callback.wanted,
            callback=CallId(callback.id),
        )
        return Call(
            facts=facts,
            party=OutgoingLeg(channel, speech=house.speech, switch=self._switch, tasks=self._tasks),
            service=house.service,
            switch=self._switch,
            journal=house.journal,
            clock=house.clock,
            begun=False,
        )

    async def _stand(self, callback: Callback, call: Call) -> None:
        """Stand in the line until a counsellor has accepted it.

        One that fails by a fault of ours is not stood up again as long as nothing changes.
        """
        with (
            structlog.contextvars.bound_contextvars(call_id=call.facts.call_id),
            suppress(SwitchUnavailable),  # the next director stands it up
        ):
            while not await self._served(callback, call):
                pass

    async def _served(self, callback: Callback, call: Call) -> bool:
        """Whoever is rung first is told of it; whether they took it."""
        async with self._desk.place(call) as place:
            taker = await place.taken
            if not await self._accepted(callback, call, taker):
                self._desk.releasing.let_rest(taker.leg, REST_S)
                # Nor does who had taken it hold anybody up: others may make this call.
                call.note(wanted=None, led_by=taker.counsellor)
                call.note(waiting_since=self._house.clock.now())
                return False
            return await self._begin(callback, call, taker)

    async def _accepted(self, callback: Callback, call: Call, taker: Taker) -> bool:
        leg = self._desk.party(taker.leg)
        self._told[callback.id] = call, taker
        try:
            language = self._language(taker.counsellor)
            return leg is not None and await accepts(call, leg, language)
        finally:
            self._told.pop(callback.id, None)

    def _withdraw(self, callback: CallbackId) -> None:
        """Whoever is hearing of a request that is due no more hears that, too."""
        if callback in self._told:
            call, taker = self._told.pop(callback)
            call.note(counsellor=taker.counsellor, leg=taker.leg)
            self._desk.releasing.say_and_let_go(call, "back_not_now", rest_s=0.0)

    async def _begin(self, callback: Callback, call: Call, taker: Taker) -> bool:
        """From here on it is an attempt, which is let come to its end."""
        self._standing.pop(callback.id, None)
        call.note(counsellor=taker.counsellor, leg=taker.leg, wanted=None, led_by=None)
        call.note(waiting_since=None)
        free = callback.number not in self._on_the_line()  # another line may have just dialled them
        if free and await self.attempts.begin(call, taker.counsellor):
            call_id, line = call.facts.call_id, call.facts.line
            self._house.roster.talks_in(taker.counsellor, call=call_id, line=line)
            self._perform(call)
        else:
            self._desk.releasing.say_and_let_go(call, "back_not_now", rest_s=REST_S)
        return True

    def _language(self, counsellor: CounsellorId) -> Language:
        """The counsellor's own."""
        people = {person.id: person.own_language for person in self._house.service.counsellors}
        return people.get(counsellor, Language.FI)
