"""What is looked after while a caller hears music: whether they are there, and anybody for them."""

import structlog

from ivr.domain.ghost import Pulse, between_samples, is_ghost, listen, silent_s
from ivr.domain.limits import nobody_at_work
from ivr.stage import Call, Place

log = structlog.get_logger(__name__)


class Vigil:
    """Implements `ivr.stage.Watch` for one stretch of waiting."""

    def __init__(self, call: Call, place: Place) -> None:
        self.gone = False  # the caller's phone has vanished
        self.silent_s = 0.0
        self._call = call
        self._place = place
        self._after_s = call.line.waiting.ghost_after_s
        self.every_s = between_samples(self._after_s)
        self._pulse: Pulse | None = None

    async def over(self) -> bool:
        """Whether the music is to end now."""
        if self._after_s > 0 and self._look_again():
            await self._look()
        call = self._call
        if self.gone or self._place.regained:
            return True
        return nobody_at_work(call.line, self._place.nobody_since, call.now())

    def _look_again(self) -> bool:
        """Not when the caller was looked at a moment ago, because the music began anew."""
        if self._pulse is None:
            return True
        return (self._call.now() - self._pulse.at).total_seconds() > self.every_s / 2

    async def _look(self) -> None:
        packets = await self._call.received()
        if packets is None or self._call.party.holds_us:
            self._pulse = None
            return
        now = self._call.now()
        self._pulse = listen(self._pulse, now, packets)
        self.silent_s = silent_s(self._pulse, now)
        if is_ghost(self._pulse, now, self._after_s):
            # A process that has just begun does not know who had put us on hold by then.
            self.gone = not await self._call.holds_us()
            if self.gone:
                log.warning("caller.vanished", silent_s=self.silent_s)
            else:
                self._pulse = None
