"""The notices in memory."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

from ivr.domain.call import LineId
from ivr.domain.notice import Notice, Spoken, closure, in_force
from ivr.domain.schedule import Interval
from ivr.ports import Media, NotKept, Utterance
from tests.fakes.asterisk import PROMPT_S

WRITE_S = 0.01


class Board:
    """What is on disk; outlives every controller."""

    def __init__(self) -> None:
        self.notices: dict[LineId, Notice] = {}
        self.closures: dict[LineId, Interval] = {}
        self.full = False

    def put(self, notice: Notice) -> None:
        """Somebody says it."""
        self.end(notice.line)
        self.notices[notice.line] = notice
        if (during := closure(notice)) is not None:
            self.closures[notice.line] = during

    def end(self, line: LineId) -> None:
        """Somebody takes it back."""
        self.notices.pop(line, None)
        self.closures.pop(line, None)


class MemoryNotices:
    """Implements `ivr.ports.Notices` on a Board, for one controller's life."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._alive = True

    def die(self) -> None:
        """From now on nothing is written."""
        self._alive = False

    @property
    def closures(self) -> Mapping[LineId, Interval]:
        return self._board.closures

    def of(self, line: LineId, now: datetime) -> Notice | None:
        return in_force(self._board.notices.get(line), now)

    def sound(self, spoken: Spoken) -> Utterance:
        return Utterance(media=(Media(spoken.sound),), seconds=PROMPT_S)

    async def put(self, notice: Notice) -> None:
        await self._pass()
        if self._alive:
            self._board.put(notice)

    async def end(self, line: LineId) -> None:
        await self._pass()
        if self._alive:
            self._board.end(line)

    async def _pass(self) -> None:
        await asyncio.sleep(WRITE_S)
        if self._board.full:
            raise NotKept
