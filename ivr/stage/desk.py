"""What the house offers to scenes: the line to stand in, and the counsellors' legs."""

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from ivr.domain.call import ChannelId, CounsellorId
from ivr.stage.call import Call
from ivr.stage.party import Party


@dataclass(frozen=True, kw_only=True)
class Taker:
    """The counsellor who has answered for a caller, and the leg they are on."""

    counsellor: CounsellorId
    leg: ChannelId


class Place(Protocol):
    """A caller's place in the line."""

    taken: asyncio.Future[Taker]

    @property
    def rung(self) -> bool:
        """Whether a counsellor's phone rings for the caller now."""
        ...

    def ahead(self) -> int:
        """How many callers are served before this one."""
        ...


class Desk(Protocol):
    """Everything in the house that is not the call itself."""

    def place(self, call: Call) -> AbstractAsyncContextManager[Place]:
        """Stand in the line for as long as the block lasts, at the place that the facts say."""
        ...

    def leg(self, call: Call) -> Party | None:
        """The counsellor's leg in the facts, while it is there."""
        ...

    def dismiss(self, call: Call) -> None:
        """End the counsellor's leg of the call, if there is one."""
        ...
