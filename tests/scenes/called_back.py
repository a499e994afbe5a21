"""A citizen who has asked to be called back, a counsellor who may accept it, and their habits."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from ivr.domain.callback import Callback, Status
from ivr.domain.policy import CallbackPolicy
from ivr.domain.service import Service
from tests.fakes.asterisk import Channel, FakePhone
from tests.fakes.service import FREE, changed, counsellor, service
from tests.fakes.time import Steps
from tests.scenes.asking import ASKS, IN_LINE, PATIENT, asked
from tests.scenes.world import World

NUMBER = "0401234567"  # of the citizen, as it is dialled
OTHERS, OTHERS_NUMBER = "+358507654321", "0507654321"
ACCEPTS = {"back_fi": "1", "back_greeting": "1"}


def dials(*names: str, **callback: int) -> Service:
    """The service with a line that makes its calls back itself."""
    policy = replace(CallbackPolicy(), **cast("dict[str, Any]", callback))
    people = [counsellor(name) for name in names or ("anna",)]
    return changed(service(*people), "free", waiting=PATIENT, callback=policy)


class CalledBack(World):
    """A world in which whoever hears one of `keys`' prompts presses the key half a second later.

    `citizen` is the telephone that is called back; at it something `says` so many seconds, from so
    many seconds after the greeting has begun.
    """

    def __init__(self, config: Service, keys: Mapping[str, str] = ACCEPTS) -> None:
        super().__init__(config)
        self.keys = dict(keys)
        self.says: Sequence[tuple[float, float]] = ()
        self.citizen = FakePhone(answers_after=1.0)
        self.asterisk.phones[NUMBER] = self.citizen
        self.asterisk.listeners.append(self._react)

    @classmethod
    async def begin(
        cls,
        keys: Mapping[str, str] = ACCEPTS,
        steps: Steps | None = None,
        *,
        config: Service | None = None,
    ) -> "CalledBack":
        """Somebody has asked to be called back."""
        world = cls(config or dials(), keys)
        world.start(steps)
        await asked(world, {**IN_LINE, **ASKS})
        return world

    def _react(self, heard: Channel, sound: str) -> None:
        key = self.keys.get(sound.rpartition("/")[2])
        loop = asyncio.get_running_loop()
        if key is not None and heard.account:
            loop.call_later(0.5, self.asterisk.press, heard, key)
        if heard.account == NUMBER and "back_greeting" in sound:
            for after_s, seconds in self.says:
                loop.call_later(after_s, self.asterisk.speak, heard, seconds)

    @property
    def request(self) -> Callback:
        """The one request, as it is on disk."""
        (request,) = self.disk.callbacks
        return request

    @property
    def results(self) -> list[str | None]:
        """How its attempts ended."""
        return [each.result and str(each.result) for each in self.request.attempts]

    def channel(self, account: str) -> Channel | None:
        """The channel on which somebody is called now."""
        there = (c for c in self.asterisk.channels.values() if c.account == account)
        return next(there, None)

    def together(self, name: str = "anna") -> bool:
        """Whether the citizen and the counsellor hear each other."""
        both = {c.id for c in map(self.channel, (NUMBER, name)) if c is not None and c.up}
        return len(both) == 2 and both in self.asterisk.bridges.values()

    def told(self, account: str) -> list[str]:
        """The prompts heard on the channels of this account, in order."""
        channels = [*self.asterisk.past.values(), *self.asterisk.channels.values()]
        heard = sorted(each for c in channels if c.account == account for each in c.heard)
        return [sound for _, sound in heard]

    async def until_ended(self, status: Status = Status.WAITING) -> None:
        """Wait until an attempt is over and on disk."""
        await self.until(lambda: any(self.results) and self.request.status is status)

    async def close(self) -> None:
        """Everybody hangs up; nothing is left."""
        for channel in list(self.asterisk.channels):
            self.asterisk.end(channel)
        await asyncio.sleep(3)
        await self.stop()
        assert not self.asterisk.channels
        assert not self.asterisk.bridges


async def other_asks(world: CalledBack, keys: dict[str, str]) -> None:
    """Somebody else asks the line `free`."""
    caller = world.asterisk.call(FREE, OTHERS)
    with world.habit(caller, {**IN_LINE, **ASKS, **keys}):
        await world.until(lambda: world.outcomes(caller) == ["callback"])
