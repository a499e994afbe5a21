"""One connection to the Asterisk in memory: the verbs, each with its time and its refusals."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from ivr.domain.call import BridgeId, CallId, ChannelId, LineId
from ivr.domain.recovery import Found
from ivr.domain.sweep import Ours
from ivr.ports import (
    ChannelEnded,
    ChannelGone,
    LegMade,
    Media,
    PlaybackId,
    Snapshot,
    Switch,
    SwitchEvent,
    SwitchRefused,
    SwitchUnavailable,
)
from tests.fakes.asterisk import Channel, FakeAsterisk

COMMAND_S = 0.002


class FakeSwitch:
    """One connection to the FakeAsterisk. Implements `ivr.ports.Switch`."""

    def __init__(self, asterisk: FakeAsterisk) -> None:
        self._asterisk = asterisk
        self.queue: asyncio.Queue[SwitchEvent | None] = asyncio.Queue()
        asterisk.events = self.queue
        self.dead = False

    def lose(self) -> None:
        """The socket breaks, or the controller dies: no command has an effect any more."""
        self.dead = True
        if self._asterisk.events is self.queue:
            self._asterisk.events = None
        self.queue.put_nowait(None)

    async def events(self) -> AsyncIterator[SwitchEvent]:
        while (event := await self.queue.get()) is not None:
            yield event

    async def tell_at_work(self, phones: str) -> None:
        await self._pass()
        self._asterisk.at_work = phones

    async def tell_closed(self, line: LineId, until: int) -> None:
        await self._pass()
        self._asterisk.closed[line] = until

    async def progress(self, channel: ChannelId) -> None:
        (await self._idle(channel)).progress += 1

    async def answer(self, channel: ChannelId) -> None:
        (await self._idle(channel)).up = True

    async def play(
        self,
        channel: ChannelId,
        playback: PlaybackId,
        media: Sequence[Media],
        *,
        then_music: bool = False,
    ) -> None:
        found = await self._idle(channel)
        self._asterisk.begin_playing(found, playback, media)
        found.music_follows = then_music

    async def stop(self, playback: PlaybackId) -> bool:
        await self._pass()
        return self._asterisk.stop_playing(playback)

    async def record(self, channel: ChannelId, recording: str, *, longest_s: float) -> None:
        found = await self._idle(channel)
        if not self._asterisk.keeps_recordings:
            raise SwitchRefused("Asterisk refused record with 500")
        self._asterisk.record(found, recording, longest_s)

    async def keep_recording(self, recording: str, name: str) -> None:
        await self._pass()
        assert recording in self._asterisk.recordings
        assert name not in self._asterisk.recordings
        self._asterisk.recordings.add(name)

    async def forget_recording(self, recording: str) -> None:
        await self._pass()
        for channel in self._asterisk.channels.values():
            if channel.recording == recording:
                self._asterisk.end_recording(channel, kept=False)
        self._asterisk.recordings.discard(recording)

    async def start_music(self, channel: ChannelId) -> None:
        (await self._idle(channel)).music = True

    async def stop_music(self, channel: ChannelId) -> None:
        (await self._idle(channel)).music = False

    async def start_ringback(self, channel: ChannelId) -> None:
        (await self._idle(channel)).ringback = True

    async def stop_ringback(self, channel: ChannelId) -> None:
        (await self._idle(channel)).ringback = False

    async def listen(self, channel: ChannelId) -> None:
        (await self._idle(channel)).listened = True

    async def stop_listening(self, channel: ChannelId) -> None:
        (await self._idle(channel)).listened = False

    async def report_transfer(self, channel: ChannelId, *, done: bool) -> None:
        await self._pass()
        if channel in self._asterisk.channels:
            self._asterisk.channels[channel].reported.append(done)

    async def received(self, channel: ChannelId) -> int | None:
        await self._pass()
        found = self._asterisk.channels.get(channel)
        return self._asterisk.received(found) if found is not None else None

    async def holds_us(self, channel: ChannelId) -> bool:
        await self._pass()
        found = self._asterisk.channels.get(channel)
        return found is None or found.holds_us

    async def remember(self, channel: ChannelId, facts: str) -> None:
        (await self._channel(channel, rings=True)).facts = facts

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
        channel = Channel(id=leg, account=account, leg_of=call)
        self._asterisk.channels[leg] = channel
        self._asterisk.emit(LegMade(channel=leg))
        self._asterisk.ring(channel, ring_s)

    async def dial_out(
        self, leg: ChannelId, *, call: CallId, number: str, caller_id: str, ring_s: float
    ) -> None:
        await self.ring(leg, call=call, account=number, display="", number=caller_id, ring_s=ring_s)

    async def call_back(
        self,
        channel: ChannelId,
        *,
        call: CallId,
        number: str,
        caller_id: str,
        ring_s: float,
        facts: str,
    ) -> None:
        await self._pass()
        if channel in self._asterisk.channels:
            return
        found = Channel(id=channel, account=number, facts=facts, called=True)
        self._asterisk.channels[channel] = found
        await self._pass()  # a channel is made first, and dialled then
        if number not in self._asterisk.phones:
            self._asterisk.end(channel, cause=1)
        else:
            self._asterisk.ring(found, ring_s)

    async def join(
        self, bridge: BridgeId, channels: Sequence[ChannelId], *, keys: bool = False
    ) -> None:
        self._asterisk.bridges.setdefault(bridge, set())
        for channel in channels:
            found = await self._idle(channel)
            if found.id in self._asterisk.bridges[bridge]:
                continue
            if found.music or found.ringback:
                raise AssertionError(f"{channel} would hear the others and something else")
            for name, members in self._asterisk.bridges.items():
                (members.add if name == bridge else members.discard)(found.id)

    async def part(self, bridge: BridgeId) -> None:
        await self._pass()
        for channel in self._asterisk.bridges.pop(bridge, set()):
            self._asterisk.channels[channel].music = False  # the music of a hold button

    async def hang_up(
        self, channel: ChannelId, *, answered: bool = False, elsewhere: bool = False
    ) -> None:
        await self._pass()
        self._asterisk.end(channel, cause=26 if elsewhere else 16)

    async def apologise(self, channel: ChannelId) -> None:
        found = await self._channel(channel)
        found.in_application = False
        self._asterisk.emit(ChannelEnded(channel=channel, cause=0))

    async def ours(self) -> Ours:
        await self._pass()
        channels = self._asterisk.channels.values()
        return Ours(
            channels=frozenset(c.id for c in channels if c.in_application),
            bridges=frozenset(self._asterisk.bridges),
        )

    async def snapshot(self) -> Snapshot:
        await self._pass()
        return Snapshot(
            started=self._asterisk.started,
            channels={c.id: _found(c) for c in self._asterisk.channels.values()},
            bridges=frozenset(self._asterisk.bridges),
            reachable=frozenset(self._asterisk.phones),
        )

    async def _pass(self) -> None:
        if not self.dead:
            await asyncio.sleep(COMMAND_S)
        if self.dead:
            raise SwitchUnavailable("the socket is closed")

    async def _channel(self, channel: ChannelId, *, rings: bool = False) -> Channel:
        await self._pass()
        found = self._asterisk.channels.get(channel)
        if found is None or not found.in_application:
            raise ChannelGone(channel)
        if (found.leg_of is not None or found.called) and not (found.up or rings):
            raise AssertionError(f"a verb was sent to {channel} while it rings")
        return found

    async def _idle(self, channel: ChannelId) -> Channel:
        found = await self._channel(channel)
        if found.playing is not None:
            raise AssertionError(f"a verb was sent to {channel} while it plays {found.playing}")
        if found.recording is not None:
            raise AssertionError(f"a verb was sent to {channel} while it records")
        return found


class FakeConnection:
    """A FakeSwitch as a connection. Implements `ivr.ports.Connection`."""

    def __init__(self, switch: FakeSwitch) -> None:
        self.switch: Switch = switch
        self._fake = switch
        self.answer_s: float | None = None

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
        phone=channel.phone,
        called=channel.called,
        since=channel.since,
    )
