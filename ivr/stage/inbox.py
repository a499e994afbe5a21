"""In which order what a channel has sent is acted on, and what of it is kept until it is due."""

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from typing import Any

from ivr.ports import KeyPressed, PlaybackEnded, RecordingEnded, TransferAsked

Wish = KeyPressed | TransferAsked
Event = Wish | PlaybackEnded | RecordingEnded


class Inbox:
    """The events of one channel, in their order; keys and wishes that came too early go first."""

    def __init__(self) -> None:
        self._events: asyncio.Queue[Event | None] = asyncio.Queue()
        self._early: deque[Wish] = deque()

    def put(self, event: Event) -> None:
        """This has happened."""
        self._events.put_nowait(event)

    def put_first(self, wish: Wish) -> None:
        """This comes before anything else."""
        self._early.appendleft(wish)

    def put_early(self, wishes: Sequence[Wish]) -> None:
        """These were taken out while nobody could act on them."""
        self._early.extend(wishes)

    def wake(self, _: asyncio.Future[Any]) -> None:
        """Whoever awaits the next event is to look round without one."""
        self._events.put_nowait(None)

    async def next(self, deadline: float) -> Event | None:
        """The next event; None when woken or at the deadline (event loop time)."""
        if self._early:
            return self._early.popleft()
        try:
            async with asyncio.timeout_at(None if deadline == math.inf else deadline):
                return await self._events.get()
        except TimeoutError:
            return None

    def forget_keys(self) -> None:
        """Drop the keys pressed so far."""
        self._early = deque(wish for wish in self._early if not isinstance(wish, KeyPressed))
        waiting = [self._events.get_nowait() for _ in range(self._events.qsize())]
        for event in waiting:
            if not isinstance(event, KeyPressed):
                self._events.put_nowait(event)
