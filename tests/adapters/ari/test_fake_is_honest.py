"""The Asterisk of the scene tests and the real one tell the same story of the same calls."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

import pytest

from ivr.domain.call import BridgeId, CallId, ChannelId
from ivr.domain.recovery import Found
from ivr.embedded.passwords import phone_passwords
from ivr.phone.phone import Phone, PhoneCall, Telephony
from ivr.ports import (
    Arrived,
    ChannelEnded,
    ChannelGone,
    KeyPressed,
    LegAnswered,
    Media,
    PhoneChanged,
    PlaybackEnded,
    PlaybackId,
    Switch,
    SwitchEvent,
)
from ivr.tasks import Tasks
from tests.fakes.asterisk import Channel, FakeAsterisk, FakePhone

from .conftest import BOUND_S, SERVICE_NUMBER, Exchange, Line

LEG, CALL, BRIDGE = ChannelId("leg"), CallId("n1-1"), BridgeId("n1-1.talk")
SAID, SAID_NEXT = PlaybackId("say0"), PlaybackId("say1")
CITIZEN = "+358401234567"


class Rig(Protocol):
    """An Asterisk with a citizen and a counsellor before it."""

    switch: Switch
    seen: list[SwitchEvent]

    def sound(self, name: str) -> Media: ...

    async def dial(self) -> None: ...

    async def press(self, key: str) -> None: ...

    async def caller_hangs_up(self) -> None: ...

    async def counsellor_comes_on(self) -> None: ...

    async def counsellor_answers(self) -> None: ...

    async def counsellor_declines(self) -> None: ...

    async def counsellor_hangs_up(self) -> None: ...


class RealRig:
    """The embedded Asterisk with telephones on real SIP."""

    def __init__(self, line: Line, exchange: Exchange, telephony: Telephony) -> None:
        self.switch = line.switch
        self.seen = line.seen
        self._line = line
        self._exchange = exchange
        self._telephony = telephony

    def sound(self, name: str) -> Media:
        return self._exchange.sound(name)

    async def dial(self) -> None:
        citizen = await self._telephony.citizen(CITIZEN)
        self._caller: PhoneCall = await citizen.dial(SERVICE_NUMBER)

    async def press(self, key: str) -> None:
        await self._caller.press(key)

    async def caller_hangs_up(self) -> None:
        await self._caller.hang_up()

    async def counsellor_comes_on(self) -> None:
        passwords = phone_passwords(self._exchange.asterisk.state_dir, ["anna"])
        self._anna: Phone = await self._telephony.counsellor("anna", passwords["anna"])

    async def counsellor_answers(self) -> None:
        self._counsellor = await self._anna.next_call()
        await self._counsellor.answer()

    async def counsellor_declines(self) -> None:
        await (await self._anna.next_call()).reject()

    async def counsellor_hangs_up(self) -> None:
        await self._counsellor.hang_up()


class FakeRig:
    """The fake, on the real clock."""

    def __init__(self, tasks: Tasks) -> None:
        self.asterisk = FakeAsterisk()
        self.switch = self.asterisk.connect()
        self.seen: list[SwitchEvent] = []
        tasks.start(self._listen(), "listen")

    def sound(self, name: str) -> Media:
        return Media(name)

    async def dial(self) -> None:
        self._caller: Channel = self.asterisk.call(SERVICE_NUMBER, CITIZEN)

    async def press(self, key: str) -> None:
        self.asterisk.press(self._caller, key)

    async def caller_hangs_up(self) -> None:
        self.asterisk.end(self._caller.id)

    async def counsellor_comes_on(self) -> None:
        self.asterisk.register("anna", FakePhone(answers_after=None))

    async def counsellor_answers(self) -> None:
        self.asterisk.pick_up(LEG)

    async def counsellor_declines(self) -> None:
        self.asterisk.end(LEG)

    async def counsellor_hangs_up(self) -> None:
        self.asterisk.end(LEG)

    async def _listen(self) -> None:
        async for event in self.switch.events():
            self.seen.append(event)


class Story:
    """One call, told as what was done and what came of it, without the ids that differ."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.told: list[str] = []
        self._heard = 0
        self._ended: set[ChannelId] = set()

    @property
    def caller(self) -> ChannelId:
        return next(event.channel for event in self.rig.seen if isinstance(event, Arrived))

    async def dial(self) -> ChannelId:
        await self.rig.dial()
        await self.event()
        return self.caller

    async def ring(self) -> None:
        await self.rig.switch.ring(
            LEG, call=CALL, account="anna", display="FI", number="029", ring_s=20
        )

    async def event(self) -> None:
        """The next event, whatever it is. That a channel has ended may be said many times."""
        async with asyncio.timeout(BOUND_S):
            while True:
                while len(self.rig.seen) == self._heard:
                    await asyncio.sleep(0.01)
                event = self.rig.seen[self._heard]
                self._heard += 1
                if not isinstance(event, ChannelEnded) or event.channel not in self._ended:
                    break
        if isinstance(event, ChannelEnded):
            self._ended.add(event.channel)
        self.told.append(self._named(event))

    async def gone(self, verb: Awaitable[None]) -> None:
        """The verb comes too late."""
        with pytest.raises(ChannelGone):
            await verb
        self.told.append("gone")

    async def look(self) -> None:
        """What a controller would find on connecting now."""
        found = await self.rig.switch.snapshot()
        channels = sorted((self._found(c) for c in found.channels.values()))
        self.told.append(f"found {channels}, {sorted(found.bridges)}, {sorted(found.reachable)}")

    def _found(self, channel: Found) -> str:
        who = "leg" if channel.leg_of else "caller"
        state = f"up={channel.up} ours={channel.in_application} facts={channel.facts}"
        if channel.leg_of:
            return f"{who} of {channel.leg_of}: {state}"
        return f"{who} {channel.caller} to {channel.dialled} {channel.hidden}: {state}"

    def _named(self, event: SwitchEvent) -> str:
        match event:
            case Arrived():
                return f"{event.caller} dials {event.dialled}, hidden={event.hidden}"
            case KeyPressed():
                return f"{self._who(event.channel)} presses {event.key}"
            case PlaybackEnded():
                who = self._who(event.channel)
                return f"{event.playback} to {who} ended, failed={event.failed}"
            case LegAnswered() | ChannelEnded():
                return f"{self._who(event.channel)} {type(event).__name__}"
            case PhoneChanged():
                return f"{event.account} reachable={event.reachable}"

    def _who(self, channel: ChannelId) -> str:
        return "leg" if channel == LEG else "caller"


