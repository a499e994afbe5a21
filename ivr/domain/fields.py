"""How a short JSON object from outside is read: each field as what it is, or not at all."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

T = TypeVar("T")


def parse(text: str, *, most: int) -> dict[str, object]:
    """The JSON object of at most so many characters. Raises ValueError for anything else."""
    if len(text) > most:
        raise ValueError(f"{len(text)} characters, where {most} fit")
    try:
        value = json.loads(text)
    except RecursionError:  # a thousand opening brackets are no ValueError to the json module
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError(f"not an object but a {type(value).__name__}")  # noqa: TRY004 - garbage
    return value


def written(at: datetime) -> str:
    """An instant as text, in UTC. Raises ValueError for a time without a zone."""
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone: {at.isoformat()}")
    return at.astimezone(UTC).isoformat()


def read_time(text: str) -> datetime:
    """The instant that `written` wrote. Raises ValueError."""
    at = datetime.fromisoformat(text)
    if at.utcoffset() != timedelta(0):
        raise ValueError(f"a time that is not UTC: {text!r}")
    return at.replace(tzinfo=UTC)


def read_day(text: str) -> date:
    """The day written as `2026-11-23`. Raises ValueError."""
    return date.fromisoformat(text)


@dataclass(frozen=True)
class Fields:
    """The fields, each taken as what it is; every method raises ValueError for another kind."""

    left: dict[str, object]

    def version(self) -> None:
        """Refuse what has no version."""
        version = self.take("v")
        if type(version) is not int or version < 1:
            raise ValueError(f"version {version!r}, where versions from 1 are read")

    def take(self, key: str) -> object:
        """The value, whatever it is; None where there is none."""
        return self.left.pop(key, None)

    def some(self, key: str) -> str | None:
        """A text that may be missing."""
        value = self.take(key)
        if value is not None and not isinstance(value, str):
            raise ValueError(f"{key} is a text, not {value!r}")
        return value

    def maybe(self, key: str, read: Callable[[str], T]) -> T | None:
        """A text that may be missing, read."""
        value = self.some(key)
        return None if value is None else read(value)

    def text(self, key: str) -> str:
        """A text."""
        value = self.some(key)
        if value is None:
            raise ValueError(f"{key} is missing")
        return value

    def several(self, key: str) -> "list[Fields]":
        """Objects in a list, each with fields of its own; none where it is missing."""
        value = self.left.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise ValueError(f"{key} is a list of objects, not {value!r}")
        return [Fields(dict(each)) for each in value]

    def count(self, key: str) -> int:
        """A whole number from 0."""
        value = self.take(key)
        if type(value) is not int or value < 0:
            raise ValueError(f"{key} is a count, not {value!r}")
        return value

    def flag(self, key: str) -> bool:
        """True or false; false where it is missing."""
        value = self.left.pop(key, False)
        if not isinstance(value, bool):
            raise ValueError(f"{key} is true or false, not {value!r}")  # noqa: TRY004 - garbage
        return value
