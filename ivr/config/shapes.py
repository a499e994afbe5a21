"""What an editor is told of the kinds of value that an administrator writes."""

import re
from enum import StrEnum
from typing import Final

from pydantic import WithJsonSchema

YES_OR_NO: Final = WithJsonSchema({"enum": ["yes", "no", True, False]})


def text(longest: int, *, optional: bool = False) -> WithJsonSchema:
    """A line of text that is not blank."""
    return WithJsonSchema(
        {"type": _text(optional=optional), "minLength": 1, "maxLength": longest, "pattern": r"\S"}
    )


def pattern(whole: re.Pattern[str], *examples: str, optional: bool = False) -> WithJsonSchema:
    """A text that has to match as a whole."""
    shape = {"type": _text(optional=optional), "pattern": f"^({whole.pattern})$"}
    return WithJsonSchema(shape | ({"examples": list(examples)} if examples else {}))


def number_or_text(
    digits: re.Pattern[str], *, least: int, most: int, example: int
) -> WithJsonSchema:
    """Digits that may be written as a number, or as text where the first is a zero."""
    return WithJsonSchema(
        {
            "type": ["integer", "string"],
            "pattern": f"^({digits.pattern})$",
            "minimum": least,
            "maximum": most,
            "examples": [example],
        }
    )


def one_of(kind: type[StrEnum]) -> WithJsonSchema:
    """One of the words of a choice."""
    return WithJsonSchema({"type": "string", "enum": [choice.value for choice in kind]})


def _text(*, optional: bool) -> str | list[str]:
    return ["string", "null"] if optional else "string"
