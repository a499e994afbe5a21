"""The calls that Asterisk served alone come into the record, each once and wholly."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from ivr.director.house import House
from ivr.director.leaving import keep_place
from ivr.domain.alone_notes import Noted, finished, outcome_of, story
from ivr.domain.call import (
    Caller,
    CallId,
    CounsellorId,
    Facts,
    Language,
    LineId,
    SceneName,
    TopicId,
)
from ivr.domain.callback import Callback, CallbackId
from ivr.domain.destination import refused
from ivr.domain.journal import CallbackKind, callback_event, promise_event
from ivr.domain.promise import promised_by
from ivr.domain.reception import MOST_DIALLED
from ivr.domain.schedule import local
from ivr.ports import JournalUnavailable

log = structlog.get_logger(__name__)

# So often it is looked for calls that have ended since; and so often while there are some that
# go on, for their counsellors are free when they end.
LOOK_EVERY_S, LOOK_AGAIN_S = 10.0, 1.0
# What the dialplan notes is whole seconds: a call of the second in which the switch started may
# be one of those that came first after it.
NOTED_TO = timedelta(seconds=1)
# Nobody talks for so long: who is still there has vanished, and nobody has noted it.
LONGEST = timedelta(days=1)


class AloneCalls:
    """What Asterisk noted, on its way into the record.

    A call is taken over when it has ended, or when the switch has been started anew since.
    All of it goes to the disk in one piece, under ids that the call gives, so that a crash at
    any moment leaves it out or has it in whole; only then its notes are forgotten.
    """

    def __init__(self, house: House) -> None:
        self._house = house
        self._going_on = False  # whether somebody is still served alone

    async def watch(self, switch_started: datetime) -> None:
        """Take over what has ended, again and again, until cancelled."""
        while True:
            await self._take_over(switch_started)
            await asyncio.sleep(LOOK_AGAIN_S if self._going_on else LOOK_EVERY_S)

    async def look(self, switch_started: datetime) -> Sequence[Noted]:
        """The calls that are over and not taken over yet, the earliest first.

        The phones on which somebody still talks in such a call are not rung. After a long
        absence they are many: nobody who waits is to wait until all of them are on the disk.
        """
        try:
            noted = await self._house.alone.noted()
            ours = await self._house.journal.open_calls() if noted else {}
        except (JournalUnavailable, OSError) as error:
            log.warning("alone.not_read", reason=str(error))
            return ()
        others = [each for each in noted if self._call(each) not in ours]
        over = [each for each in others if self._over(each, switch_started)]
        self._going_on = len(over) < len(others)
        talking = {each.account for each in others if each.account and each not in over}
        self._house.roster.talk_elsewhere(frozenset(talking))
        return over

    async def _take_over(self, switch_started: datetime) -> None:
        """Take over what has ended by now. What cannot be taken over now is left for later."""
        try:
            for each in await self.look(switch_started):
                await self._take(each)
        except (JournalUnavailable, OSError) as error:
            log.warning("alone.not_taken_over", reason=str(error))

    def _over(self, noted: Noted, switch_started: datetime) -> bool:
        """Whether nothing more will be noted of the call."""
        vanished = self._house.clock.now() - noted.latest > LONGEST
        died = noted.arrived + NOTED_TO <= switch_started
        return noted.ended is not None or died or vanished

    async def _take(self, noted: Noted) -> None:
        call = self._call(noted)
        house = self._house
        events = story(noted, self._facts(noted), self._counsellor(noted))
        facts = events[-1].facts
        end = finished(noted, facts)
        asked = await self._asked(noted, call)
        if asked is None:
            await keep_place(house, end.facts, outcome_of(noted))
            await house.journal.keep_all(*events, end)
        else:
            request, kind, at = asked
            happened = callback_event(request, kind, at, call, {})
            keeping = house.journal.keep_all(
                *events, promise_event(facts, request, at), end, happened
            )
            await house.callbacks.take(request, keeping)
            house.callbacks.keep(request)
        await house.alone.forget(noted.channel)
        log.info("alone.taken_over", call_id=call, outcome=end.data["outcome"])

    async def _asked(
        self, noted: Noted, call: CallId
    ) -> tuple[Callback, CallbackKind, datetime] | None:
        """The request that the caller was promised to be kept, if it is not kept yet."""
        house, at = self._house, noted.promised
        if at is None or noted.line is None or noted.number is None:
            return None
        if await house.journal.callback_promised(call) is not None:
            return None
        await house.callbacks.learn()
        earlier = house.callbacks.open_of((noted.line, noted.number))
        if earlier is not None:
            again = earlier.ask_again(
                urgent=False,
                language=earlier.language,
                topic=earlier.topic,
                promised_by=earlier.promised_by,
            )
            return again, CallbackKind.AGAIN, at
        return self._new(noted, call, at), CallbackKind.REQUESTED, at

    def _new(self, noted: Noted, call: CallId, at: datetime) -> Callback:
        """As promised: no day was said, so it is the one that would have been promised then."""
        line = self._house.service.line(noted.line) if noted.line is not None else None
        return Callback(
            id=CallbackId(call),
            line=noted.line or LineId(""),
            number=noted.number or "",
            language=line.languages[0] if line is not None else Language.FI,
            topic=line.general_topic if line is not None else TopicId(""),
            joined=noted.arrived,
            requested=at,
            promised_by=promised_by(line, at) if line is not None else local(at).date(),
        )

    def _facts(self, noted: Noted) -> Facts:
        """Those of the arrival."""
        house = self._house
        line = house.service.line(noted.line) if noted.line is not None else None
        unfit = (
            refused(
                noted.number, line=line, service=house.service, objection=house.numbers.objection
            )
            if noted.number is not None and line is not None
            else None
        )
        return Facts(
            call_id=self._call(noted),
            dialled=noted.dialled[:MOST_DIALLED],
            caller=Caller(number=noted.number, hidden=noted.hidden, unfit=unfit),
            arrived=noted.arrived,
            scene=SceneName.UNKNOWN_NUMBER if noted.line is None else SceneName.NOTICES,
            line=noted.line,
        )

    def _counsellor(self, noted: Noted) -> CounsellorId | None:
        """Who talked, as far as their own phone tells."""
        people = self._house.service.counsellors
        return next((p.id for p in people if noted.account and p.account == noted.account), None)

    def _call(self, noted: Noted) -> CallId:
        return self._house.call_id(noted.channel)
