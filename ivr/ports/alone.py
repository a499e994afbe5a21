"""The notes of the calls that Asterisk served while no controller was there."""

from collections.abc import Sequence
from typing import Protocol

from ivr.domain.alone_notes import Noted
from ivr.domain.call import ChannelId


class AloneNotes(Protocol):
    """What the dialplan noted, a call each, until it is forgotten."""

    async def noted(self) -> Sequence[Noted]:
        """All calls of which there are notes, by their arrival. Raises OSError."""
        ...

    async def forget(self, channel: ChannelId) -> None:
        """Remove the notes of a call; nothing if there are none. Raises OSError."""
        ...


class NoNotes:
    """A switch that serves nobody alone. Implements `AloneNotes`."""

    async def noted(self) -> Sequence[Noted]:
        """None."""
        return ()

    async def forget(self, channel: ChannelId) -> None:
        """Nothing to do."""
