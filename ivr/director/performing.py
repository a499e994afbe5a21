"""One call from its first scene to its outcome, whatever happens on the way."""

import asyncio
from contextlib import suppress
from typing import Any

import structlog

from ivr.director.house import House
from ivr.director.matchmaking import Matchmaker
from ivr.domain.call import Outcome, SceneName
from ivr.domain.ending import outcome_of_hangup
from ivr.domain.journal import EventKind
from ivr.domain.reception import answered_at_once
from ivr.ports import ChannelGone, Switch, SwitchUnavailable
from ivr.scenes import SCENES
from ivr.stage import Call

log = structlog.get_logger(__name__)

MOST_FAULTS = 2
# A command may learn of a hang-up before its event comes.
HANGUP_BOUND_S = 2.0


class CallerHungUp(Exception):
    """The caller's channel has ended; an ending like another, not an error."""


class Performance:
    """Performs one call. A hang-up ends it; losing the switch leaves it for the next director."""

    def __init__(self, call: Call, house: House, desk: Matchmaker, switch: Switch) -> None:
        self._call = call
        self._house = house
        self._desk = desk
        self._switch = switch

    async def begin(self) -> None:
        """Perform a call that has just arrived."""
        call = self._call
        call.record(EventKind.ARRIVED)
        await self._perform(call.facts.scene, fresh=True)

    async def resume(self) -> None:
        """Perform an adopted call from the first line of the scene it was in."""
        call = self._call
        call.record(EventKind.ARRIVED)  # again: we may have died before it was on disk
        call.record(EventKind.ADOPTED)
        await self._perform(call.facts.scene, fresh=False)

    async def _perform(self, scene: SceneName, *, fresh: bool) -> None:
        try:
            if fresh:
                await self._open(scene)
            else:
                await self._call.party.stop_everything()
            outcome = await self._play_on(scene)
        except (CallerHungUp, ChannelGone):
            outcome = await self._hung_up()
        except SwitchUnavailable as error:
            log.warning("call.left_for_the_next_connection", reason=str(error))
            return
        await self._finish(outcome)

    async def _open(self, scene: SceneName) -> None:
        call = self._call
        if answered_at_once(self._house.service, call.facts):
            await call.answer(because=str(call.line.charging))
        await call.enter(scene)

    async def _play_on(self, scene: SceneName) -> Outcome:
        """Scene after scene. The one place where a fault of ours in a call is caught."""
        faults = 0
        while True:
            try:
                result = await self._until_hangup(scene)
            except (CallerHungUp, ChannelGone, SwitchUnavailable):
                raise
            except Exception as error:
                faults += 1
                log.exception("scene.failed", scene=scene)
                self._call.record(EventKind.FAULT, of=f"/{faults}", what=type(error).__name__)
                if faults > MOST_FAULTS or self._call.facts.line is None:
                    await self._switch.apologise(self._call.channel)
                    return Outcome.FALLBACK
                result = await self._to_the_general_line()
            if isinstance(result, Outcome):
                return result
            await self._call.enter(result)
            scene = result

    async def _until_hangup(self, scene: SceneName) -> SceneName | Outcome:
        """The scene races against the end of the caller's channel."""
        call = self._call
        acting = asyncio.ensure_future(SCENES[scene](call, self._desk))
        try:
            endings: set[asyncio.Future[Any]] = {acting, call.party.gone}
            await asyncio.wait(endings, return_when=asyncio.FIRST_COMPLETED)
            if acting.done():
                return acting.result()
            raise CallerHungUp
        finally:
            acting.cancel()
            await asyncio.gather(acting, return_exceptions=True)

    async def _to_the_general_line(self) -> SceneName:
        """After a fault: nobody is lost, the caller goes to the general topic."""
        call = self._call
        self._desk.dismiss(call)
        call.note(topic=call.line.general_topic, counsellor=None, leg=None)
        return SceneName.WAITING

    async def _hung_up(self) -> Outcome:
        call = self._call
        await asyncio.wait({call.party.gone}, timeout=HANGUP_BOUND_S)
        cause = call.party.gone.result() if call.party.gone.done() else 0
        kept = await call.promised() is not None
        return outcome_of_hangup(call.facts, cause=cause, callback_kept=kept)

    async def _finish(self, outcome: Outcome) -> None:
        """One outcome on the record, and nothing of the call left on the switch."""
        call = self._call
        call.note(outcome=outcome)
        call.record(EventKind.FINISHED, outcome=outcome)
        log.info("call.finished", outcome=outcome)
        self._desk.dismiss(call)
        with suppress(SwitchUnavailable):
            if call.facts.leg is not None:
                await self._switch.part(call.bridge)
            if outcome is not Outcome.FALLBACK:
                await self._switch.hang_up(call.channel, answered=call.facts.answered)
