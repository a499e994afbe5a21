"""The notes of calls that a switch served alone, as text, in memory."""

import asyncio
from collections.abc import Sequence

from ivr.domain.alone_notes import Noted, read
from ivr.domain.call import ChannelId

FORGET_S = 0.01


class Notes:
    """What the dialplan wrote; outlives every controller."""

    def __init__(self) -> None:
        self.texts: dict[ChannelId, str] = {}

    def write(self, channel: str, *lines: str) -> None:
        """As the dialplan does, a line a fact."""
        here = ChannelId(channel)
        self.texts[here] = self.texts.get(here, "") + "".join(f"{line}\n" for line in lines)


class MemoryNotes:
    """Implements `ivr.ports.AloneNotes` on Notes, for one controller's life."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._alive = True

    def die(self) -> None:
        """From now on nothing is forgotten."""
        self._alive = False

    async def noted(self) -> Sequence[Noted]:
        found = (read(channel, text) for channel, text in self._notes.texts.items())
        return [noted for noted in found if noted is not None]

    async def forget(self, channel: ChannelId) -> None:
        await asyncio.sleep(FORGET_S)
        if self._alive:
            self._notes.texts.pop(channel, None)
