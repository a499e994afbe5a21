"""The steady load: so many callers on the line at once, and the phones they talk to."""

import asyncio
import itertools
import math
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import aiohttp

from tests.bench.polling import until
from tests.chaos.beside import beside
from tests.chaos.caller import Caller, Person
from tests.chaos.citizens import Citizens
from tests.chaos.counsellors import Counsellor
from tests.chaos.evidence import CallerLog, Spell
from tests.chaos.ground import Ground
from tests.chaos.hearing import Ears, read_clips
from tests.e2e.rawsip import audio_port, raw_call

_PACE_S = 0.2  # at most one new caller in this time
_SHIFT_S = 5.0
_PAUSES = 0.15  # how likely somebody pauses when a shift is looked at
_SERVED_ON_S = 12.0
_ENDED_WITHIN_S = 45.0


@dataclass(kw_only=True)
class Load:
    """Callers, counsellors and citizens at work, and their logs."""

    ground: Ground
    ears: Ears
    chance: random.Random
    at_once: int
    counsellors: list[Counsellor]
    citizens: Citizens
    logs: list[CallerLog] = field(default_factory=list)
    sampled: list[int] = field(default_factory=list)
    stalls: list[Spell] = field(default_factory=list)
    _now: set[Caller] = field(default_factory=set)
    _calls: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def on_the_line(self) -> int:
        """How many callers there are now."""
        return len(self._now)

    async def call(self) -> None:
        """Keep so many callers on the line, until cancelled."""
        for number in itertools.count():
            await until(self._room, math.inf)
            person = Person.of(number, self.chance)
            caller = Caller(person=person, server=self.ground.asterisk.sip, ears=self.ears)
            self._calls.append(asyncio.create_task(self._one(caller)))
            await asyncio.sleep(_PACE_S)

    async def filled(self, within_s: float) -> None:
        """Wait until as many callers are on the line as shall be. Raises TimeoutError."""

        async def full() -> bool:
            return not await self._room()

        await until(full, within_s)

    async def sample(self) -> None:
        """Note how many there are, every second, until cancelled."""
        while True:
            await asyncio.sleep(1)
            self.sampled.append(self.on_the_line)

    async def keep_shift(self) -> None:
        """Let some pause, and call back to work who was paused; until cancelled."""
        while True:
            await asyncio.sleep(_SHIFT_S)
            try:
                await self._look_at_the_shift()
            except (aiohttp.ClientError, TimeoutError):
                continue  # the controller is away

    async def hear_music(self) -> None:
        """Listen to Asterisk's own music: where that stops, the machine does. Until cancelled."""
        while True:
            with self.ears.ear() as ear:
                try:
                    async with raw_call(self.ground.asterisk.sip, "music", sdp=ear.sdp) as call:
                        await call.status(200, within_s=10)
                        while True:
                            ear.breathe(audio_port(call.messages))
                            await asyncio.sleep(1)
                except AssertionError:
                    continue  # Asterisk is away
                finally:
                    self.stalls += [gap for gap in ear.gaps if gap not in self.stalls]

    def cut_off(self) -> None:
        """Asterisk was killed: whoever was on the line hears nothing more, ever."""
        for caller in self._now:
            caller.cut_off = True
        for phone in (*self.counsellors, self.citizens):
            phone.forget()

    async def end(self) -> None:
        """Nobody new comes; those there are served for a while, and then all hang up."""
        await asyncio.sleep(_SERVED_ON_S)
        for counsellor in self.counsellors:
            counsellor.leaves = True
        for caller in self._now:
            caller.gives_up = True

        async def over() -> bool:
            phones = (*self.counsellors, self.citizens)
            return not self._now and not any(phone.legs for phone in phones)

        await until(over, _ENDED_WITHIN_S)
        await asyncio.gather(*self._calls)

    async def _room(self) -> bool:
        return len(self._now) < self.at_once

    async def _one(self, caller: Caller) -> None:
        self._now.add(caller)
        try:
            self.logs.append(await caller.live())
        finally:
            self._now.discard(caller)

    async def _look_at_the_shift(self) -> None:
        token = (self.ground.state_dir / "secrets" / "desk_token").read_text().strip()
        base = f"http://{self.ground.line.http}/api/counsellors"
        bound = aiohttp.ClientTimeout(total=2)
        login = {"Authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession(headers=login, timeout=bound) as session:
            async with session.get(base) as answer:
                if answer.status != 200:
                    return
                people = (await answer.json())["counsellors"]
            for each in people:
                wish = "resume" if each["state"] == "paused" else ""
                if not wish and self.chance.random() < _PAUSES / len(people):
                    wish = "pause"
                if wish:
                    body = {"reason": "break"} if wish == "pause" else None
                    async with session.post(f"{base}/{each['id']}/{wish}", json=body):
                        pass


@asynccontextmanager
async def load(ground: Ground, seed: int, at_once: int) -> AsyncIterator[Load]:
    """Phones that are registered; nobody calls yet."""
    ears = Ears(await asyncio.to_thread(read_clips, ground.prompts))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(beside(ears.listen()))
        citizens = Citizens(server=ground.access.sip, ears=ears, chance=random.Random(seed + 1))
        await citizens.listen_at(ground.carrier)
        stack.push_async_callback(citizens.unplug)
        counsellors = [
            await stack.enter_async_context(_at_work(ground, number, seed, ears))
            for number in range(len(ground.accounts))
        ]
        yield Load(
            ground=ground,
            ears=ears,
            chance=random.Random(seed + 2),
            at_once=at_once,
            counsellors=counsellors,
            citizens=citizens,
        )


@asynccontextmanager
async def _at_work(ground: Ground, number: int, seed: int, ears: Ears) -> AsyncIterator[Counsellor]:
    account = ground.accounts[number]
    counsellor = Counsellor(
        server=ground.access.sip,
        account=account,
        secret=ground.passwords()[account],
        colleagues=tuple(each[1:] for each in ground.accounts if each != account),
        ears=ears,
        chance=random.Random(f"{seed} {account}"),
    )
    await counsellor.sign_on()
    async with beside(counsellor.stay_registered()):
        try:
            yield counsellor
        finally:
            await counsellor.unplug()
