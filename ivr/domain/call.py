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
    URGENCY = "urgency"
    WAITING = "waiting"
    LIMIT = "limit"
    CALLBACK = "callback"
    NUMBER = "number"
    READ_BACK = "read_back"
    BUDGET_END = "budget_end"
    CONNECTING = "connecting"
    TALKING = "talking"
    HELD = "held"
    CONSULTING = "consulting"
    CONFERENCE = "conference"
    OUTSIDE = "outside"
    RETURNING = "returning"
    CLOSED = "closed"
    CLOSED_NOTICE = "closed_notice"
    CLOSED_OFFER = "closed_offer"
    BUSY = "busy"
    BUSY_NOTICE = "busy_notice"
    UNKNOWN_NUMBER = "unknown_number"
    FAREWELL = "farewell"
    DIALLING = "dialling"
    GREETING = "greeting"


# Where a citizen who is called back is before they are connected.
CALLING_SCENES = frozenset({SceneName.DIALLING, SceneName.GREETING})

# Where a caller is told that the line is closed, and may ask to be called back.
CLOSED_SCENES = frozenset({SceneName.CLOSED, SceneName.CLOSED_NOTICE, SceneName.CLOSED_OFFER})

# Where a caller is told that the whole service has as many calls as it takes.
BUSY_SCENES = frozenset({SceneName.BUSY, SceneName.BUSY_NOTICE})

# Where the caller has a counsellor, if `Facts.connected` says so as well.
TALK_SCENES = frozenset(
    {SceneName.TALKING, SceneName.HELD, SceneName.CONSULTING, SceneName.CONFERENCE}
)


class Limit(StrEnum):
    """Why a caller cannot go on waiting."""

    LONGEST = "longest"  # the longest wait is over
    FULL = "full"  # the line has its greatest length
    NOBODY = "nobody"  # nobody who could serve the caller is at work
    CLOSING = "closing"  # the line has closed, and the time to serve those in it is over
    BUSY = "busy"  # the service has as many calls as it takes


class Refused(StrEnum):
    """Why the line does not call a number back."""

    EMERGENCY = "emergency"
    SHORT = "short"  # a number of a few digits, which is nobody's own telephone
    PREMIUM = "premium"  # dear to call, or nobody's own telephone
    SATELLITE = "satellite"
    INVALID = "invalid"  # no number of any numbering plan
    OURS = "ours"  # a number of the service itself
    FOREIGN = "foreign"  # of another country, and the line calls none there
    BARRED = "barred"  # begins like none of the numbers that the service calls


class Outcome(StrEnum):
    """How a call ended; every call gets exactly one."""

    SERVED = "served"  # a counsellor and the caller were connected
    CALLBACK = "callback"  # a callback is on disk
    CLOSED_HOURS = "closed_hours"  # the caller heard that the line is closed
    ABANDONED_MENU = "abandoned_menu"  # the caller hung up before joining the line
    ABANDONED_QUEUE = "abandoned_queue"  # the caller hung up while waiting
    CARRIER_RELEASED = "carrier_released"  # the network ended it at its ring limit
    HANDED_OVER = "handed_over"  # transferred out of the service
    TURNED_AWAY = "turned_away"  # told why the line cannot take or keep the caller
    GHOST = "ghost"  # the caller's phone vanished without a word while waiting
    FALLBACK = "fallback"  # served by the dialplan while the controller was away
    UNKNOWN_NUMBER = "unknown_number"  # the number dialled is no line of ours
    NOT_REACHED = "not_reached"  # called back, and not connected with a counsellor
    LOST = "lost"  # Asterisk died


@dataclass(frozen=True, kw_only=True)
class Caller:
    """Who calls. `number` is E.164 (`+358…`); None when withheld or unusable.

    `unfit` is why the line may not call it back.
    """

    number: str | None
    hidden: bool
    unfit: Refused | None = None


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What must survive a crash of the controller; lives in a channel variable.

    `step` counts the scenes entered, so that every event of the call has an id
    that a restarted scene makes again. `joined` is when the caller first joined
    the line (UTC) and never changes. `answered` says that charging has begun,
    `budget_over` that the free waiting has ended, `connected` that the caller and a
    counsellor could hear each other. `leg` is the channel of the
    counsellor's phone. `limit` is why the caller could not go on waiting,
    `redirected` that they were led to another topic because of it. `waiting_since` is
    when the present wait began, where that was not the joining: a talk or another topic
    was before it. `replaced_by` is the caller's next call, which has this one's place in the
    line. `wanted` is the one counsellor for whom a transferred caller waits, `led_by` the one
    who has led them away. `colleague`
    and `colleague_leg` are who is consulted or added, and on which channel;
    the colleague is None for an outside number. `target` is whom the
    counsellor asked for, as `domain.transfer` writes it. `keyed` is the number (E.164) that
    the caller has keyed in to be called back at. `assured` says that they were told in this
    wait: whoever hangs up in the line is called back. `closed` says that they have called while
    the line was closed, and may ask for a callback all the same. `callback` is the request for
    which we have called the citizen; None where they have called us. `by_voice`: they were
    connected because they spoke, and it is not proved yet that it was they; `machine`: an
    answering machine was told to have picked up.
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
    caller_urgent: bool = False
    assessed_urgent: bool = False
    limit: Limit | None = None
    redirected: bool = False
    waiting_since: datetime | None = None
    replaced_by: CallId | None = None
    wanted: CounsellorId | None = None
    led_by: CounsellorId | None = None
    colleague: CounsellorId | None = None
    colleague_leg: ChannelId | None = None
    target: str | None = None
    keyed: str | None = None
    assured: bool = False
    closed: bool = False
    callback: CallId | None = None
    by_voice: bool = False
    machine: bool = False
    outcome: Outcome | None = None

    @property
    def urgent(self) -> bool:
        """Whether the caller goes before those who are not: by their word or a counsellor's."""
        return self.caller_urgent or self.assessed_urgent


def talk_bridge(call_id: CallId) -> BridgeId:
    """The bridge on which the caller of this call talks with a counsellor."""
    return BridgeId(f"{call_id}.talk")


def second_line_bridge(line: ChannelId) -> BridgeId:
    """The bridge on which a counsellor speaks with a colleague dialled on this channel."""
    return BridgeId(f"{line}.second")


def consult_bridge(call_id: CallId) -> BridgeId:
    """The bridge on which the counsellor of this call consults a colleague."""
    return BridgeId(f"{call_id}.consult")
