"""Somebody whom we call: whether they have picked up."""

import asyncio

from ivr.domain.call import ChannelId
from ivr.ports import Speech, Switch
from ivr.stage.party import Party


class Rung(Party):
    """A channel that we called out on. `answered` is set, once, when they have picked up."""

    def __init__(self, channel: ChannelId, switch: Switch, speech: Speech) -> None:
        super().__init__(channel, switch, speech)
        self.answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def answer(self) -> None:
        """The phone was answered."""
        if not self.answered.done():
            self.answered.set_result(None)
