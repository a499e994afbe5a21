"""Asterisk as scenes and the director speak to it, and the ways in which it fails them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ivr.domain.call import BridgeId, CallId, ChannelId, LineId
from ivr.domain.recovery import Found
from ivr.domain.sweep import Ours
from ivr.ports.events import PlaybackId, SwitchEvent
from ivr.ports.speech import Media


class ChannelGone(Exception):
    """The channel (or what was asked of it) is no longer there: a hang-up won the race."""


class SwitchUnavailable(Exception):
    """The switch did not answer within the bound, or the socket is down."""


class SwitchRefused(Exception):
    """The switch answered that it will not do what was asked: a fault of ours or of its set-up."""


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The switch at the moment of connecting; `started` is when it began to run (UTC)."""

    started: datetime
    channels: Mapping[ChannelId, Found]
    bridges: frozenset[BridgeId]
    reachable: frozenset[str]


class Switch(Protocol):
    """Asterisk, as scenes and the director speak to it.

    Every command is bounded and safe to repeat. Raises ChannelGone when a hang-up
    was faster, SwitchUnavailable when the socket is down, SwitchRefused otherwise.
    """

    async def progress(self, channel: ChannelId) -> None:
        """Send 183 Session Progress (RFC 3261 §13.3.1.1); nothing once answered."""
        ...

    async def answer(self, channel: ChannelId) -> None:
        """Send 200 OK: charging begins here. Nothing once answered."""
        ...

    async def play(
        self,
        channel: ChannelId,
        playback: PlaybackId,
        media: Sequence[Media],
        *,
        then_music: bool = False,
    ) -> None:
        """Start playing; the end is a PlaybackEnded. Sends a 183 before the answer.

        Music that plays ends. With `then_music` hold music follows by itself when the playback
        has ended: both are sent as one, so that no crash comes between them.
        """
        ...

    async def stop(self, playback: PlaybackId) -> bool:
        """Stop a playback, and whether it was there; its end follows as an event."""
        ...

    async def record(self, channel: ChannelId, recording: str, *, longest_s: float) -> None:
        """Record what comes from an answered channel, until a key or for so long.

        Its end is a RecordingEnded. One of the same name is replaced.
        """
        ...

    async def keep_recording(self, recording: str, name: str) -> None:
        """Copy a recording that has ended to another name, which nothing has."""
        ...

    async def forget_recording(self, recording: str) -> None:
        """Stop a recording, and keep nothing of it; nothing if there is none."""
        ...

    async def start_music(self, channel: ChannelId) -> None:
        """Start the hold music."""
        ...

    async def stop_music(self, channel: ChannelId) -> None:
        """Stop the hold music."""
        ...

    async def start_ringback(self, channel: ChannelId) -> None:
        """Let an answered party hear that somebody's phone rings; nothing may be playing."""
        ...

    async def stop_ringback(self, channel: ChannelId) -> None:
        """End that; nothing if it is not heard."""
        ...

    async def listen(self, channel: ChannelId) -> None:
        """Tell from now on when somebody speaks: events VoiceBegan and VoiceEnded.

        This and its end only while nothing is playing.
        """
        ...

    async def stop_listening(self, channel: ChannelId) -> None:
        """Tell it no more; nothing if it was not told."""
        ...

    async def received(self, channel: ChannelId) -> int | None:
        """How many packets of sound have come from the channel; None without a sound session."""
        ...

    async def holds_us(self, channel: ChannelId) -> bool:
        """Whether the phone has put us on hold; true as well where that cannot be told."""
        ...

    async def remember(self, channel: ChannelId, facts: str) -> None:
        """Keep a string with the channel for as long as the channel lives."""
        ...

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
        """Ring a counsellor's phone; the answer is a LegAnswered, anything else a ChannelEnded."""
        ...

    async def dial_out(
        self, leg: ChannelId, *, call: CallId, number: str, caller_id: str, ring_s: float
    ) -> None:
        """Call an outside number through the trunk, from `caller_id`; events as for `ring`."""
        ...

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
        """Call a citizen through the trunk; their channel is the caller's of this call.

        It has the `facts` (see `remember`) before it is dialled. Events as for `ring`; nothing
        if the channel is there already.
        """
        ...

    async def join(
        self, bridge: BridgeId, channels: Sequence[ChannelId], *, keys: bool = False
    ) -> None:
        """Connect the channels with each other, making the bridge if need be.

        A channel that is on it stays as it is; one that is on another bridge is moved.
        Keys pressed are events, and heard by the others only with `keys`.
        """
        ...

    async def part(self, bridge: BridgeId) -> None:
        """Remove a bridge; nothing if there is none. Its channels stay."""
        ...

    async def hang_up(
        self, channel: ChannelId, *, answered: bool = False, elsewhere: bool = False
    ) -> None:
        """End a channel; nothing if it is gone. The cause given says whether it was answered.

        `elsewhere`: another phone was answered in its place, and so nothing was missed.
        """
        ...

    async def report_transfer(self, channel: ChannelId, *, done: bool) -> None:
        """Tell the phone what became of the transfers it asks for; nothing if there is none."""
        ...

    async def apologise(self, channel: ChannelId) -> None:
        """Hand the channel to the dialplan's spoken apology (no answer, no charge)."""
        ...

    async def tell_at_work(self, phones: str) -> None:
        """Keep, for as long as the switch runs, what `domain.alone.at_work` writes."""

    async def tell_closed(self, line: LineId, until: int) -> None:
        """Keep, for as long as the switch runs, that the line is closed until then (Unix time)."""
        ...

    async def ours(self) -> Ours:
        """The channels and bridges of our application now; one small request."""
        ...

    async def snapshot(self) -> Snapshot:
        """What the switch has now."""
        ...


class Connection(Protocol):
    """One connection to the switch, from its opening until it is lost or closed."""

    switch: Switch

    @property
    def answer_s(self) -> float | None:
        """How long the switch took lately to say what it was asked for, seconds; None: unasked."""
        ...

    def events(self) -> AsyncIterator[SwitchEvent]:
        """The events in order, buffered from the first moment; ends with the connection."""
        ...

    async def close(self) -> None:
        """Close it: commands fail from here on, the events end, calls stay on the switch."""
        ...


class Connections(Protocol):
    """The way to the switch, again and again."""

    def connect(self) -> AbstractAsyncContextManager[Connection]:
        """Connect, with back-off, for as long as it takes."""
        ...
