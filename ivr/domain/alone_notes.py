"""What Asterisk noted of a call that it served alone, and what that says for the record."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ivr.domain.call import ChannelId, CounsellorId, Facts, LineId, Outcome, SceneName
from ivr.domain.journal import Data, Event, EventKind, event
from ivr.domain.number import normalised

_ARRIVED = 6  # words: arrived EPOCH HIDDEN DIALLED LINE NUMBER, with `-` for what is not known
_NOTHING = "-"
_LONGEST_EPOCH = 11  # digits: up to the year 5138
_ALONE = "no controller was there"

# The words of the lines after the first, in the order in which they can happen.
_KINDS: Mapping[str, EventKind] = {
    "closed": EventKind.SCENE,
    "joined": EventKind.JOINED,
    "answered": EventKind.ANSWERED,
    "talking": EventKind.CONNECTED,
}
_WORDS = frozenset({*_KINDS, "promised", "ended"})


@dataclass(frozen=True, kw_only=True)
class Noted:
    """One call as the dialplan noted it (dialplan/alone.conf); all instants UTC.

    `line` is None for a number that is no line, `number` (E.164) for a caller who withholds it.
    `account` is the phone on which a counsellor talked. `ended` is None for a call that goes on,
    or that nobody could note the end of.
    """

    channel: ChannelId
    arrived: datetime
    hidden: bool
    dialled: str
    line: LineId | None
    number: str | None
    account: str | None = None
    at: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def ended(self) -> datetime | None:
        """When it ended."""
        return self.at.get("ended")

    @property
    def promised(self) -> datetime | None:
        """When the caller was promised a call back."""
        return self.at.get("promised")

    @property
    def latest(self) -> datetime:
        """When something was noted last."""
        return max([self.arrived, *self.at.values()])


def read(channel: ChannelId, text: str) -> Noted | None:
    """What a file of notes says, a line a fact: a word, the second (Unix time), and more.

    None for notes of no call. A line that was cut short by a crash says nothing.
    """
    first, *rest = text.splitlines() or [""]
    words = first.split(" ")
    began = instant(words[1]) if len(words) == _ARRIVED and words[0] == "arrived" else None
    if began is None:
        return None
    _, _, hidden, dialled, line, number = words
    noted = Noted(
        channel=channel,
        arrived=began,
        hidden=hidden != "0",
        dialled=dialled,
        line=None if line == _NOTHING else LineId(line),
        number=None if hidden != "0" else normalised(number),
    )
    for each in rest:
        noted = _with(noted, each.split(" "))
    return noted


def instant(epoch: str) -> datetime | None:
    """The second (Unix time) that the dialplan has written; None for what is none."""
    if not epoch.isdecimal() or len(epoch) > _LONGEST_EPOCH:
        return None
    return datetime.fromtimestamp(int(epoch), UTC)


def story(noted: Noted, facts: Facts, counsellor: CounsellorId | None) -> list[Event]:
    """What the record says of the call, from its arrival to its last event before the outcome.

    `facts` are those of the arrival. `counsellor` is who talked, None if that is not known.
    """
    told = [event(facts, EventKind.ARRIVED, noted.arrived, {})]
    for word, kind in _KINDS.items():
        at = noted.at.get(word)
        if at is None:
            continue
        facts = _after(facts, word, counsellor)
        told.append(event(facts, kind, at, _data(kind, facts)))
        if word == "talking" and "answered" not in noted.at:
            told.append(event(facts, EventKind.ANSWERED, at, {"because": _ALONE}))
    return told


def outcome_of(noted: Noted) -> Outcome:
    """How the call ended: one whose end nobody noted was lost with the switch."""
    return Outcome.LOST if noted.ended is None else Outcome.FALLBACK


def finished(noted: Noted, facts: Facts) -> Event:
    """The end of the call."""
    outcome = outcome_of(noted)
    ended = replace(facts, outcome=outcome)
    return event(ended, EventKind.FINISHED, noted.latest, {"outcome": outcome})


def _after(facts: Facts, word: str, counsellor: CounsellorId | None) -> Facts:
    step = facts.step + 1
    match word:
        case "joined":
            # The place is that of the arrival: the greeting was the same for all.
            return replace(facts, scene=SceneName.WAITING, step=step, joined=facts.arrived)
        case "talking":
            talking = replace(facts, scene=SceneName.TALKING, step=step, answered=True)
            return replace(talking, connected=True, counsellor=counsellor)
        case "closed":
            return replace(facts, scene=SceneName.CLOSED, step=step)
        case _:
            return replace(facts, answered=True)


def _data(kind: EventKind, facts: Facts) -> Data:
    match kind:
        case EventKind.CONNECTED:
            return {"counsellor": facts.counsellor}
        case EventKind.SCENE:
            return {"scene": facts.scene}
        case EventKind.ANSWERED:
            return {"because": _ALONE}
        case _:
            return {}


def _with(noted: Noted, words: list[str]) -> Noted:
    """The notes with one line more; the first of a kind holds."""
    word, told, *more = [*words, ""]
    at = instant(told)
    if word not in _WORDS or at is None or word in noted.at:
        return noted
    account = more[0] if word == "talking" and more[0] else noted.account
    # A clock that was set back makes nothing happen before the call.
    return replace(noted, account=account, at={**noted.at, word: max(noted.arrived, at)})
