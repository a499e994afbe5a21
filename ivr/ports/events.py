"""What happens on the switch, in domain types."""

from dataclasses import dataclass
from datetime import datetime
from typing import NewType

from ivr.domain.call import ChannelId

PlaybackId = NewType("PlaybackId", str)
NO_SUCH_CALL = ChannelId("")  # no channel has this id


@dataclass(frozen=True, kw_only=True)
class Arrived:
    """A new call entered the application. `caller` and `name` come from outside: untrusted.

    `since` is when it came (UTC), where the switch has served it alone until now; then it may
    be `up`, answered.
    """

    channel: ChannelId
    dialled: str
    caller: str
    hidden: bool
    since: datetime | None = None
    up: bool = False


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
class RecordingEnded:
    """What somebody said has been recorded, `seconds` of it, or could not be (`failed`)."""

    channel: ChannelId
    recording: str
    seconds: float
    failed: bool


@dataclass(frozen=True, kw_only=True)
class LegMade:
    """A leg is ours now, and dialled next by whoever made it."""

    channel: ChannelId


@dataclass(frozen=True, kw_only=True)
class LegAnswered:
    """A counsellor's phone that we rang was answered, and its channel is ours."""

    channel: ChannelId


@dataclass(frozen=True, kw_only=True)
class ChannelEnded:
    """A channel has left us. `cause` is the Q.850 cause; `sip` the SIP status, 0 if unknown.

    `rang`: it was ringing until then, so a phone was there (180 Ringing, RFC 3261).
    """

    channel: ChannelId
    cause: int
    sip: int = 0
    rang: bool = False


@dataclass(frozen=True, kw_only=True)
class HoldChanged:
    """A phone has put us on hold, or come back (RFC 3264 §8.4): on hold it may send no sound."""

    channel: ChannelId
    held: bool


@dataclass(frozen=True, kw_only=True)
class VoiceBegan:
    """Somebody begins to speak on a channel that is listened to; a tone is no different."""

    channel: ChannelId


@dataclass(frozen=True, kw_only=True)
class VoiceEnded:
    """They fell silent, seconds `ago`, after speaking for `lasted_s`."""

    channel: ChannelId
    lasted_s: float
    ago_s: float


@dataclass(frozen=True, kw_only=True)
class PhoneChanged:
    """A counsellor's SIP account became reachable or unreachable."""

    account: str
    reachable: bool


@dataclass(frozen=True, kw_only=True)
class PhoneDialled:
    """A counsellor's phone dialled a code or a number; `account` is the phone that did."""

    channel: ChannelId
    account: str
    dialled: str


@dataclass(frozen=True, kw_only=True)
class TransferAsked:
    """A counsellor's phone asks that its call be transferred (SIP REFER, RFC 3515).

    `target` is the user part that it names: untrusted, at most 79 characters. `consulted` is
    the second call that is to take the place of the first (RFC 3891), if that is what it
    asks: untrusted, it may be another phone's; `NO_SUCH_CALL` where there is no such call.
    """

    channel: ChannelId
    target: str
    consulted: ChannelId | None


SwitchEvent = (
    Arrived
    | KeyPressed
    | PlaybackEnded
    | RecordingEnded
    | LegMade
    | LegAnswered
    | ChannelEnded
    | HoldChanged
    | VoiceBegan
    | VoiceEnded
    | PhoneChanged
    | PhoneDialled
    | TransferAsked
)
