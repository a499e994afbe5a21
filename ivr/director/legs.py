"""A channel that we called out on, on behalf of one call: ringing or answered, and its end."""

from contextlib import suppress

from ivr.domain.call import ChannelId
from ivr.ports import Speech, Switch, SwitchUnavailable
from ivr.stage import Rung
from ivr.tasks import Tasks


class OutgoingLeg(Rung):
    """Somebody whom we called.

    `elsewhere` says, before it is hung up, that another phone was answered in its place.
    """

    def __init__(self, channel: ChannelId, *, speech: Speech, switch: Switch, tasks: Tasks) -> None:
        super().__init__(channel, switch, speech)
        self.elsewhere = False
        self._tasks = tasks
        self._switch = switch

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
