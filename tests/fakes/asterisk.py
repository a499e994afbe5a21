"""An Asterisk in memory: channels, playbacks, bridges and phones, in virtual time.

Stricter than the real one: a verb sent to a channel that is still playing is an
error here, because on the real one it would wait for the playback's end and hold
up every other call meanwhile.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from ivr.domain.call import BridgeId, CallId, ChannelId
from ivr.domain.recovery import Found
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
    Snapshot,
    Switch,
    SwitchEvent,
    SwitchUnavailable,
)
from tests.fakes.time import BEGIN

PROMPT_S = 1.0
COMMAND_S = 0.002


@dataclass(kw_only=True)
class Channel:
    """One channel; `heard` is every sound begun on it, with the loop's time."""

    id: ChannelId
    dialled: str = ""
    caller: str = ""
    hidden: bool = False
    account: str = ""
    up: bool = False
    in_application: bool = True
    facts: str | None = None
    leg_of: CallId | None = None
    music: bool = False
    playing: PlaybackId | None = None
    begun: int = 0  # playbacks: an id may be used again, and is then another one
    progress: int = 0
    heard: list[tuple[float, str]] = field(default_factory=list)


@dataclass(kw_only=True)
class FakePhone:
    """A counsellor's phone: answers after `answers_after` seconds, or never (None)."""

    answers_after: float | None = 1.0
    declines: bool = False
    rung: int = 0


class FakeAsterisk:
    """The switch itself; outlives every controller."""

    def __init__(self) -> None:
        self.channels: dict[ChannelId, Channel] = {}
        self.bridges: dict[BridgeId, set[ChannelId]] = {}
        self.phones: dict[str, FakePhone] = {}
        self.listeners: list[Callable[[Channel, str], None]] = []
        self.past: dict[ChannelId, Channel] = {}
        self.connection: FakeSwitch | None = None
        self._number = 0

    def connect(self) -> "FakeSwitch":
        """A new socket; events go to the newest one only."""
        self.connection = FakeSwitch(self)
        return self.connection

    def emit(self, event: SwitchEvent) -> None:
        if self.connection is not None:
            self.connection.queue.put_nowait(event)

    def call(self, dialled: str, caller: str = "+358401234567", *, hidden: bool = False) -> Channel:
        """A citizen dials."""
        self._number += 1
        channel = Channel(
            id=ChannelId(f"1.{self._number}"), dialled=dialled, caller=caller, hidden=hidden
        )
        self.channels[channel.id] = channel
        self.emit(Arrived(channel=channel.id, dialled=dialled, caller=caller, hidden=hidden))
        return channel

    def press(self, channel: Channel, key: str) -> None:
        if channel.id in self.channels:
            self.emit(KeyPressed(channel=channel.id, key=key))

    def end(self, channel_id: ChannelId, cause: int = 16) -> None:
        """A channel ends, by whichever side."""
        channel = self.channels.pop(channel_id, None)
        if channel is None:
            return
        self.past[channel_id] = channel
        for members in self.bridges.values():
            members.discard(channel_id)
        if channel.playing is not None:
            self._playback_ended(channel, failed=True)
        self.emit(ChannelEnded(channel=channel_id, cause=cause))

    def register(self, account: str, phone: FakePhone) -> None:
        """A counsellor's phone comes on."""
        self.phones[account] = phone
        self.emit(PhoneChanged(account=account, reachable=True))

    def begin_playing(self, channel: Channel, playback: PlaybackId, media: Sequence[Media]) -> None:
        channel.playing = playback
        channel.begun += 1
        loop = asyncio.get_running_loop()
        loop.call_later(PROMPT_S * len(media), self._end_playing, channel, channel.begun)
        for number, sound in enumerate(media):
            loop.call_later(PROMPT_S * number, self._sound, channel, channel.begun, str(sound))

    def stop_playing(self, playback: PlaybackId) -> bool:
        playing = [each for each in self.channels.values() if each.playing == playback]
        for channel in playing:
            self._playback_ended(channel, failed=False)
        return bool(playing)

    def ring(self, leg: Channel, ring_s: float) -> None:
        phone = self.phones[leg.account]
        phone.rung += 1
        loop = asyncio.get_running_loop()
        loop.call_later(ring_s, self._rang_out, leg)
        if phone.declines:
            loop.call_later(0.5, self._rang_out, leg)
        elif phone.answers_after is not None:
            loop.call_later(phone.answers_after, self.pick_up, leg.id)

    def pick_up(self, leg_id: ChannelId) -> None:
        """A counsellor answers; without a controller their leg has nowhere to go."""
        leg = self.channels.get(leg_id)
        if leg is None or leg.up:
            return
        if self.connection is None:
            self.end(leg_id)
            return
        leg.up = leg.in_application = True
        self.emit(LegAnswered(channel=leg_id))

    def _rang_out(self, leg: Channel) -> None:
        if leg.id in self.channels and not leg.up:
            self.end(leg.id, cause=19)

    def _sound(self, channel: Channel, begun: int, sound: str) -> None:
        if channel.playing and channel.begun == begun and channel.id in self.channels:
            channel.heard.append((asyncio.get_running_loop().time(), sound))
            for listener in list(self.listeners):
                listener(channel, sound)

    def _end_playing(self, channel: Channel, begun: int) -> None:
        if channel.begun == begun:
            self._playback_ended(channel, failed=False)

    def _playback_ended(self, channel: Channel, *, failed: bool) -> None:
        playback, channel.playing = channel.playing, None
        if playback is not None:
            self.emit(PlaybackEnded(channel=channel.id, playback=playback, failed=failed))


