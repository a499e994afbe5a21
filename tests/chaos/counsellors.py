"""The counsellors of the load: each answers, declines, holds, leads on and hangs up by chance."""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import NamedTuple

from ivr.settings import Address
from tests.chaos.phones import Called, Leg

_RING_S, _TALK_S = (0.4, 2.5), (2.0, 7.0)
_HEARD_WITHIN_S = 12.0
_GREETED_S = 15.0
_REGISTERED_EVERY_S = 45.0
_KEY_S = 0.25  # from key to key


class _Deed(NamedTuple):
    """What is done in a talk: keys, a pause, and other keys; `weight` says how often."""

    weight: int
    keys: str = ""
    pause_s: float = 0.0
    then: str = ""


_DEEDS = (
    _Deed(60),
    _Deed(8, pause_s=15),  # the caller ends it
    _Deed(6, "*1", 3, "*1"),  # hold
    _Deed(2, "*6", 0.5),  # urgent
    _Deed(5, "*7{topic}#", 6),
    _Deed(5, "*7{colleague}#", 8),
    _Deed(6, "*2{colleague}#", 8, "*4"),  # consult, and hand over
    _Deed(4, "*2{colleague}#", 6, "*5"),  # consult, and take the caller back
    _Deed(4, "*2{colleague}#", 6, "*3"),  # all three
)


@dataclass(kw_only=True)
class Counsellor(Called):
    """One counsellor's phone, on a port of its own. One who `leaves` takes no call any more."""

    account: str
    secret: str
    colleagues: tuple[str, ...]
    leaves: bool = False

    async def sign_on(self) -> None:
        """Plug in, if it is not yet, and register."""
        if not self.port:
            await self.listen_at(Address(host="127.0.0.1", port=0))
        await self.register({self.account: self.secret})

    async def stay_registered(self) -> None:
        """Register now and then, as phones do; until cancelled."""
        while True:
            await asyncio.sleep(_REGISTERED_EVERY_S)
            if self.alive:
                with contextlib.suppress(TimeoutError):  # Asterisk is away
                    await self.sign_on()

    async def take(self, leg: Leg) -> None:
        """Answer most calls."""
        await leg.until(0 if self.leaves else self.chance.uniform(*_RING_S))
        whim = self.chance.random()
        if leg.ended:
            return
        if whim < 0.06 or self.leaves:
            leg.refuse("486 Busy Here")
        elif whim < 0.10:
            await leg.until(60)  # nobody is at the desk
        else:
            leg.answer()
            await self._serve(leg)

    async def _serve(self, leg: Leg) -> None:
        await leg.until(_HEARD_WITHIN_S, lambda: leg.ear.newest[1] != "")
        await leg.until(1.5)
        if "/back_" in leg.ear.newest[1]:
            leg.ear.press("1", leg.audio)
            await leg.until(_GREETED_S)
        await leg.until(self.chance.uniform(*_TALK_S))
        (deed,) = self.chance.choices(_DEEDS, [each.weight for each in _DEEDS])
        await self._do(deed, leg)
        await leg.until(self.chance.uniform(0, 3))
        leg.hang_up()

    async def _do(self, deed: _Deed, leg: Leg) -> None:
        colleague, topic = self.chance.choice(self.colleagues), self.chance.choice("123")
        for keys in (deed.keys, deed.then):
            for key in keys.format(colleague=colleague, topic=topic):
                leg.press(key)
                await asyncio.sleep(_KEY_S)
            await leg.until(deed.pause_s)
