"""What scenes and the director need of the world, in domain types."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import NewType, Protocol

from ivr.domain.call import BridgeId, CallId, ChannelId, Facts, Language
from ivr.domain.journal import Event
from ivr.domain.phrase import Slot
from ivr.domain.recovery import Found

Media = NewType("Media", str)  # absolute path of a sound file, without its extension
PlaybackId = NewType("PlaybackId", str)


class Clock(Protocol):
    """The one clock that decisions take their time from."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """Sound files to be played one after another, and how long they last together (seconds)."""

    media: tuple[Media, ...]
    seconds: float


class Speech(Protocol):
    """The prompts, spoken."""

    def utter(self, language: Language, prompt: str, /, **slots: Slot) -> Utterance:
        """The sound of one prompt with its slots filled. Raises KeyError for an unknown prompt."""
        ...


# --- the switch -----------------------------------------------------------------


class ChannelGone(Exception):
    """The channel (or what was asked of it) is no longer there: a hang-up won the race."""


class SwitchUnavailable(Exception):
    """The switch did not answer within the bound, or the socket is down."""


class SwitchRefused(Exception):
    """The switch answered that it will not do what was asked: a fault of ours or of its set-up."""


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A new call entered the application. `caller` and `name` come from outside: untrusted."""

    channel: ChannelId
    dialled: str
    caller: str
    hidden: bool


@dataclass(frozen=True, kw_only=True)
class KeyPressed:
    """A DTMF key (`0`-`9`, `*`, `#`, `A`-`D`), reported at its end (RFC 4733)."""

    channel: ChannelId
    key: str


@dataclass(frozen=True, kw_only=True)
class PlaybackEnded:
    """A playback has ended, was stopped or could not be played (`failed`)."""

    channel: ChannelId
    playback: PlaybackId
    failed: bool


@dataclass(frozen=True, kw_only=True)
class LegAnswered:
    """A counsellor's phone that we rang was answered, and its channel is ours."""

    channel: ChannelId


@dataclass(frozen=True, kw_only=True)
class ChannelEnded:
    """A channel has left us. `cause` is the Q.850 cause; `sip` the SIP status, 0 if unknown."""

    channel: ChannelId
    cause: int
    sip: int = 0


@dataclass(frozen=True, kw_only=True)
class PhoneChanged:
    """A counsellor's SIP account became reachable or unreachable."""

    account: str
    reachable: bool


SwitchEvent = Arrived | KeyPressed | PlaybackEnded | LegAnswered | ChannelEnded | PhoneChanged


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

    async def play(self, channel: ChannelId, playback: PlaybackId, media: Sequence[Media]) -> None:
        """Start playing; the end is a PlaybackEnded. Sends a 183 before the answer."""
        ...

    async def stop(self, playback: PlaybackId) -> bool:
        """Stop a playback, and whether it was there; its end follows as an event."""
        ...

    async def start_music(self, channel: ChannelId) -> None:
        """Start the hold music."""
        ...

    async def stop_music(self, channel: ChannelId) -> None:
        """Stop the hold music."""
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

    async def join(self, bridge: BridgeId, channels: Sequence[ChannelId]) -> None:
        """Connect the channels with each other, making the bridge if need be."""
        ...

    async def part(self, bridge: BridgeId) -> None:
        """Remove a bridge; nothing if there is none. Its channels stay."""
        ...

    async def hang_up(self, channel: ChannelId, *, answered: bool = False) -> None:
        """End a channel; nothing if it is gone. `answered` chooses the cause that is given."""
        ...

    async def apologise(self, channel: ChannelId) -> None:
        """Hand the channel to the dialplan's spoken apology (no answer, no charge)."""
        ...

    async def snapshot(self) -> Snapshot:
        """What the switch has now."""
        ...


class Connection(Protocol):
    """One connection to the switch, from its opening until it is lost or closed."""

    switch: Switch

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


# --- the record ------------------------------------------------------------------


class JournalUnavailable(Exception):
    """The promise could not be put on disk, so it must not be spoken."""


class Journal(Protocol):
    """The durable local record; shipped to Postgres in order."""

    def record(self, event: Event) -> None:
        """Take an event; on disk within 50 ms. The same id again changes nothing."""
        ...

    async def promise(self, event: Event) -> None:
        """Put an event on disk and return only then. Raises JournalUnavailable."""
        ...

    async def flush(self) -> None:
        """Return once everything taken so far is on disk."""
        ...

    async def open_calls(self) -> Mapping[CallId, Facts]:
        """Calls that have arrived and not finished, with their latest facts."""
        ...

    async def callback_promised(self, call: CallId) -> date | None:
        """The day by which this call's callback is promised; None while none is on disk."""
        ...
