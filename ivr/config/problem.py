"""What is wrong in the configuration: every mistake with its place and its cure."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ivr.config.message import Message, Tongue
from ivr.errors import Refusal


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake: where it is, counted from 1, and in `text` what is wrong and what is right."""

    file: Path
    line: int
    column: int
    text: Message

    @property
    def place(self) -> str:
        """`config/lines.yaml:12:5`, a form that editors can follow."""
        return f"{self.file}:{self.line}:{self.column}"

    def said(self, tongue: Tongue) -> str:
        """The place and the text in one line."""
        return f"{self.place}: {self.text.said(tongue)}"

    def __str__(self) -> str:
        return self.said(Tongue.EN)


class ConfigurationError(Refusal):
    """The configuration cannot be used; the message has one line for every mistake."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_order(problems)
        super().__init__("\n".join(map(str, self.problems)))


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems, each once, as they stand in the files."""
    return tuple(sorted(set(problems), key=lambda it: (it.file, it.line, it.column, str(it.text))))
