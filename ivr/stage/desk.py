"""What the house offers to scenes: the line to stand in, and the counsellors' legs."""

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from ivr.domain.call import ChannelId, CounsellorId, Language
from ivr.domain.service import ServiceLine
from ivr.ports import Utterance
from ivr.stage.call import Call
from ivr.stage.callbacks import Callbacks
from ivr.stage.colleagues import Colleagues
from ivr.stage.party import Party


@dataclass(frozen=True, kw_only=True)
class Taker:
    """The counsellor who has answered for a caller, and the leg they are on."""

    counsellor: CounsellorId
    leg: ChannelId


class Place(Protocol):
    """A caller's place in the line."""

    taken: asyncio.Future[Taker]
    regained: bool  # it became that of an earlier call of the caller while they waited

    @property
    def nobody_since(self) -> datetime | None:
        """Since when (UTC) nobody who could serve the caller has been at work; None: somebody is.

        Whoever could serve them after an overflow counts.
        """
        ...

    @property
    def rung(self) -> bool:
        """Whether a counsellor's phone rings for the caller now."""
        ...

    def wants_anew(self) -> None:
        """What the caller wants, by the facts, has changed: others may be rung for it."""
        ...

    async def hand_over(self, vanished: datetime) -> None:
        """Give the place to the call, if there is one, with which the caller has called again.

        `vanished` is when the last sound came of this one (UTC).
        """
        ...

    def ahead(self) -> int:
        """How many callers are served before this one."""
        ...

    def wait(self) -> timedelta | None:
        """How long the caller is likely to wait; None: not sure."""
        ...


class Desk(Protocol):
    """Everything in the house that is not the call itself."""

    @property
    def colleagues(self) -> Colleagues:
        """Those who may be asked for help in a call."""
        ...

    @property
    def callbacks(self) -> Callbacks:
        """The requests to be called back."""
        ...

    def place(self, call: Call) -> AbstractAsyncContextManager[Place]:
        """Stand in the line for as long as the block lasts, at the place that the facts say."""
        ...

    def notice(self, line: ServiceLine, language: Language) -> Utterance | None:
        """What every caller of the line is told now, in this language; None: nothing."""
        ...

    def waiting(self, line: ServiceLine) -> int:
        """How many callers stand in the line of this service line."""
        ...

    def leg(self, call: Call) -> Party | None:
        """The counsellor's leg in the facts, while it is there."""
        ...

    def cut_off(self, call: Call) -> bool:
        """Whether the counsellor's leg in the facts has ended otherwise than by being hung up."""
        ...

    def dismiss(self, call: Call, leg: ChannelId | None = None) -> None:
        """End the counsellor's leg of the call, if there is one; or `leg`, which was it before."""
        ...

    def consulted(self, call: Call, line: ChannelId) -> Taker | None:
        """The colleague with whom the call's counsellor speaks on this second line of theirs."""
        ...

    def end_line(self, line: ChannelId) -> None:
        """End that second line; the colleague's leg stays if it is the call's by now."""
        ...
