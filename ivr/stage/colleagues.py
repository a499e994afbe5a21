"""What the house offers to a counsellor who wants help: colleagues, and telephones outside."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from ivr.domain.call import ChannelId
from ivr.domain.transfer import Colleague, Outside, Refusal, ToTopic
from ivr.stage.call import Call
from ivr.stage.party import Party


class Colleagues(Protocol):
    """The second leg of a call: whoever is consulted, added, or transferred to outside."""

    def leg(self, call: Call) -> Party | None:
        """The colleague's or the outside party's leg in the facts, while it is there."""
        ...

    def went(self, call: Call) -> bool:
        """Whether that leg was there, and has ended since we looked."""
        ...

    def absent(self, target: Colleague | Outside | ToTopic) -> Refusal | None:
        """Why nobody can be led to the target now; None where they can."""
        ...

    def ringing(
        self, call: Call, target: Colleague | Outside
    ) -> AbstractAsyncContextManager[asyncio.Future[ChannelId | Refusal]]:
        """Ring for as long as the block lasts; the leg that was answered, or why none was.

        A leg that the facts name at the block's end stays, as the counsellor's or as the
        second; any other is let go.
        """
        ...

    def dismiss(self, call: Call) -> None:
        """End the second leg of the call, if there is one."""
        ...
