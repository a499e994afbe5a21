"""The line's voice, as scenes use it."""

from dataclasses import dataclass
from typing import NewType, Protocol

from ivr.domain.call import Language
from ivr.domain.phrase import Slot

Media = NewType("Media", str)
"""Absolute path of a sound file, without its extension; or `recording:` and a recording's name."""


@dataclass(frozen=True, kw_only=True)
class Utterance:
    """Sound files to be played one after another, and how long they last together (seconds)."""

    media: tuple[Media, ...]
    seconds: float


class Speech(Protocol):
    """The prompts, spoken."""

    def utter(self, language: Language, prompt: str, /, **slots: Slot) -> Utterance:
        """The sound of one prompt with its slots filled. Raises KeyError for an unknown prompt."""
        ...
