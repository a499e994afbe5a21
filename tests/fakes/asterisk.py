"""An Asterisk in memory: channels, playbacks, bridges and phones, in virtual time.

Stricter than the real one: a verb sent to a channel that is still playing is an
error here, because on the real one it would wait for the playback's end and hold
up every other call meanwhile.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ivr.domain.call import BridgeId, CallId, ChannelId
from ivr.ports import (
    Arrived,
    ChannelEnded,
    HoldChanged,
    KeyPressed,
    LegAnswered,
    Media,
    PhoneChanged,
    PhoneDialled,
    PlaybackEnded,
    PlaybackId,
    RecordingEnded,
    SwitchEvent,
    VoiceBegan,
    VoiceEnded,
)
from tests.fakes.time import BEGIN

PROMPT_S = 1.0
PACKETS_PER_S = 50
SILENCE_S = 0.8  # after which the real one says that somebody has stopped speaking


@dataclass(kw_only=True)
class Channel:
    """One channel; `heard` is every sound begun on it, with the loop's time."""

    id: ChannelId
    dialled: str = ""
    caller: str = ""
    hidden: bool = False
    account: str = ""
    since: datetime | None = None  # when a call came that was served alone until now
    phone: str | None = None  # the counsellor's phone that dialled a code or a colleague
    up: bool = False
    in_application: bool = True
    facts: str | None = None
    leg_of: CallId | None = None
    called: bool = False  # a citizen whom the line calls
    music: bool = False
    music_follows: bool = False  # once the playback has ended
    holds_us: bool = False
    ringback: bool = False
    listened: bool = False  # it is told when somebody speaks
    reported: list[bool] = field(default_factory=list)  # of transfers that its phone asked for
    recording: str | None = None
    records_since: float = 0.0
    playing: PlaybackId | None = None
    begun: int = 0  # playbacks: an id may be used again, and is then another one
    progress: int = 0
    sends_from: float | None = None  # the loop's time from which its sound comes; None: never
    sends_until: float | None = None
    heard: list[tuple[float, str]] = field(default_factory=list)


@dataclass(kw_only=True)
class FakePhone:
    """A counsellor's phone: answers after `answers_after` seconds, or never (None).

    `dead`: it is registered, and does not even ring. `unavailable_after`: it says 480 by
    itself after so many seconds. `ended` are the Q.850 causes with which its calls ended.
    """

    answers_after: float | None = 1.0
    declines: bool = False
    busy: bool = False
    dead: bool = False
    unavailable_after: float | None = None
    rung: int = 0
    ended: list[int] = field(default_factory=list)