async def prompts_keys_and_music(story: Story) -> None:
    rig, switch = story.rig, story.rig.switch
    channel = await story.dial()
    await story.look()
    await switch.play(channel, SAID, [rig.sound("short")])
    await story.event()
    await switch.play(channel, SAID_NEXT, [rig.sound("long")] * 2)
    await rig.press("5")
    await story.event()
    await switch.stop(SAID_NEXT)
    await story.event()
    await switch.stop(SAID_NEXT)
    await switch.start_music(channel)
    await rig.press("#")
    await story.event()
    await switch.stop_music(channel)
    await switch.progress(channel)
    await switch.remember(channel, '{"scene": "waiting"}')
    await story.look()
    await switch.answer(channel)
    await story.look()
    await switch.hang_up(channel)
    await story.event()
    await story.look()


async def a_hang_up_during_a_prompt(story: Story) -> None:
    rig, switch = story.rig, story.rig.switch
    channel = await story.dial()
    await switch.play(channel, SAID, [rig.sound("long")] * 2)
    await rig.caller_hangs_up()
    await story.event()
    await story.event()
    await switch.stop(SAID)
    await switch.hang_up(channel)
    await switch.part(BRIDGE)
    await story.gone(switch.play(channel, SAID, [rig.sound("short")]))
    await story.gone(switch.remember(channel, "{}"))
    await story.gone(switch.join(BRIDGE, [channel]))


async def a_counsellor_who_answers(story: Story) -> None:
    rig, switch = story.rig, story.rig.switch
    await story.gone(story.ring())
    await rig.counsellor_comes_on()
    await story.event()
    channel = await story.dial()
    await story.ring()
    await story.ring()
    await story.look()
    await story.gone(switch.join(BRIDGE, [LEG]))
    await story.gone(switch.play(LEG, SAID, [rig.sound("short")]))
    await rig.counsellor_answers()
    await story.event()
    await switch.play(LEG, SAID, [rig.sound("short")])
    await story.event()
    for _ in range(2):
        await switch.join(BRIDGE, [LEG, channel])
    await switch.answer(channel)
    await story.look()
    await rig.counsellor_hangs_up()
    await story.event()
    await switch.part(BRIDGE)
    await story.look()
    await switch.hang_up(channel)
    await story.event()


async def a_counsellor_who_is_let_go(story: Story) -> None:
    await story.rig.counsellor_comes_on()
    await story.event()
    await story.ring()
    await story.rig.switch.hang_up(LEG)
    await story.event()
    await story.look()


async def a_counsellor_who_declines(story: Story) -> None:
    await story.rig.counsellor_comes_on()
    await story.event()
    await story.ring()
    await story.rig.counsellor_declines()
    await story.event()
    await story.look()


async def a_caller_handed_to_the_dialplan(story: Story) -> None:
    rig, switch = story.rig, story.rig.switch
    channel = await story.dial()
    await switch.apologise(channel)
    await story.event()
    await story.gone(switch.play(channel, SAID, [rig.sound("short")]))
    await story.gone(switch.apologise(channel))


@pytest.fixture
async def fake() -> AsyncIterator[Rig]:
    async with Tasks() as tasks:
        yield FakeRig(tasks)


@pytest.mark.parametrize(
    "script",
    [
        prompts_keys_and_music,
        a_hang_up_during_a_prompt,
        a_counsellor_who_answers,
        a_counsellor_who_is_let_go,
        a_counsellor_who_declines,
        a_caller_handed_to_the_dialplan,
    ],
)
async def test_the_fake_tells_the_same_story_as_the_real_asterisk(
    script: Callable[[Story], Awaitable[None]],
    fake: Rig,
    line: Line,
    exchange: Exchange,
    telephony: Telephony,
) -> None:
    real = Story(RealRig(line, exchange, telephony))
    await script(real)
    faked = Story(fake)
    await script(faked)
    assert faked.told == real.told
    assert real.told
