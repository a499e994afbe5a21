"""A channel that we called out on, on behalf of one call: ringing or answered, and its end."""

import asyncio
from contextlib import suppress

from ivr.director.house import House
from ivr.domain.call import ChannelId
from ivr.ports import Switch, SwitchUnavailable
from ivr.stage import Party
from ivr.tasks import Tasks


class OutgoingLeg(Party):
    """Somebody whom we called. `answered` is set, once, when they have picked up.

    `elsewhere` says, before it is hung up, that another phone was answered in its place.
    """

    def __init__(self, channel: ChannelId, *, house: House, switch: Switch, tasks: Tasks) -> None:
        super().__init__(channel, switch, house.speech)
        self.answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.elsewhere = False
        self._tasks = tasks
        self._switch = switch

    def answer(self) -> None:
        """The phone was answered."""
        if not self.answered.done():
            self.answered.set_result(None)

    def hang_up(self) -> None:
        """See that the leg ends. A task of its own, so that no cancellation can stop it."""
        if self.gone.done():
            return
        self._tasks.start(self._hang_up(), f"hang up {self.channel}")

    async def _hang_up(self) -> None:
        with suppress(SwitchUnavailable):  # then the next connection sweeps it
            await self._switch.hang_up(
                self.channel, answered=self.answered.done(), elsewhere=self.elsewhere
            )