class FakeAsterisk:
    """The switch itself; outlives every controller."""

    def __init__(self) -> None:
        self.started = BEGIN
        self.channels: dict[ChannelId, Channel] = {}
        self.bridges: dict[BridgeId, set[ChannelId]] = {}
        self.phones: dict[str, FakePhone] = {}
        self.listeners: list[Callable[[Channel, str], None]] = []
        self.past: dict[ChannelId, Channel] = {}
        self.events: asyncio.Queue[SwitchEvent | None] | None = None  # of the newest connection
        self.at_work = ""
        self.closed: dict[str, int] = {}  # until when (Unix time), by line; 0: it is not
        self.recordings: set[str] = set()  # kept, by name
        self.keeps_recordings = True
        self._number = 0

    def emit(self, event: SwitchEvent) -> None:
        if self.events is not None:
            self.events.put_nowait(event)

    def call(
        self,
        dialled: str,
        caller: str = "+358401234567",
        *,
        hidden: bool = False,
        since: datetime | None = None,
        up: bool = False,
    ) -> Channel:
        """A citizen dials; or has done so at this instant and was served alone until now."""
        self._number += 1
        channel = Channel(
            id=ChannelId(f"1.{self._number}"),
            dialled=dialled,
            caller=caller,
            hidden=hidden,
            since=since,
            up=up,
        )
        self.channels[channel.id] = channel
        self.emit(
            Arrived(
                channel=channel.id,
                dialled=dialled,
                caller=caller,
                hidden=hidden,
                since=since,
                up=up,
            )
        )
        return channel

    def dial_code(self, account: str, code: str) -> Channel:
        """A counsellor dials a code, or a colleague's number."""
        self._number += 1
        channel = Channel(id=ChannelId(f"1.{self._number}"), dialled=code, phone=account)
        self.channels[channel.id] = channel
        self.emit(PhoneDialled(channel=channel.id, account=account, dialled=code))
        return channel

    def press(self, channel: Channel, key: str) -> None:
        if channel.id in self.channels:
            self.end_recording(channel)
            self.emit(KeyPressed(channel=channel.id, key=key))

    def end(self, channel_id: ChannelId, cause: int = 16) -> None:
        """A channel ends, by whichever side."""
        channel = self.channels.pop(channel_id, None)
        if channel is None:
            return
        self.past[channel_id] = channel
        self.end_recording(channel)
        for members in self.bridges.values():
            members.discard(channel_id)
        if channel.playing is not None:
            self._playback_ended(channel, failed=True)
        phone = self.phones.get(channel.account)
        if phone is not None:
            phone.ended.append(cause)
        rang = phone is not None and not phone.dead and not channel.up
        self.emit(ChannelEnded(channel=channel_id, cause=cause, rang=rang))

    def hold(self, channel: Channel, *, held: bool) -> None:
        """Somebody puts us on hold, or comes back: whoever they are bridged with hears music.

        Music that sticks to them when the phone hangs up, until they leave the bridge.
        """
        channel.holds_us = held
        for members in self.bridges.values():
            if channel.id in members:
                for other in members - {channel.id}:
                    self.channels[other].music = held
        self.emit(HoldChanged(channel=channel.id, held=held))

    def speak(self, channel: Channel, seconds: float) -> None:
        """Somebody speaks on the channel from now on, without a pause."""
        if channel.listened:
            self.emit(VoiceBegan(channel=channel.id))
            loop = asyncio.get_running_loop()
            loop.call_later(seconds + SILENCE_S, self._fell_silent, channel, seconds)

    def _fell_silent(self, channel: Channel, lasted_s: float) -> None:
        if channel.listened and channel.id in self.channels:
            ended = VoiceEnded(channel=channel.id, lasted_s=lasted_s, ago_s=SILENCE_S)
            self.emit(ended)

    def received(self, channel: Channel) -> int:
        """The packets of sound that have come from a channel so far."""
        if channel.sends_from is None:
            return 0
        now = asyncio.get_running_loop().time()
        until = now if channel.sends_until is None else min(now, channel.sends_until)
        return max(0, round((until - channel.sends_from) * PACKETS_PER_S))

    def register(self, account: str, phone: FakePhone) -> None:
        """A counsellor's phone comes on."""
        self.phones[account] = phone
        self.emit(PhoneChanged(account=account, reachable=True))

    def unregister(self, account: str) -> None:
        """A counsellor's phone goes."""
        del self.phones[account]
        self.emit(PhoneChanged(account=account, reachable=False))

    def begin_playing(self, channel: Channel, playback: PlaybackId, media: Sequence[Media]) -> None:
        kept = {f"recording:{name}" for name in self.recordings}
        assert all(each in kept for each in media if each.startswith("recording:")), media
        channel.playing = playback
        channel.music = False  # not resumed after it
        channel.begun += 1
        loop = asyncio.get_running_loop()
        loop.call_later(PROMPT_S * len(media), self._end_playing, channel, channel.begun)
        for number, sound in enumerate(media):
            loop.call_later(PROMPT_S * number, self._sound, channel, channel.begun, str(sound))

    def record(self, channel: Channel, recording: str, longest_s: float) -> None:
        loop = asyncio.get_running_loop()
        channel.recording, channel.records_since = recording, loop.time()
        loop.call_later(longest_s, self._recorded_enough, channel, loop.time())

    def _recorded_enough(self, channel: Channel, since: float) -> None:
        if channel.records_since == since:
            self.end_recording(channel)

    def end_recording(self, channel: Channel, *, kept: bool = True) -> None:
        """What was being recorded on the channel, if anything, has come to its end."""
        recording, channel.recording = channel.recording, None
        if recording is None:
            return
        if kept:
            self.recordings.add(recording)
        seconds = asyncio.get_running_loop().time() - channel.records_since
        self.emit(
            RecordingEnded(
                channel=channel.id, recording=recording, seconds=float(int(seconds)), failed=False
            )
        )

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
            loop.call_later(0.5, self._rang_out, leg, 21)
        elif phone.busy:
            loop.call_later(0.5, self._rang_out, leg, 17)
        elif phone.unavailable_after is not None:
            loop.call_later(phone.unavailable_after, self._rang_out, leg)
        elif phone.answers_after is not None and not phone.dead:
            loop.call_later(phone.answers_after, self.pick_up, leg.id)

    def pick_up(self, leg_id: ChannelId) -> None:
        """A counsellor answers; without a controller they hear nothing until there is one."""
        leg = self.channels.get(leg_id)
        if leg is None or leg.up:
            return
        leg.up = True
        self.emit(LegAnswered(channel=leg_id))

    def _rang_out(self, leg: Channel, cause: int = 19) -> None:
        if leg.id in self.channels and not leg.up:
            self.end(leg.id, cause=cause)

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
        channel.music, channel.music_follows = channel.music or channel.music_follows, False
        if playback is not None:
            self.emit(PlaybackEnded(channel=channel.id, playback=playback, failed=failed))
