"""What people may do about requests to be called back, by a screen or a command."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ivr.domain.attempt import Result
from ivr.domain.bounds import Prospect
from ivr.domain.call import CounsellorId, LineId
from ivr.domain.callback import Because, Callback, CallbackId, Status


@dataclass(frozen=True, kw_only=True)
class MadeByHand:
    """A counsellor's own attempt to reach the citizen; `began` is UTC, None: just now."""

    counsellor: CounsellorId
    result: Result
    began: datetime | None = None


class CallbackDesk(Protocol):
    """The requests as people work through them.

    Everything raises `ivr.ports.Refused`; what returns is on disk, and gives the request
    as it is now.
    """

    async def listed(
        self, *, line: LineId | None = None, status: Status | None = None
    ) -> Sequence[Callback]:
        """In the order of the line: of this line, or of all; None: all that wait for somebody.

        Those that are over are known for a week, or until their number is erased.
        """
        ...

    async def shown(self, callback: CallbackId) -> Callback:
        """The one request, with its attempts."""
        ...

    def prospect(self, callback: Callback) -> Prospect:
        """When the citizen is called next, as things are now. Refuses nothing."""
        ...

    async def take(
        self, callback: CallbackId, by: CounsellorId, *, instead_of: CounsellorId | None = None
    ) -> Callback:
        """This counsellor will make the call; one whom another has taken only by their name."""
        ...

    async def postpone(
        self, callback: CallbackId, until: datetime, by: CounsellorId | None = None
    ) -> Callback:
        """To a time that was agreed, inside the line's hours; one that was given up lives anew."""
        ...

    async def close(
        self, callback: CallbackId, because: Because, by: CounsellorId | None = None
    ) -> Callback:
        """Nobody is called any more."""
        ...

    async def reopen(self, callback: CallbackId, by: CounsellorId | None = None) -> Callback:
        """One that was given up is to be called as soon as the line is open."""
        ...

    async def attempted(self, callback: CallbackId, made: MadeByHand) -> Callback:
        """A counsellor has tried to reach the citizen on a phone of their own."""
        ...
