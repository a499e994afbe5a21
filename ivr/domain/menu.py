"""What a key, a wrong key or silence means while a question is being asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Question(Generic[T]):
    """One question with its answers by DTMF key.

    `timeout_s` is the silence allowed after the prompt's end; `retries` how often
    the question is put again after the first time.
    """

    options: Mapping[str, T]
    timeout_s: float
    retries: int


@dataclass(frozen=True, kw_only=True)
class Chosen(Generic[T]):
    """The caller pressed the key of this answer."""

    value: T


@dataclass(frozen=True, kw_only=True)
class NoMatch:
    """The caller pressed a key that is no answer."""


@dataclass(frozen=True, kw_only=True)
class NoAnswer:
    """The caller pressed nothing."""


@dataclass(frozen=True, kw_only=True)
class AskAgain:
    """The question is put again, because of this."""

    because: NoMatch | NoAnswer


def judge(
    question: Question[T], *, attempt: int, key: str | None
) -> Chosen[T] | NoMatch | NoAnswer | AskAgain:
    """What the key pressed (None: silence) in this attempt (from 0) leads to."""
    if key is not None and key in question.options:
        return Chosen(value=question.options[key])
    ending = NoAnswer() if key is None else NoMatch()
    return AskAgain(because=ending) if attempt < question.retries else ending
