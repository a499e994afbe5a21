"""What is spoken in a prompt's slot: numbers, counts, days and times, as clips in order.

A clip is one short recording; its id names a file under the language's folder.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from types import MappingProxyType
from typing import Final, NewType, assert_never

from ivr.domain.call import Language, LineId, TopicId
from ivr.domain.lexicon import LEXICONS, Lexicon
from ivr.domain.number import groups

ClipId = NewType("ClipId", str)

PAUSE: Final = ClipId("pause")
PAUSE_S: Final = 0.35
"""Silence between the groups of a number, and between a slot and the next sentence."""

_CLIP_ID = re.compile(r"[a-z0-9_-]+(/[a-z0-9_-]+)?(\.[0-9]+)?")


@dataclass(frozen=True)
class Digits:
    """A telephone number, spoken digit by digit in groups."""

    number: str


@dataclass(frozen=True)
class Count:
    """A number of people, 2 to 100."""

    n: int


@dataclass(frozen=True)
class Day:
    """A day seen from another: today, tomorrow, a weekday within a week, or weekday and date."""

    day: date
    today: date


@dataclass(frozen=True)
class TimeOfDay:
    """A local time, to the minute."""

    at: time


@dataclass(frozen=True)
class TopicName:
    """The name of a topic, as the configuration gives it."""

    topic: TopicId


@dataclass(frozen=True)
class LineName:
    """The name of a line, as the configuration gives it."""

    line: LineId


Slot = Digits | Count | Day | TimeOfDay | TopicName | LineName


def clip_id(name: str) -> ClipId:
    """The name as a clip's id, safe as a file's name. Raises ValueError for any other."""
    if not _CLIP_ID.fullmatch(name):
        raise ValueError(f"{name!r} cannot name a clip: use a-z, 0-9, _ and -")
    return ClipId(name)


def topic_clip(topic: TopicId) -> ClipId:
    """The clip that says the name of a topic."""
    return clip_id(f"topic/{topic}")


def line_clip(line: LineId) -> ClipId:
    """The clip that says the name of a line."""
    return clip_id(f"line/{line}")


def clips(slot: Slot, language: Language) -> tuple[ClipId, ...]:
    """The clips that say the slot. Raises ValueError for a count that has no clip."""
    match slot:
        case Digits(number):
            return _number(number)
        case Count(n):
            return _count(n)
        case Day(day, today):
            return _day(day, today, language)
        case TimeOfDay(at):
            return _time(at)
        case TopicName(topic):
            return (topic_clip(topic),)
        case LineName(line):
            return (line_clip(line),)
        case _:
            assert_never(slot)


def grammar(language: Language) -> Mapping[ClipId, str]:
    """Every clip that `clips` can name, topics and lines aside, and its text.

    A text that ends in a comma goes on, one that ends in a full stop falls; the
    pause has no text.
    """
    return _grammar(language)


def digits_in_words(number: str, language: Language) -> str:
    """A telephone number as words, for a text that is spoken in one piece."""
    words = LEXICONS[language].digits
    spelled = (
        " ".join(LEXICONS[language].plus if mark == "+" else words[int(mark)] for mark in group)
        for group in groups(number)
    )
    return ", ".join(spelled)


def _number(number: str) -> tuple[ClipId, ...]:
    spoken: list[ClipId] = []
    for group in groups(number):
        if spoken:
            spoken.append(PAUSE)
        spoken.extend(ClipId("plus" if mark == "+" else f"digit/{mark}") for mark in group)
    if spoken and spoken[-1].startswith("digit/"):
        spoken[-1] = ClipId(spoken[-1].replace("digit/", "digit_end/"))
    return tuple(spoken)


def _count(n: int) -> tuple[ClipId, ...]:
    if not 2 <= n <= 100:
        raise ValueError(f"a count is 2 to 100, not {n}")
    return (ClipId(f"count/{n}"),)


def _day(day: date, today: date, language: Language) -> tuple[ClipId, ...]:
    weekday = day.isoweekday()
    match (day - today).days:
        case 0:
            return (ClipId("day/today"),)
        case 1:
            return (ClipId("day/tomorrow"),)
        case ahead if 2 <= ahead <= 6:
            return (ClipId(f"weekday/{weekday}"),)
    dated = ClipId(f"dated_weekday/{weekday}")
    number, month = ClipId(f"date/{day.day}"), ClipId(f"month/{day.month}")
    match language:
        case Language.FI:
            return (dated, month, number)
        case Language.SV:
            return (dated, number, month)
        case _:
            assert_never(language)


def _time(at: time) -> tuple[ClipId, ...]:
    if at.minute == 0:
        return (ClipId(f"hour_end/{at.hour}"),)
    return (ClipId(f"hour/{at.hour}"), ClipId(f"minute/{at.minute}"))


@cache
def _grammar(language: Language) -> Mapping[ClipId, str]:
    words = LEXICONS[language]
    texts = {"pause": "", "plus": f"{words.plus},"} | _numbers(words) | _times(words) | _days(words)
    return MappingProxyType({ClipId(name): text for name, text in texts.items()})


def _numbers(words: Lexicon) -> dict[str, str]:
    return (
        {f"digit/{n}": f"{word}," for n, word in enumerate(words.digits)}
        | {f"digit_end/{n}": f"{word}." for n, word in enumerate(words.digits)}
        | {f"count/{n}": f"{words.count(n)}," for n in range(2, 101)}
    )


def _times(words: Lexicon) -> dict[str, str]:
    return (
        {f"hour/{h}": f"{words.hour(h)}," for h in range(24)}
        | {f"hour_end/{h}": f"{words.hour(h)}." for h in range(24)}
        | {f"minute/{m}": f"{words.minute(m)}." for m in range(1, 60)}
    )


def _days(words: Lexicon) -> dict[str, str]:
    return (
        {"day/today": words.today, "day/tomorrow": words.tomorrow}
        | {f"weekday/{n}": word for n, word in enumerate(words.weekday, 1)}
        | {f"dated_weekday/{n}": f"{word}," for n, word in enumerate(words.dated_weekday, 1)}
        | {f"date/{n}": words.date(n) for n in range(1, 32)}
        | {f"month/{n}": words.month[n] for n in range(1, 13)}
    )
