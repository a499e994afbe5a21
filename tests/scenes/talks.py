"""A caller who talks with Anna, colleagues she may ask, and a telephone outside."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from ivr.domain.call import CallId, Outcome
from ivr.domain.journal import Event, EventKind
from ivr.domain.policy import Routing
from ivr.domain.service import Service
from ivr.ports import TransferAsked
from tests.fakes.asterisk import Channel, FakePhone
from tests.fakes.service import ADULTS, FAMILIES, FREE, counsellor, service
from tests.fakes.time import Steps
from tests.scenes.world import World

HABITS = {"lang_choice": "2", "lang_retry": "2", "topic_menu": "1"}
OUTSIDE, NOBODYS = "0401112222", "0409998888"
WRAP_UP_S = 3.0
PATIENCE_S = 6.0
KEY_S = 0.2


def help_at_hand() -> Service:
    """Anna serves families, Bertil everything, Cecilia adults; one outside number is allowed."""
    config = service(
        counsellor("anna", FAMILIES), counsellor("bertil"), counsellor("cecilia", ADULTS)
    )
    routing = Routing(wrap_up_s=WRAP_UP_S)
    topics = {name: replace(topic, routing=routing) for name, topic in config.topics.items()}
    return replace(config, topics=topics, outside_numbers=(OUTSIDE,))


class Talk:
    """Anna's call: what the people in it do, and who hears whom."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.asterisk = world.asterisk
        self.phones: dict[str, FakePhone] = {}

    @classmethod
    async def begin(
        cls, steps: Steps | None = None, *on: str, config: Service | None = None
    ) -> "Talk":
        """A caller waits, Anna answers and they talk; the phones of `on` are there as well."""
        talk = cls(World(config or help_at_hand()))
        talk.world.start(steps)
        talk.phones["anna"] = talk.world.phone("anna")
        talk.caller = talk.asterisk.call(FREE)
        with talk.world.habit(talk.caller, HABITS):
            await talk.world.until(lambda: talk.together("caller", "anna"), 60)
        for name in on:
            talk.on(name)
        talk.asterisk.phones[OUTSIDE] = FakePhone(answers_after=1.0)
        return talk

    caller: Channel
    second: Channel | None = None  # the second line of Anna's phone

    def on(self, name: str, *, answers_after: float | None = 1.0) -> FakePhone:
        """A colleague comes to work."""
        self.phones[name] = self.world.phone(name, answers_after=answers_after)
        return self.phones[name]

    def channel(self, who: str) -> Channel | None:
        """The channel of the caller or of Anna's second line, or the answered leg of others."""
        if who in ("caller", "second"):
            channel = self.caller if who == "caller" else self.second
            there = channel is not None and channel.id in self.asterisk.channels
            return channel if there else None
        legs = (c for c in self.asterisk.channels.values() if c.account == who and c.up)
        return next(legs, None)

    def together(self, *people: str) -> bool:
        """Whether exactly these hear each other."""
        channels = [self.channel(who) for who in people]
        ids = {channel.id for channel in channels if channel is not None}
        return len(ids) == len(people) and ids in self.asterisk.bridges.values()

    async def until_together(self, *people: str) -> None:
        """Wait until exactly these hear each other, and what led to it is on the record."""
        await self.world.until(lambda: self.together(*people))
        await asyncio.sleep(0.1)

    def hears_ringing(self, who: str) -> bool:
        """Whether this person hears that somebody's phone rings."""
        channel = self.channel(who)
        return channel is not None and channel.ringback

    def on_music(self) -> bool:
        """Whether the caller hears music and nobody."""
        alone = not any(self.caller.id in on for on in self.asterisk.bridges.values())
        return self.caller.music and alone

    def hold(self, *, held: bool = True) -> None:
        """Anna presses the hold button of her phone."""
        leg = self.channel("anna")
        if leg is not None:
            self.asterisk.hold(leg, held=held)

    def hears_hold_music(self) -> bool:
        """Whether the caller hears music because a phone's button was pressed."""
        return self.caller.music and not self.on_music()

    async def dial(self, number: str) -> None:
        """Anna holds the caller and dials a colleague on her second line."""
        self.hold()
        self.second = self.asterisk.dial_code("anna", number)
        await asyncio.sleep(0.1)

    async def ask_on_second_line(self, number: str = "102", name: str = "bertil") -> None:
        """Anna speaks with a colleague on her second line."""
        await self.dial(number)
        await self.until_together("second", name)

    def refer(self, by: str, to: str) -> Channel | None:
        """A phone asks that the caller be led from one of its lines to the other; that line."""
        line, other = self.channel(by), self.channel(to)
        if line is not None and other is not None:
            asked = TransferAsked(channel=line.id, target="", consulted=other.id)
            self.asterisk.emit(asked)
        return line

    async def press(self, who: str, keys: str) -> None:
        """Press keys, if there is a call at all."""
        for key in keys:
            channel = self.channel(who)
            if channel is not None:
                self.asterisk.press(channel, key)
            await asyncio.sleep(KEY_S)

    async def insist(self, who: str, keys: str, reached: Callable[[], bool]) -> None:
        """Press keys until they have had their effect; whoever is not heard tries a few times."""
        for _ in range(3):
            if reached():
                return
            await self.press(who, keys)
            await self.patiently(reached)

    async def patiently(self, reached: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
        """Wait for something, but not for ever."""
        with suppress(AssertionError):
            await self.world.until(reached, seconds)

    def hang_up(self, who: str, cause: int = 16) -> None:
        """Somebody hangs up, if they have a call."""
        channel = self.channel(who)
        if channel is not None:
            self.asterisk.end(channel.id, cause)

    def heard(self, who: str) -> list[str]:
        """The prompts that this person has heard since the talk began, without the language."""
        channels = [*self.asterisk.past.values(), *self.asterisk.channels.values()]
        if who == "second":
            channels = [self.second] if self.second is not None else []
        sounds = [s for c in channels if who in (c.account, "caller", "second") for s in c.heard]
        return [sound.rpartition("/")[2] for _, sound in sounds]

    def events(self, kind: EventKind) -> list[Event]:
        """The events of a kind on the record of the call."""
        return self.world.disk.of(kind, CallId(f"n1-{self.caller.id}"))

    async def over(self) -> list[str]:
        """The caller hangs up, if they have not; the outcomes, with nothing of the call left."""
        self.asterisk.end(self.caller.id)
        await asyncio.sleep(10)
        left = [c.account for c in self.asterisk.channels.values()]
        assert not left, f"channels left: {left}"
        assert not self.asterisk.bridges, f"bridges left: {list(self.asterisk.bridges)}"
        return self.world.outcomes(self.caller)

    async def served(self) -> None:
        """The caller hangs up, served; nothing is left, and everybody can be rung."""
        assert await self.over() == [Outcome.SERVED]
        await self.everybody_is_free()
        await self.world.stop()

    async def everybody_is_free(self) -> None:
        """All who are at work can be rung, once they have wrapped up."""
        roster = self.world.house.roster
        await asyncio.sleep(WRAP_UP_S + 10)
        free = {str(each.id) for each in roster.available()}
        at_work = {str(who) for who, _, _ in roster.at_work()}
        assert free == at_work, f"free are {free} of {at_work}"
