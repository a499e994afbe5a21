"""What the callers of a line are told for a while, as scenes and the director have it."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from ivr.domain.call import LineId
from ivr.domain.notice import Notice, Spoken
from ivr.domain.schedule import Interval
from ivr.ports.speech import Utterance


class NotKept(Exception):
    """The disk does not take it: nothing has changed."""


class Notices(Protocol):
    """The notices, one a line at most; they outlive every controller."""

    @property
    def closures(self) -> Mapping[LineId, Interval]:
        """The lines that are closed by a notice; a view that changes as they do."""
        ...

    def of(self, line: LineId, now: datetime) -> Notice | None:
        """The notice that holds for the line now."""
        ...

    def sound(self, spoken: Spoken) -> Utterance:
        """How it is said."""
        ...

    async def put(self, notice: Notice) -> None:
        """Have it hold from now on, in place of the line's earlier one. Raises NotKept."""
        ...

    async def end(self, line: LineId) -> None:
        """End the line's notice; nothing if there is none. Raises NotKept."""
        ...


class NoNotices:
    """Where nobody is ever told anything. Implements `Notices`."""

    closures: Mapping[LineId, Interval] = MappingProxyType({})

    def of(self, line: LineId, now: datetime) -> Notice | None:
        """See `Notices`."""
        return None

    def sound(self, spoken: Spoken) -> Utterance:
        """See `Notices`."""
        return Utterance(media=(), seconds=0.0)

    async def put(self, notice: Notice) -> None:
        """See `Notices`."""
        raise NotKept

    async def end(self, line: LineId) -> None:
        """See `Notices`."""
