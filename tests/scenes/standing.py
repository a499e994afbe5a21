"""Callers who are in the line within seconds, and counsellors who know everything."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace

from ivr.domain.call import CallId, TopicId
from ivr.domain.journal import DutyKind, EventKind
from ivr.domain.policy import Ending, Routing, WaitingPolicy
from ivr.domain.service import Counsellor, Service
from tests.fakes.asterisk import Channel, FakePhone
from tests.fakes.service import FREE, counsellor
from tests.fakes.time import run_in_virtual_time
from tests.scenes.world import World

KEYS = {"lang_choice": "2", "topic_menu": "1"}
PATIENT = WaitingPolicy(budget_s=3600, offer_after_s=3600, on_nobody=Ending.WAIT)


def team(*names: str) -> list[Counsellor]:
    """Counsellors of everything."""
    return [counsellor(name) for name in names]


def routed(config: Service, topic: TopicId, routing: Routing) -> Service:
    """The service with one topic routed so."""
    topics = {**config.topics, topic: replace(config.topics[topic], routing=routing)}
    return replace(config, topics=topics)


class Line(World):
    """A world whose callers all choose Swedish and families."""

    def __init__(self, config: Service) -> None:
        super().__init__(config)
        self._habits = ExitStack()

    async def caller(self, number: int = 1) -> Channel:
        """A caller who is in the line."""
        caller = self.asterisk.call(FREE, f"+35840123456{number}")
        self._habits.enter_context(self.habit(caller, KEYS))
        await self.until(lambda: bool(self.joined(caller)))
        return caller

    def joined(self, caller: Channel) -> bool:
        return bool(self.disk.of(EventKind.JOINED, CallId(f"n1-{caller.id}")))

    def phones(self, *names: str, answers_after: float | None = None) -> list[FakePhone]:
        """Phones come on."""
        return [self.phone(name, answers_after=answers_after) for name in names]

    def rung_for(self, caller: Channel) -> list[str]:
        """Who was rung for the caller, in order."""
        events = self.disk.of(EventKind.RINGING, CallId(f"n1-{caller.id}"))
        return [str(event.data["counsellor"]) for event in events]

    def duty(self, name: str) -> list[DutyKind]:
        """What happened to the counsellor, from the first ringing on."""
        kinds = [e.kind for e in self.disk.duty_events.values() if e.counsellor == name]
        return kinds[kinds.index(DutyKind.RINGING) :] if DutyKind.RINGING in kinds else []

    async def served(self, caller: Channel, talk_s: float = 3.0) -> None:
        """Let the caller talk, and hang up."""
        await self.until(lambda: caller.up)
        await asyncio.sleep(talk_s)
        self.asterisk.end(caller.id)
        await self.until_over(caller)
        assert self.outcomes(caller) == ["served"]


@asynccontextmanager
async def running(config: Service) -> AsyncIterator[Line]:
    """A line that works from the beginning to the end, and leaves nothing."""
    line = Line(config)
    line.start()
    await asyncio.sleep(0.1)
    yield line
    for channel in [c for c in line.asterisk.channels.values() if c.leg_of is None]:
        line.asterisk.end(channel.id)
    await asyncio.sleep(1)
    await line.stop()
    assert not line.asterisk.channels
    assert not line.asterisk.bridges


def tell(config: Service, told: Callable[[Line], Coroutine[None, None, None]]) -> None:
    """Let a story happen on this line in virtual time."""

    async def whole() -> None:
        async with running(config) as line:
            await told(line)

    run_in_virtual_time(whole())
