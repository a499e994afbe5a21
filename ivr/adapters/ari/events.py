"""What Asterisk's events mean to the line; unknown ones and unknown fields mean nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from ivr.domain.call import ChannelId
from ivr.ports import (
    Arrived,
    ChannelEnded,
    HoldChanged,
    KeyPressed,
    LegAnswered,
    PhoneChanged,
    PhoneDialled,
    PlaybackEnded,
    PlaybackId,
    SwitchEvent,
    TransferAsked,
)

# The first argument that the dialplan gives to Stasis(), and that of a leg that we ring.
CALL = "call"
DESK = "desk"
LEG = "leg"

# The variable that says for which call a leg was rung; it comes with every event (ari.conf).
LEG_OF = "IVR_LEG_OF"

HOLDS = {"ChannelHold": True, "ChannelUnhold": False}

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
        except (KeyError, TypeError, ValueError, IndexError):
            return None

    def _meaning(self, event: Mapping[str, Any]) -> SwitchEvent | None:
        match event["type"]:
            case "StasisStart":
                return _started(event["channel"], event["args"])
            case "ChannelHangupRequest":
                self._causes[event["channel"]["id"]] = int(event.get("cause", 0))
                return None
            case "ChannelStateChange":
                return _answered(event["channel"])
            case "StasisEnd" if _is_leg(event["channel"]) and not _is_up(event["channel"]):
                return None  # ChannelDestroyed follows, and knows the cause
            case "StasisEnd" | "ChannelDestroyed":
                return self._ended(event)
            case "ChannelDtmfReceived":
                return KeyPressed(channel=_id(event), key=str(event["digit"]))
            case "ChannelTransfer":
                return _transfer(event)
            case "PlaybackFinished":
                return _playback(event["playback"])
            case "PeerStatusChange":
                return _phone(event["endpoint"], event["peer"])
            case kind:
                return HoldChanged(channel=_id(event), held=HOLDS[kind]) if kind in HOLDS else None

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
    return ChannelId(event["channel"]["id"])


def _is_leg(channel: Mapping[str, Any]) -> bool:
    return bool(channel.get("channelvars", {}).get(LEG_OF))


def _is_up(channel: Mapping[str, Any]) -> bool:
    return bool(channel["state"] == "Up")


def _answered(channel: Mapping[str, Any]) -> SwitchEvent | None:
    if not (_is_leg(channel) and _is_up(channel)):
        return None
    return LegAnswered(channel=ChannelId(channel["id"]))


def _started(channel: Mapping[str, Any], args: Sequence[str]) -> SwitchEvent | None:
    if args[0] == DESK:
        channel_id = ChannelId(channel["id"])
        return PhoneDialled(channel=channel_id, account=args[2], dialled=args[1])
    if args[0] != CALL:
        return None
    return Arrived(
        channel=ChannelId(channel["id"]),
        dialled=args[1],
        caller=channel["caller"]["number"],
        hidden=args[2] != "0",
    )


def _playback(playback: Mapping[str, Any]) -> SwitchEvent | None:
    kind, _, target = playback["target_uri"].partition(":")
    if kind != "channel":
        return None
    return PlaybackEnded(
        channel=ChannelId(target),
        playback=PlaybackId(playback["id"]),
        failed=playback["state"] == "failed",
    )


def _transfer(event: Mapping[str, Any]) -> SwitchEvent | None:
    """A phone's wish (REFER). With a `state` it is the echo of what we reported ourselves.

    A leg that hangs up with a wish open sends it once more, with nobody connected.
    """
    by = event["referred_by"]
    if "state" in event or "connected_channel" not in by:
        return None
    to = event["refer_to"]
    second = to.get("destination_channel")
    return TransferAsked(
        channel=ChannelId(by["source_channel"]["id"]),
        target=str(to["requested_destination"].get("destination", "")),
        consulted=None if second is None else ChannelId(second["id"]),
    )


def _phone(endpoint: Mapping[str, Any], peer: Mapping[str, Any]) -> SwitchEvent:
    return PhoneChanged(account=endpoint["resource"], reachable=peer["peer_status"] == "Reachable")
