"""What is wrong in the configuration: every mistake with its place and its cure."""

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from ivr.errors import Refusal


@dataclass(frozen=True, kw_only=True, order=True)
class Problem:
    """One mistake: where it is, counted from 1, and in `text` what is wrong and what is right."""

    file: Path
    line: int
    column: int
    text: str

    def __str__(self) -> str:
        """`config/lines.yaml:12:5: …`, a form that editors can follow."""
        return f"{self.file}:{self.line}:{self.column}: {self.text}"


class ConfigurationError(Refusal):
    """The configuration cannot be used; the message has one line for every mistake."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


def cure(word: str, known: Collection[str]) -> str:
    """What would be right instead of a word that is not known: the nearest one, or all of them."""
    if near := difflib.get_close_matches(word, known, n=1):
        return f"did you mean {near[0]!r}?"
    return f"write {listed(sorted(known))}"


def listed(words: Iterable[str], conjunction: str = "or") -> str:
    """`a, b or c`."""
    *most, last = words
    return f"{', '.join(most)} {conjunction} {last}" if most else last


def shown(value: object) -> str:
    """A value as the administrator wrote it, cut to a readable length."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text {value!r}" if len(value) <= 40 else f"the text {value[:40]!r}…"
        case list():
            return "a list"
        case _:
            return "a section of its own"
