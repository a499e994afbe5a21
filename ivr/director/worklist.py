"""The callbacks that a counsellor hears of on their phone, and what the line will do about them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from ivr.director.house import House
from ivr.domain import worklist
from ivr.domain.call import CounsellorId
from ivr.domain.callback import Callback
from ivr.domain.counsellor import Doing
from ivr.domain.destination import refused
from ivr.domain.schedule import Schedule
from ivr.ports import CallbackDesk, Refused
from ivr.tasks import Tasks


class Worklist:
    """Implements `ivr.stage.Worklist`."""

    def __init__(self, house: House, tasks: Tasks, desk: CallbackDesk) -> None:
        self._house = house
        self._tasks = tasks
        self.desk = desk

    async def done(self, work: Callable[[], Awaitable[Callback]]) -> Callback:
        """See `ivr.stage.Worklist`. A task of its own, so that no hang-up can stop it half-way."""
        task = self._tasks.start(_outcome(work), "callback changed")
        done: Callback | Refused = await asyncio.shield(task)
        if isinstance(done, Refused):
            raise done
        return done

    async def of(self, who: CounsellorId) -> Sequence[Callback]:
        """See `ivr.stage.Worklist`."""
        found, service = await self.desk.listed(), self._house.service
        person = next((each for each in service.counsellors if each.id == who), None)
        return [] if person is None else worklist.worklist(found, person, service, self.now())

    def now(self) -> datetime:
        """See `ivr.stage.Worklist`."""
        return self._house.clock.now()

    def schedule(self, callback: Callback) -> Schedule | None:
        """See `ivr.stage.Worklist`."""
        line = self._house.service.line(callback.line)
        return None if line is None else line.schedule

    def dials(self, callback: Callback) -> bool:
        """See `ivr.stage.Worklist`."""
        service, objection = self._house.service, self._house.numbers.objection
        line = service.line(callback.line)
        if line is None or not line.callback.dial:
            return False
        return refused(callback.number, line=line, service=service, objection=objection) is None

    def takes_calls(self, who: CounsellorId) -> bool:
        """See `ivr.stage.Worklist`."""
        return who in self._house.roster.working()

    def rings_next(self, callback: Callback, who: CounsellorId) -> bool:
        """See `ivr.stage.Worklist`."""
        at = self.desk.prospect(callback).at
        free = self._house.roster.duties[who].doing is Doing.FREE
        return free and at is not None and at <= self.now()


async def _outcome(work: Callable[[], Awaitable[Callback]]) -> Callback | Refused:
    """A refusal is an answer, and no failure of the task."""
    try:
        return await work()
    except Refused as refusal:
        return refusal
