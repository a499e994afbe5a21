"""What every caller of a line is told for a while, and whether the line is closed meanwhile."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ivr.domain.call import Language, LineId
from ivr.domain.fields import Fields, parse, read_time, written
from ivr.domain.schedule import Interval

MOST: Final = timedelta(days=7)
"""For so long a notice may hold: what holds longer belongs into the schedule and the prompts."""

MOST_S: Final = 30.0
"""For so long it may speak, in each language."""

RECORDING: Final = "recording:"
"""How a sound is named that the switch has recorded and keeps itself; others are clips."""

_SOUND: Final = re.compile(r"(notices/|recording:)[a-z0-9_-]+")
_MOST_CHARACTERS: Final = 16_384
_JSON = json.JSONEncoder(ensure_ascii=False, indent=1)


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A notice in one language: the name of its sound, how long that lasts, and its words.

    `text` is None of what somebody has recorded.
    """

    sound: str
    seconds: float
    text: str | None = None


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What the callers of a line hear from `since` up to, but not including, `until` (UTC).

    With `closes` the line is closed for as long. Raises ValueError for one that does not end
    after it has begun, or only after more than MOST.
    """

    line: LineId
    since: datetime
    until: datetime
    closes: bool
    spoken: Mapping[Language, Spoken]

    def __post_init__(self) -> None:
        """Refuse one that would be forgotten."""
        if not self.since < self.until <= self.since + MOST:
            raise ValueError(f"a notice ends after it begins, and within {MOST.days} days")


def in_force(notice: Notice | None, now: datetime) -> Notice | None:
    """The notice, while it holds; None before and after."""
    holds = notice is not None and notice.since <= now < notice.until
    return notice if holds else None


def closure(notice: Notice) -> Interval | None:
    """The time in which the notice closes the line; None if it does not."""
    return Interval(start=notice.since, end=notice.until) if notice.closes else None


def closures(notices: Iterable[Notice]) -> dict[LineId, Interval]:
    """The lines that they close, and when."""
    return {each.line: during for each in notices if (during := closure(each))}


def encode(notice: Notice) -> str:
    """The notice as text (JSON), for a file."""
    spoken = [
        {"language": language, "sound": each.sound, "ms": round(each.seconds * 1000)}
        | ({} if each.text is None else {"text": each.text})
        for language, each in notice.spoken.items()
    ]
    fields = {
        "v": 1,
        "line": notice.line,
        "since": written(notice.since),
        "until": written(notice.until),
        "closes": notice.closes,
        "spoken": spoken,
    }
    return _JSON.encode(fields) + "\n"


def decode(text: str) -> Notice:
    """The notice that `encode` wrote. Raises ValueError for anything else."""
    fields = Fields(parse(text, most=_MOST_CHARACTERS))
    fields.version()
    return Notice(
        line=LineId(fields.text("line")),
        since=read_time(fields.text("since")),
        until=read_time(fields.text("until")),
        closes=fields.flag("closes"),
        spoken={
            Language(each.text("language")): Spoken(
                sound=_sound(each.text("sound")),
                seconds=each.count("ms") / 1000,
                text=each.some("text"),
            )
            for each in fields.several("spoken")
        },
    )


def _sound(name: str) -> str:
    """A name that leads to no other file."""
    if not _SOUND.fullmatch(name):
        raise ValueError(f"{name!r} is no sound of a notice")
    return name
