"""The citizens whom the line calls back, all behind one trunk."""

import time
from dataclasses import dataclass, field

from tests.chaos.evidence import DialledLog
from tests.chaos.phones import Called, Leg, number_called

_RING_S, _TALK_S = (0.5, 3.0), (2.0, 6.0)
_GREETED_WITHIN_S = 15.0


@dataclass(kw_only=True)
class Citizens(Called):
    """Whoever is called; `dialled` has every call that rang there."""

    dialled: list[DialledLog] = field(default_factory=list)

    async def take(self, leg: Leg) -> None:
        """Most answer, press a key when greeted, and talk."""
        began = time.time()
        await self._talk(leg)
        self.dialled.append(
            DialledLog(
                number=_e164(number_called(leg.invite)),
                began=began,
                ended=time.time(),
                answered=leg.answered,
            )
        )

    async def _talk(self, leg: Leg) -> None:
        await leg.until(self.chance.uniform(*_RING_S))
        whim = self.chance.random()
        if leg.ended:
            return
        if whim < 0.1:
            leg.refuse("486 Busy Here")
        elif whim < 0.2:
            await leg.until(60)
        else:
            leg.answer()
            await leg.until(_GREETED_WITHIN_S, lambda: "back_greeting" in leg.ear.newest[1])
            await leg.until(1.0)
            leg.press("1")
            await leg.until(self.chance.uniform(*_TALK_S))
            leg.hang_up()


def _e164(dialled: str) -> str:
    """A number as the line dials it in Finland, or already in full (E.164)."""
    return dialled if dialled.startswith("+") else f"+358{dialled.removeprefix('0')}"
