"""A call as it is lived through on the real Asterisk and on the fake, told in the same words."""

import asyncio
from collections.abc import Awaitable
from typing import Protocol

import numpy as np
import pytest

from ivr.domain.call import BridgeId, CallId, ChannelId
from ivr.domain.recovery import Found
from ivr.embedded.passwords import phone_passwords
from ivr.phone.phone import Phone, PhoneCall, Telephony
from ivr.phone.repertoire import RATE, Pcm
from ivr.ports import (
    Arrived,
    ChannelEnded,
    ChannelGone,
    HoldChanged,
    KeyPressed,
    LegAnswered,
    LegMade,
    Media,
    PhoneChanged,
    PhoneDialled,
    PlaybackEnded,
    PlaybackId,
    RecordingEnded,
    Switch,
    SwitchEvent,
    TransferAsked,
    VoiceBegan,
    VoiceEnded,
)
from ivr.tasks import Tasks
from tests.fakes.asterisk import Channel, FakeAsterisk, FakePhone
from tests.fakes.switch import FakeSwitch

from .conftest import BOUND_S, SERVICE_NUMBER, Exchange, Line

LEG, CALL, BRIDGE = ChannelId("leg"), CallId("n1-1"), BridgeId("n1-1.talk")
SAID, SAID_NEXT = PlaybackId("say0"), PlaybackId("say1")
CITIZEN = "+358401234567"


def noise(seconds: float) -> Pcm:
    """Sound as loud as speech."""
    values = np.random.default_rng(1).normal(0, 2000, int(seconds * RATE))
    return np.clip(values, -32768, 32767).astype(np.int16)


def _lasted(event: SwitchEvent) -> str:
    if not isinstance(event, VoiceEnded):
        return ""
    return f" after {'less' if event.lasted_s < 1 else 'more'} than 1 s, {event.ago_s} s ago"


class Rig(Protocol):
    """An Asterisk with a citizen and a counsellor before it."""

    seen: list[SwitchEvent]

    @property
    def switch(self) -> Switch: ...

    def sound(self, name: str) -> Media: ...

    async def dial(self) -> None: ...

    async def press(self, key: str) -> None: ...

    async def speak(self, seconds: float) -> None: ...

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

    async def speak(self, seconds: float) -> None:
        self._caller.speak(noise(seconds))

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
        self.switch = FakeSwitch(self.asterisk)
        self.seen: list[SwitchEvent] = []
        tasks.start(self._listen(), "listen")

    def sound(self, name: str) -> Media:
        return Media(name)

    async def dial(self) -> None:
        self._caller: Channel = self.asterisk.call(SERVICE_NUMBER, CITIZEN)

    async def press(self, key: str) -> None:
        self.asterisk.press(self._caller, key)

    async def speak(self, seconds: float) -> None:
        self.asterisk.speak(self._caller, seconds)

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
            event = await self._next()
            while isinstance(event, ChannelEnded) and event.channel in self._ended:
                event = await self._next()
        if isinstance(event, ChannelEnded):
            self._ended.add(event.channel)
        self.told.append(self._named(event))

    async def _next(self) -> SwitchEvent:
        while True:
            if self._heard < len(self.rig.seen):
                self._heard += 1
                return self.rig.seen[self._heard - 1]
            await asyncio.sleep(0.01)

    async def stop(self, playback: PlaybackId) -> None:
        """Stop a playback, and tell whether it was there."""
        there = await self.rig.switch.stop(playback)
        self.told.append(f"stopped {playback}: {there}")

    async def gone(self, verb: Awaitable[None]) -> None:
        """The verb comes too late."""
        with pytest.raises(ChannelGone):
            await verb
        self.told.append("gone")

    async def part(self, bridge: BridgeId) -> None:
        """Part a bridge. Asterisk says that it is done before its list has forgotten the bridge."""
        switch = self.rig.switch
        await switch.part(bridge)
        for _ in range(200):
            if bridge not in (await switch.snapshot()).bridges:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"{bridge} is still there")

    async def look(self) -> None:
        """What a controller would find on connecting now."""
        found = await self.rig.switch.snapshot()
        channels = sorted(self._found(c) for c in found.channels.values())
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
            case TransferAsked():
                return f"{self._who(event.channel)} asks for {event.target}"
            case HoldChanged() | PhoneDialled() | RecordingEnded():  # in no story yet
                return str(event)
            case PhoneChanged():
                return f"{event.account} reachable={event.reachable}"
            case LegMade() | LegAnswered() | ChannelEnded() | VoiceBegan() | VoiceEnded():
                return f"{self._who(event.channel)} {type(event).__name__}{_lasted(event)}"

    def _who(self, channel: ChannelId) -> str:
        return "leg" if channel == LEG else "caller"
