"""In which words, and in which of three languages, the administrator is told something.

A message is known by its English words, which stand where it is told. Its Finnish and Swedish
words stand in `messages/`; a test finds every message in the code and asks for both.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from functools import cache
from pathlib import Path

import yaml

_FOLDER = Path(__file__).with_name("messages")


class Tongue(StrEnum):
    """The languages that an administrator may read."""

    EN = "en"
    FI = "fi"
    SV = "sv"


@dataclass(frozen=True)
class Message:
    """What is told: English words with slots in braces, as `str.format` has them, and their values.

    A value may be a message itself. Words without slots are said as they stand, braces included.
    """

    words: str
    slots: tuple[tuple[str, object], ...] = ()

    def filled(self, **slots: object) -> "Message":
        """The same words with these values."""
        return Message(self.words, tuple(slots.items()))

    def said(self, tongue: Tongue) -> str:
        """The words in this language; in English where they have not been translated."""
        words = self.words
        if tongue is not Tongue.EN:
            words = translations(tongue).get(words, words)
        values = {
            slot: value.said(tongue) if isinstance(value, Message) else value
            for slot, value in self.slots
        }
        return words.format(**values) if values else words

    def __str__(self) -> str:
        return self.said(Tongue.EN)


def told(words: str, /, **slots: object) -> Message:
    """A message in English words, with the values of its slots."""
    return Message(words, tuple(slots.items()))


@cache
def translations(tongue: Tongue) -> Mapping[str, str]:
    """The words of every message in this language, by its English words."""
    entries = (
        entry
        for file in sorted(_FOLDER.glob("*.yaml"))
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))
    )
    return {entry[Tongue.EN]: entry[tongue] for entry in entries}


def cure(word: str, known: Collection[str]) -> Message:
    """What would be right instead of a word that is not known: the nearest one, or all of them."""
    if near := get_close_matches(word, known, n=1):
        return told("did you mean {near!r}?", near=near[0])
    return told("write {known}", known=listed(sorted(known)))


def listed(words: Iterable[str]) -> Message:
    """`a, b or c`."""
    *most, last = words
    return told("{most} or {last}", most=", ".join(most), last=last) if most else Message(last)


def together(words: Iterable[str]) -> Message:
    """`a, b and c`."""
    *most, last = words
    return told("{most} and {last}", most=", ".join(most), last=last) if most else Message(last)


def shown(value: object) -> Message:
    """A value as the administrator wrote it, cut to a readable length."""
    match value:
        case None:
            return told("nothing")
        case bool():
            return Message("true" if value else "false")
        case int() | float():
            return told("the number {number}", number=value)
        case str():
            text = repr(value) if len(value) <= 40 else f"{value[:40]!r}…"
            return told("the text {text}", text=text)
        case list():
            return told("a list")
        case _:
            return told("a section of its own")
