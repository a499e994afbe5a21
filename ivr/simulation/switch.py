"""The switch of a simulated call: one caller, phones that are picked up, and no sound.

Only what one call meets is here. Nothing is lost, nothing fails, and nobody else calls.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ivr.domain.call import BridgeId, CallId, ChannelId, LineId
from ivr.domain.sweep import Ours
from ivr.ports import (
    ChannelEnded,
    ChannelGone,
    LegAnswered,
    LegMade,
    Media,
    PlaybackEnded,
    PlaybackId,
    Snapshot,
    Switch,
    SwitchEvent,
)

PICKED_UP_AFTER_S: Final = 3.0
_COMMAND_S: Final = 0.002
_HUNG_UP, _NO_SUCH_NUMBER = 16, 1  # Q.850

Heard = Callable[[ChannelId, Media], None]


@dataclass(frozen=True, kw_only=True)
class _Playing:
    channel: ChannelId
    timers: tuple[asyncio.TimerHandle, ...]  # of each sound's beginning, and of the end


class SimulatedSwitch:
    """Implements `ivr.ports.Switch` and `ivr.ports.Connection`.

    `reachable` are the phones that are on; each is picked up when it has rung a while. `length`
    is how long a sound takes, seconds; `heard` is told each sound as it begins, and where.
    """

    answer_s: float | None = None

    def __init__(
        self,
        *,
        started: datetime,
        reachable: frozenset[str],
        length: Callable[[Media], float],
        heard: Heard,
    ) -> None:
        self.switch: Switch = self
        self._started = started
        self._reachable = reachable
        self._length = length
        self._heard = heard
        self._events: asyncio.Queue[SwitchEvent | None] = asyncio.Queue()
        self._channels: set[ChannelId] = set()
        self._bridges: set[BridgeId] = set()
        self._playing: dict[PlaybackId, _Playing] = {}

    def tell(self, event: SwitchEvent) -> None:
        """Something happens on the switch."""
        self._events.put_nowait(event)

    def begin(self, channel: ChannelId) -> None:
        """Somebody is on this channel from now on."""
        self._channels.add(channel)

    def end(self, channel: ChannelId, cause: int = _HUNG_UP) -> None:
        """A channel ends, by whichever side; nothing if it has."""
        if channel not in self._channels:
            return
        self._channels.remove(channel)
        for playback, playing in list(self._playing.items()):
            if playing.channel == channel:
                self._over(playback, failed=True)
        self.tell(ChannelEnded(channel=channel, cause=cause))

    async def events(self) -> AsyncIterator[SwitchEvent]:
        """See `ivr.ports.Connection`."""
        while (event := await self._events.get()) is not None:
            yield event

    async def close(self) -> None:
        """See `ivr.ports.Connection`."""
        for playing in self._playing.values():
            _stop(playing)
        self._events.put_nowait(None)

    async def play(
        self,
        channel: ChannelId,
        playback: PlaybackId,
        media: Sequence[Media],
        *,
        then_music: bool = False,
    ) -> None:
        """See `ivr.ports.Switch`. Of music nothing is heard."""
        await self._there(channel)
        loop, at_s = asyncio.get_running_loop(), 0.0
        timers = []
        for sound in media:
            timers.append(loop.call_later(at_s, self._heard, channel, sound))
            at_s += self._length(sound)
        timers.append(loop.call_later(at_s, self._over, playback))
        self._playing[playback] = _Playing(channel=channel, timers=tuple(timers))

    async def stop(self, playback: PlaybackId) -> bool:
        """See `ivr.ports.Switch`."""
        return self._over(playback)

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
        """See `ivr.ports.Switch`."""
        if account not in self._reachable:
            raise ChannelGone(leg)
        self.begin(leg)
        self.tell(LegMade(channel=leg))
        asyncio.get_running_loop().call_later(PICKED_UP_AFTER_S, self._pick_up, leg)

    async def dial_out(
        self, leg: ChannelId, *, call: CallId, number: str, caller_id: str, ring_s: float
    ) -> None:
        """Nobody outside is reached."""
        self.begin(leg)
        self.end(leg, _NO_SUCH_NUMBER)

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
        """Nobody outside is reached."""
        self.begin(channel)
        self.end(channel, _NO_SUCH_NUMBER)

    async def join(
        self, bridge: BridgeId, channels: Sequence[ChannelId], *, keys: bool = False
    ) -> None:
        """See `ivr.ports.Switch`."""
        for channel in channels:
            await self._there(channel)
        self._bridges.add(bridge)

    async def part(self, bridge: BridgeId) -> None:
        """See `ivr.ports.Switch`."""
        self._bridges.discard(bridge)

    async def hang_up(
        self, channel: ChannelId, *, answered: bool = False, elsewhere: bool = False
    ) -> None:
        """See `ivr.ports.Switch`."""
        self.end(channel)

    async def apologise(self, channel: ChannelId) -> None:
        """See `ivr.ports.Switch`."""
        self.end(channel)

    async def ours(self) -> Ours:
        """See `ivr.ports.Switch`."""
        return Ours(channels=frozenset(self._channels), bridges=frozenset(self._bridges))

    async def snapshot(self) -> Snapshot:
        """See `ivr.ports.Switch`."""
        return Snapshot(
            started=self._started, channels={}, bridges=frozenset(), reachable=self._reachable
        )

    async def received(self, channel: ChannelId) -> int | None:
        """No sound session, and so nobody who could vanish from it."""
        return None

    async def holds_us(self, channel: ChannelId) -> bool:
        """Nobody does."""
        return False

    async def progress(self, channel: ChannelId) -> None:
        """Nothing is heard of it, as of the other verbs that it stands for."""
        await self._there(channel)

    answer = start_music = stop_music = start_ringback = listen = progress

    async def stop_ringback(self, channel: ChannelId) -> None:
        """See `ivr.ports.Switch`."""

    stop_listening = stop_ringback

    async def remember(self, channel: ChannelId, facts: str) -> None:
        """See `ivr.ports.Switch`."""
        await self._there(channel)

    async def report_transfer(self, channel: ChannelId, *, done: bool) -> None:
        """See `ivr.ports.Switch`."""

    async def tell_at_work(self, phones: str) -> None:
        """See `ivr.ports.Switch`."""

    async def tell_closed(self, line: LineId, until: int) -> None:
        """See `ivr.ports.Switch`."""

    async def record(self, channel: ChannelId, recording: str, *, longest_s: float) -> None:
        """Only administrators record, and none of them calls here."""
        await self._there(channel)

    async def keep_recording(self, recording: str, name: str) -> None:
        """See `ivr.ports.Switch`."""

    async def forget_recording(self, recording: str) -> None:
        """See `ivr.ports.Switch`."""

    def _pick_up(self, leg: ChannelId) -> None:
        if leg in self._channels:
            self.tell(LegAnswered(channel=leg))

    def _over(self, playback: PlaybackId, *, failed: bool = False) -> bool:
        """A playback is over, or stopped; whether it was there."""
        if playback not in self._playing:
            return False
        ended = self._playing.pop(playback)
        _stop(ended)
        self.tell(PlaybackEnded(channel=ended.channel, playback=playback, failed=failed))
        return True

    async def _there(self, channel: ChannelId) -> None:
        """Do it as fast as a switch does, if the channel is there."""
        await asyncio.sleep(_COMMAND_S)
        if channel not in self._channels:
            raise ChannelGone(channel)


def _stop(playing: _Playing) -> None:
    for timer in playing.timers:
        timer.cancel()
