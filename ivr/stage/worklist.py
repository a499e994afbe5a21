"""What the house offers to a counsellor who works through the callbacks on their phone."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

from ivr.domain.call import CounsellorId
from ivr.domain.callback import Callback
from ivr.domain.schedule import Schedule
from ivr.ports import CallbackDesk


class Worklist(Protocol):
    """The callbacks as one counsellor after another works through them."""

    @property
    def desk(self) -> CallbackDesk:
        """Where things are done to them, by `done`."""
        ...

    async def done(self, work: Callable[[], Awaitable[Callback]]) -> Callback:
        """Do it to its end, even if the phone hangs up meanwhile. Raises Refused."""
        ...

    async def of(self, who: CounsellorId) -> Sequence[Callback]:
        """What the counsellor may see to, in order. Raises Refused."""
        ...

    def now(self) -> datetime:
        """What time it is, UTC."""
        ...

    def schedule(self, callback: Callback) -> Schedule | None:
        """The hours of its line; None if there is no such line any more."""
        ...

    def dials(self, callback: Callback) -> bool:
        """Whether the line makes this call itself, and may."""
        ...

    def takes_calls(self, who: CounsellorId) -> bool:
        """Whether the counsellor is rung, now or when what they do is over."""
        ...

    def rings_next(self, callback: Callback, who: CounsellorId) -> bool:
        """Whether it may be called now, and the counsellor is free for it but for this phone."""
        ...
