"""What Asterisk's events mean to the line; unknown ones and unknown fields mean nothing."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import structlog

from ivr.adapters.ari.entry import BACK, CALL, DESK, LEG, came, entered_with
from ivr.domain.call import ChannelId
from ivr.ports import (
    NO_SUCH_CALL,
    Arrived,
    ChannelEnded,
    HoldChanged,
    KeyPressed,
    LegAnswered,
    LegMade,
    PhoneChanged,
    PhoneDialled,
    PlaybackEnded,
    PlaybackId,
    RecordingEnded,
    SwitchEvent,
    TransferAsked,
    VoiceBegan,
    VoiceEnded,
)

log = structlog.get_logger(__name__)

# How it shows that an event lacks something, or has something else in its place.
_UNREADABLE: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

# After so much silence Asterisk says that somebody has stopped speaking. Less would take the
# breath between two sentences for their end; each is an event.
SILENCE_MS = 800

# All that is wanted of the phones that are watched.
OF_PHONES = "PeerStatusChange"

# What Asterisk is asked not to send of calls. A list of what is wanted would be shorter, but
# such a list also holds back the answers to our own requests (Asterisk 22.10).
UNWANTED = (
    "BridgeCreated",
    "BridgeDestroyed",
    "ChannelCallerId",
    "ChannelConnectedLine",
    "ChannelCreated",
    "ChannelDialplan",
    "ChannelEnteredBridge",
    "ChannelLeftBridge",
    "ChannelVarset",
    "ContactStatusChange",
    "DeviceStateChanged",
    "Dial",
    "EndpointStateChange",
    "PlaybackContinuing",
    "PlaybackStarted",
    "RecordingStarted",
)


class Translator:
    """Turns ARI events into the line's own, one at a time, in order.

    Remembers the cause that ChannelHangupRequest gives, because the StasisEnd that
    follows has none.
    """

    def __init__(self) -> None:
        self._causes: dict[str, int] = {}

    def translate(self, event: Mapping[str, Any]) -> SwitchEvent | None:
        """The meaning of an event; None where it has none or lacks what is needed."""
        try:
            return self._meaning(event)
        except _UNREADABLE:
            log.warning("ari.event_not_understood", kind=str(event.get("type")))
            return None

    def _meaning(self, event: Mapping[str, Any]) -> SwitchEvent | None:
        match event["type"]:
            case "ChannelHangupRequest":
                self._causes[event["channel"]["id"]] = int(event.get("cause", 0))
                return None
            case "StasisEnd" if _rings(event["channel"]):
                return None  # ChannelDestroyed follows, and knows the cause
            case "StasisEnd" | "ChannelDestroyed":
                return self._ended(event)
            case kind:
                meaning = _MEANINGS.get(kind)
                return None if meaning is None else meaning(event)

    def _ended(self, event: Mapping[str, Any]) -> SwitchEvent:
        channel = _id(event)
        cause = self._causes.pop(channel, 0)
        return ChannelEnded(
            channel=channel,
            cause=int(event.get("cause", cause)),
            sip=int(event.get("tech_cause", 0)),
            rang=event["channel"].get("state") == "Ringing",
        )


def _id(event: Mapping[str, Any]) -> ChannelId:
    return ChannelId(_text(event["channel"]["id"]))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _is_leg(channel: Mapping[str, Any]) -> bool:
    return entered_with(channel)[1][:1] in ([LEG], [BACK])


def _rings(channel: Mapping[str, Any]) -> bool:
    """Whether it is somebody whom we call and who has not answered yet."""
    return _is_leg(channel) and channel["state"] != "Up"


def _changed(event: Mapping[str, Any]) -> SwitchEvent | None:
    channel = event["channel"]
    answered = _is_leg(channel) and channel["state"] == "Up"
    return LegAnswered(channel=_id(event)) if answered else None


def _started(event: Mapping[str, Any]) -> SwitchEvent | None:
    channel, args = event["channel"], [_text(each) for each in event["args"]]
    if "replace_channel" in event:
        # Somebody has taken a channel over by its ids (INVITE with Replaces, RFC 3891), which
        # nobody here has reason to: like a leg that nobody made, they are hung up on.
        return LegMade(channel=_id(event))
    if args[0] in (LEG, BACK):
        return LegMade(channel=_id(event))
    if args[0] == DESK:
        return PhoneDialled(channel=_id(event), account=args[2], dialled=args[1])
    if args[0] != CALL:
        return None
    return Arrived(
        channel=_id(event),
        dialled=args[1],
        caller=_text(channel["caller"]["number"]),
        hidden=args[2] != "0",
        since=came(channel, args),
        up=channel.get("state") == "Up",
    )


def _pressed(event: Mapping[str, Any]) -> SwitchEvent:
    return KeyPressed(channel=_id(event), key=_text(event["digit"]))


def _held(event: Mapping[str, Any]) -> SwitchEvent:
    return HoldChanged(channel=_id(event), held=event["type"] == "ChannelHold")


def _began(event: Mapping[str, Any]) -> SwitchEvent:
    return VoiceBegan(channel=_id(event))


def _fell_silent(event: Mapping[str, Any]) -> SwitchEvent:
    """The duration is that of the speech, without the silence by which its end is known."""
    lasted_s = int(event["duration"]) / 1000
    return VoiceEnded(channel=_id(event), lasted_s=lasted_s, ago_s=SILENCE_MS / 1000)


def _playback(event: Mapping[str, Any]) -> SwitchEvent | None:
    playback = event["playback"]
    kind, _, target = playback["target_uri"].partition(":")
    if kind != "channel":
        return None
    return PlaybackEnded(
        channel=ChannelId(target),
        playback=PlaybackId(_text(playback["id"])),
        failed=playback["state"] == "failed",
    )


def _recording(event: Mapping[str, Any]) -> SwitchEvent | None:
    recording = event["recording"]
    kind, _, target = recording["target_uri"].partition(":")
    if kind != "channel":
        return None
    return RecordingEnded(
        channel=ChannelId(target),
        recording=_text(recording["name"]),
        seconds=float(recording.get("duration", 0)),
        failed=event["type"] == "RecordingFailed",
    )


def _transfer(event: Mapping[str, Any]) -> SwitchEvent | None:
    """A phone's wish (REFER). With a `state` it is the echo of what we reported ourselves.

    A leg that hangs up with a wish open sends it once more, with nobody connected.
    """
    by = event["referred_by"]
    if "state" in event or "connected_channel" not in by:
        return None
    to = event["refer_to"]
    return TransferAsked(
        channel=ChannelId(_text(by["source_channel"]["id"])),
        target=_text(to["requested_destination"].get("destination", "")),
        consulted=_consulted(to),
    )


def _consulted(to: Mapping[str, Any]) -> ChannelId | None:
    """The call that a Replaces names: without one, the wish is for no other call."""
    second = to.get("destination_channel")
    if second is not None:
        return ChannelId(_text(second["id"]))
    return NO_SUCH_CALL if "protocol_id" in to["requested_destination"] else None


def _phone(event: Mapping[str, Any]) -> SwitchEvent:
    reachable = event["peer"]["peer_status"] == "Reachable"
    return PhoneChanged(account=_text(event["endpoint"]["resource"]), reachable=reachable)


_MEANINGS: Mapping[str, Callable[[Mapping[str, Any]], SwitchEvent | None]] = {
    "StasisStart": _started,
    "ChannelStateChange": _changed,
    "ChannelDtmfReceived": _pressed,
    "ChannelHold": _held,
    "ChannelUnhold": _held,
    "ChannelTalkingStarted": _began,
    "ChannelTalkingFinished": _fell_silent,
    "ChannelTransfer": _transfer,
    "PlaybackFinished": _playback,
    "RecordingFailed": _recording,
    "RecordingFinished": _recording,
    "PeerStatusChange": _phone,
}
