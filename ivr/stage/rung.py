"""Somebody whom we call: whether they have picked up, and when they speak."""

import asyncio

from ivr.domain.call import ChannelId
from ivr.ports import Speech, Switch
from ivr.stage.ear import Ear
from ivr.stage.party import Party


class Rung(Party):
    """A channel that we called out on. `answered` is set, once, when they have picked up.

    The `ear` hears nothing but between `listen_to_voice` and `ignore_voice`; both only while
    nothing is playing.
    """

    def __init__(self, channel: ChannelId, switch: Switch, speech: Speech) -> None:
        super().__init__(channel, switch, speech)
        self.answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ear = Ear()

    def answer(self) -> None:
        """The phone was answered."""
        if not self.answered.done():
            self.answered.set_result(None)

    async def listen_to_voice(self) -> None:
        """Have it told when they speak."""
        await self._switch.listen(self.channel)

    async def ignore_voice(self) -> None:
        """Have it told no more: it costs the switch some work as long as it is."""
        await self._switch.stop_listening(self.channel)
