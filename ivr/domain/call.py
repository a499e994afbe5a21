"""What is known of one call, and the ways in which it can end."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

CallId = NewType("CallId", str)
ChannelId = NewType("ChannelId", str)
BridgeId = NewType("BridgeId", str)
LineId = NewType("LineId", str)
TopicId = NewType("TopicId", str)
CounsellorId = NewType("CounsellorId", str)


class Language(StrEnum):
    """The two languages of the service (Kielilaki 423/2003)."""

    FI = "fi"
    SV = "sv"


class SceneName(StrEnum):
    """The part of a call that the caller is living through."""

    LANGUAGE = "language"
    NOTICES = "notices"
    TOPIC = "topic"
    WAITING = "waiting"
    CALLBACK = "callback"
    BUDGET_END = "budget_end"
    CONNECTING = "connecting"
    TALKING = "talking"
    CLOSED = "closed"
    UNKNOWN_NUMBER = "unknown_number"
    FAREWELL = "farewell"


class Outcome(StrEnum):
    """How a call ended; every call gets exactly one."""

    SERVED = "served"  # a counsellor and the caller were connected
    CALLBACK = "callback"  # a callback is on disk
    CLOSED_HOURS = "closed_hours"  # the caller heard that the line is closed
    ABANDONED_MENU = "abandoned_menu"  # the caller hung up before joining the line
    ABANDONED_QUEUE = "abandoned_queue"  # the caller hung up while waiting
    CARRIER_RELEASED = "carrier_released"  # the network ended it at its ring limit
    HANDED_OVER = "handed_over"  # transferred out of the service
    FALLBACK = "fallback"  # served by the dialplan while the controller was away
    UNKNOWN_NUMBER = "unknown_number"  # the number dialled is no line of ours
    LOST = "lost"  # Asterisk died


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls. `number` is E.164 (`+358…`); None when withheld or unusable."""

    number: str | None
    hidden: bool


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What must survive a crash of the controller; lives in a channel variable.

    `step` counts the scenes entered, so that every event of the call has an id
    that a restarted scene makes again. `joined` is when the caller first joined
    the line (UTC) and never changes. `answered` says that charging has begun,
    `budget_over` that the free waiting has ended, `connected` that the caller and a
    counsellor could hear each other. `leg` is the channel of the
    counsellor's phone.
    """

    call_id: CallId
    dialled: str
    caller: Caller
    arrived: datetime
    scene: SceneName
    step: int = 0
    line: LineId | None = None
    language: Language | None = None
    topic: TopicId | None = None
    joined: datetime | None = None
    answered: bool = False
    budget_over: bool = False
    connected: bool = False
    counsellor: CounsellorId | None = None
    leg: ChannelId | None = None
    outcome: Outcome | None = None


def talk_bridge(call_id: CallId) -> BridgeId:
    """The bridge on which the caller of this call talks with a counsellor."""
    return BridgeId(f"{call_id}.talk")