class FakeSwitch:
    """One connection to the FakeAsterisk. Implements `ivr.ports.Switch`."""

    def __init__(self, asterisk: FakeAsterisk) -> None:
        self._asterisk = asterisk
        self.queue: asyncio.Queue[SwitchEvent | None] = asyncio.Queue()
        self.dead = False

    def lose(self) -> None:
        """The socket breaks, or the controller dies: no command has an effect any more."""
        self.dead = True
        if self._asterisk.connection is self:
            self._asterisk.connection = None
        self.queue.put_nowait(None)

    async def events(self) -> AsyncIterator[SwitchEvent]:
        while (event := await self.queue.get()) is not None:
            yield event

    async def progress(self, channel: ChannelId) -> None:
        (await self._idle(channel)).progress += 1

    async def answer(self, channel: ChannelId) -> None:
        (await self._idle(channel)).up = True

    async def play(self, channel: ChannelId, playback: PlaybackId, media: Sequence[Media]) -> None:
        found = await self._idle(channel)
        self._asterisk.begin_playing(found, playback, media)

    async def stop(self, playback: PlaybackId) -> bool:
        await self._pass()
        return self._asterisk.stop_playing(playback)

    async def start_music(self, channel: ChannelId) -> None:
        (await self._idle(channel)).music = True

    async def stop_music(self, channel: ChannelId) -> None:
        (await self._idle(channel)).music = False

    async def remember(self, channel: ChannelId, facts: str) -> None:
        (await self._channel(channel)).facts = facts

    async def ring(
        self,
        leg: ChannelId,
        *,
        call: CallId,
        account: str,
        display: str,
        number: str,
        ring_s: float,
    ) -> None:
        await self._pass()
        if account not in self._asterisk.phones:
            raise ChannelGone(leg)
        if leg in self._asterisk.channels:
            return
        channel = Channel(id=leg, account=account, leg_of=call, in_application=False)
        self._asterisk.channels[leg] = channel
        self._asterisk.ring(channel, ring_s)

    async def join(self, bridge: BridgeId, channels: Sequence[ChannelId]) -> None:
        members = self._asterisk.bridges.setdefault(bridge, set())
        for channel in channels:
            members.add((await self._idle(channel)).id)

    async def part(self, bridge: BridgeId) -> None:
        await self._pass()
        self._asterisk.bridges.pop(bridge, None)

    async def hang_up(self, channel: ChannelId, *, answered: bool = False) -> None:
        await self._pass()
        self._asterisk.end(channel)

    async def apologise(self, channel: ChannelId) -> None:
        found = await self._channel(channel)
        found.in_application = False
        self._asterisk.emit(ChannelEnded(channel=channel, cause=0))

    async def snapshot(self) -> Snapshot:
        await self._pass()
        return Snapshot(
            started=BEGIN,
            channels={c.id: _found(c) for c in self._asterisk.channels.values()},
            bridges=frozenset(self._asterisk.bridges),
            reachable=frozenset(self._asterisk.phones),
        )

    async def _pass(self) -> None:
        if not self.dead:
            await asyncio.sleep(COMMAND_S)
        if self.dead:
            raise SwitchUnavailable("the socket is closed")

    async def _channel(self, channel: ChannelId) -> Channel:
        await self._pass()
        found = self._asterisk.channels.get(channel)
        if found is None or not found.in_application:
            raise ChannelGone(channel)
        return found

    async def _idle(self, channel: ChannelId) -> Channel:
        found = await self._channel(channel)
        if found.playing is not None:
            raise AssertionError(f"a verb was sent to {channel} while it plays {found.playing}")
        return found


class FakeConnection:
    """A FakeSwitch as a connection. Implements `ivr.ports.Connection`."""

    def __init__(self, switch: FakeSwitch) -> None:
        self.switch: Switch = switch
        self._fake = switch

    def events(self) -> AsyncIterator[SwitchEvent]:
        return self._fake.events()

    async def close(self) -> None:
        self._fake.lose()


def _found(channel: Channel) -> Found:
    return Found(
        channel=channel.id,
        up=channel.up,
        in_application=channel.in_application,
        dialled=channel.dialled,
        caller=channel.caller,
        hidden=channel.hidden,
        facts=channel.facts,
        leg_of=channel.leg_of,
    )
