"""The callbacks that a counsellor hears of on their phone, and what the line will do about them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from ivr.director.attempts import Attempts
from ivr.director.callback_desk import CallbackDesk
from ivr.director.house import House
from ivr.domain import worklist
from ivr.domain.call import CounsellorId
from ivr.domain.callback import Callback, due
from ivr.domain.counsellor import Doing
from ivr.domain.schedule import Schedule
from ivr.ports import Refused
from ivr.tasks import Tasks


class Worklist:
    """Implements `ivr.stage.Worklist`."""

    def __init__(self, house: House, tasks: Tasks) -> None:
        self._house = house
        self._tasks = tasks
        self._people = {person.id: person for person in house.service.counsellors}
        self._attempts = Attempts(house)
        self.desk = CallbackDesk(house.service, house.callbacks, house.clock)

    async def done(self, work: Callable[[], Awaitable[Callback]]) -> Callback:
        """See `ivr.stage.Worklist`. A task of its own, so that no hang-up can stop it half-way."""
        task = self._tasks.start(_outcome(work), "callback changed")
        done: Callback | Refused = await asyncio.shield(task)
        if isinstance(done, Refused):
            raise done
        return done

    async def of(self, who: CounsellorId) -> Sequence[Callback]:
        """See `ivr.stage.Worklist`."""
        found = await self.desk.listed()
        return worklist.worklist(found, self._people[who], self._house.service, self.now())

    def now(self) -> datetime:
        """See `ivr.stage.Worklist`."""
        return self._house.clock.now()

    def schedule(self, callback: Callback) -> Schedule | None:
        """See `ivr.stage.Worklist`."""
        line = self._house.service.line(callback.line)
        return None if line is None else line.schedule

    def dials(self, callback: Callback) -> bool:
        """See `ivr.stage.Worklist`."""
        line = self._house.service.line(callback.line)
        return line is not None and line.callback.dial and self._attempts.may_be_dialled(callback)

    def takes_calls(self, who: CounsellorId) -> bool:
        """See `ivr.stage.Worklist`."""
        return who in self._house.roster.working()

    def rings_next(self, callback: Callback, who: CounsellorId) -> bool:
        """See `ivr.stage.Worklist`."""
        line = self._house.service.line(callback.line)
        if line is None or self._house.roster.duties[who].doing is not Doing.FREE:
            return False
        return due(callback, self.now(), line.schedule, line.callback)


async def _outcome(work: Callable[[], Awaitable[Callback]]) -> Callback | Refused:
    """A refusal is an answer, and no failure of the task."""
    try:
        return await work()
    except Refused as refused:
        return refused
