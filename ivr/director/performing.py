"""One call from its first scene to its outcome, whatever happens on the way."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any

import structlog

from ivr.director.calling_back import CallingBack
from ivr.director.house import House
from ivr.director.leaving import keep_place
from ivr.director.matchmaking import Matchmaker
from ivr.director.stillness import Stalled, Stillness
from ivr.domain.call import BUSY_SCENES, CLOSED_SCENES, TALK_SCENES, Outcome, SceneName
from ivr.domain.ending import outcome_of_hangup
from ivr.domain.journal import EventKind
from ivr.domain.reception import answered_at_once
from ivr.domain.waiting import in_time
from ivr.ports import ChannelGone, Switch, SwitchRefused, SwitchUnavailable
from ivr.scenes import SCENES
from ivr.stage import Call

log = structlog.get_logger(__name__)

MOST_FAULTS = 2
# A command may learn of a hang-up before its event comes.
HANGUP_BOUND_S = 2.0
# A scene that hangs may hang in what it tidies up as well.
LET_GO_BOUND_S = 6.0
NO_WAITING = CLOSED_SCENES | BUSY_SCENES | {SceneName.UNKNOWN_NUMBER}


class CallerHungUp(Exception):
    """The caller's channel has ended; an ending like another, not an error."""


class Performance:
    """Performs one call. A hang-up ends it; losing the switch leaves it for the next director."""

    def __init__(
        self,
        call: Call,
        house: House,
        desk: Matchmaker,
        switch: Switch,
        calling_back: CallingBack,
    ) -> None:
        self._call = call
        self._house = house
        self._desk = desk
        self._switch = switch
        self._calling_back = calling_back

    async def begin(self) -> None:
        """Perform a call that has just arrived."""
        self._call.record(EventKind.ARRIVED)
        if self._call.facts.answered:
            self._call.record(EventKind.ANSWERED, because="answered before us")
        await self._perform(self._open())

    async def resume(self) -> None:
        """Perform an adopted call from the first line of the scene it was in."""
        self._call.record(EventKind.ARRIVED)  # again: we may have died before it was on disk
        if self._call.facts.answered:
            self._call.record(EventKind.ANSWERED, because="found answered")
        self._call.record(EventKind.ADOPTED)
        await self._perform(self._reopen())

    async def _perform(self, opening: Awaitable[SceneName | Outcome]) -> None:
        try:
            outcome = await self._play_on(opening)
        except CallerHungUp:
            self._let_all_go()  # at once, however long the record takes
            outcome = await self._outcome_of_hangup()
        except SwitchUnavailable as error:
            log.warning("call.left_for_the_next_connection", reason=str(error))
            return
        await self._finish(outcome)

    async def _open(self) -> SceneName | Outcome:
        call = self._call
        if call.facts.callback is not None:
            await self._calling_back.dial(call)
            return await SCENES[SceneName.DIALLING](call, self._desk)
        if answered_at_once(call.service, call.facts):
            await call.answer(because=str(call.line.charging))
        return await self._scene(call.facts.scene)

    async def _reopen(self) -> SceneName | Outcome:
        call, desk = self._call, self._desk
        for party in (call.party, desk.leg(call), desk.colleagues.leg(call)):
            if party is not None:
                await party.stop_everything()
        await self._ask_after_phone()
        return await SCENES[self._call.facts.scene](self._call, self._desk)

    async def _ask_after_phone(self) -> None:
        """What the counsellor's phone may have done while nobody listened.

        It may hold us: then nothing is to be said on it. If it asked for a transfer it would
        wait for ever; where that was being done, the scene that follows says so.
        """
        call = self._call
        leg = self._desk.leg(call)
        if leg is not None and call.facts.connected and call.facts.scene in TALK_SCENES:
            leg.holds_us = await self._switch.holds_us(leg.channel)
            await call.talk.report(leg.channel, done=False)

    async def _scene(self, scene: SceneName) -> SceneName | Outcome:
        asked = self._house.callbacks.place_of(self._call.facts)
        await self._call.enter(scene, asked)
        return await SCENES[scene](self._call, self._desk)

    async def _play_on(self, opening: Awaitable[SceneName | Outcome]) -> Outcome:
        """Scene after scene. The one place where a fault of ours in a call is caught."""
        faults = 0
        playing = opening
        while True:
            try:
                result = await self._until_hangup(playing)
            except (CallerHungUp, SwitchUnavailable):
                raise
            except Exception as error:
                await self._raise_if_hung_up(error)
                stalled = isinstance(error, Stalled)
                faults += MOST_FAULTS if stalled else 1  # who sat in silence does so once
                log.exception("scene.failed", scene=self._call.facts.scene)
                self._call.record(EventKind.FAULT, of=f"/{faults}", what=type(error).__name__)
                result = await self._after_fault(faults)
                if stalled and isinstance(result, SceneName):
                    playing = self._apologise_and_play(result)
                    continue
            if isinstance(result, Outcome):
                return result
            playing = self._scene(result)

    async def _until_hangup(self, playing: Awaitable[SceneName | Outcome]) -> SceneName | Outcome:
        """What is played races against the end of the caller's channel."""
        gone, stillness = self._call.party.gone, Stillness(self._call)
        acting = asyncio.ensure_future(playing)
        endings: set[asyncio.Future[Any]] = {acting, gone}
        try:
            done: set[asyncio.Future[Any]] = set()
            while not done:
                look_s = stillness.look()
                done, _ = await asyncio.wait(
                    endings, timeout=look_s, return_when=asyncio.FIRST_COMPLETED
                )
            if gone.done():
                raise CallerHungUp
            return acting.result()
        finally:
            acting.cancel()
            ended = asyncio.gather(acting, return_exceptions=True)
            if not (await asyncio.wait({ended}, timeout=LET_GO_BOUND_S))[0]:
                log.error("scene.does_not_end", scene=self._call.facts.scene)

    async def _apologise_and_play(self, scene: SceneName) -> SceneName | Outcome:
        """After a scene that hung: the caller hears that something went wrong, and stays."""
        call = self._call
        await call.party.stop_everything()
        sorry = call.prompt("sorry_stay")
        if in_time(call.line, call.facts, call.now(), call.length(sorry)):
            await call.say(sorry)
        return await self._scene(scene)

    async def _raise_if_hung_up(self, error: Exception) -> None:
        """A scene may have failed because the caller has gone, and that is no fault."""
        gone = self._call.party.gone
        if isinstance(error, ChannelGone):
            await asyncio.wait({gone}, timeout=HANGUP_BOUND_S)
        if gone.done():
            raise CallerHungUp

    async def _after_fault(self, faults: int) -> SceneName | Outcome:
        """Nobody is lost: the caller goes to the general topic, or to the dialplan's apology.

        To the apology also where there is no line to wait in: a number of nobody, a
        closed line, a line that the configuration no longer has.
        """
        call = self._call
        if call.facts.callback is not None and not call.facts.answered:
            return Outcome.NOT_REACHED
        had_counsellor = call.facts.connected
        if not had_counsellor:
            self._let_all_go()
        if await call.promised() is not None:
            return Outcome.CALLBACK
        line = call.service.line(call.facts.line) if call.facts.line is not None else None
        open_to_them = not call.facts.closed and call.facts.scene not in NO_WAITING
        if faults <= MOST_FAULTS and line is not None and open_to_them:
            if had_counsellor:
                call.note(target=None)
                return SceneName.RETURNING
            call.note(topic=line.general_topic, counsellor=None, leg=None)
            return SceneName.WAITING
        try:
            await self._switch.apologise(call.channel)
        except (ChannelGone, SwitchRefused):
            await self._switch.hang_up(call.channel, answered=call.facts.answered)
        return Outcome.FALLBACK

    def _let_all_go(self) -> None:
        """The counsellor's leg ends, and a colleague's or an outside party's."""
        self._desk.colleagues.dismiss(self._call)
        self._desk.dismiss(self._call)

    async def _outcome_of_hangup(self) -> Outcome:
        call = self._call
        kept = await call.promised() is not None
        return outcome_of_hangup(call.facts, cause=call.party.gone.result(), callback_kept=kept)

    async def _finish(self, outcome: Outcome) -> None:
        """One outcome on the record, and nothing of the call left on the switch."""
        call = self._call
        await keep_place(self._house, call.facts, outcome)
        call.note(outcome=outcome)
        if call.facts.callback is not None:
            self._calling_back.attempts.over(call)
        call.record(EventKind.FINISHED, outcome=outcome)
        log.info("call.finished", outcome=outcome)
        self._let_all_go()
        with suppress(SwitchUnavailable):
            if call.facts.joined is not None:
                await call.talk.part()
            if call.facts.scene is SceneName.CONSULTING:
                await call.talk.adjourn()
            if outcome is not Outcome.FALLBACK and not call.party.gone.done():
                await self._switch.hang_up(call.channel, answered=call.facts.answered)
