"""How a prompt's text is cut into clips and slots, and how its figures are read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import count
from typing import Final, assert_never

from ivr.domain import numerals
from ivr.domain.call import Language
from ivr.domain.phrase import PAUSE, ClipId, clip_id

SENTENCE_END: Final = (".", "!", "?")
_SLOT = re.compile(r"\{([a-z_]+)\}")
_PUNCTUATION = " \t\n.,;:!?–-"


class FaultKind(StrEnum):
    """Why a text cannot be what a prompt says."""

    EMPTY = "empty"
    STRAY_BRACE = "stray_brace"  # that encloses no slot
    UNKNOWN_SLOT = "unknown_slot"
    MISSING_SLOT = "missing_slot"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What is wrong with a text: the piece or the slot, and the slots that it may hold."""

    kind: FaultKind
    found: str = ""
    possible: tuple[str, ...] = ()


class Unspeakable(ValueError):
    """A text that cannot be cut into clips and slots."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(f"{fault.kind}: {fault.found!r}")


@dataclass(frozen=True)
class Gap:
    """The place of a slot in a prompt."""

    slot: str


@dataclass(frozen=True)
class Words:
    """A clip of a prompt and its text; the pause has no text."""

    clip: ClipId
    text: str


Script = tuple[Words | Gap, ...]


def fragments(text: str) -> tuple[str | Gap, ...]:
    """The text's pieces and slots in order; pieces of punctuation alone vanish.

    Raises Unspeakable for an empty text and for a brace that encloses no slot.
    """
    pieces: list[str | Gap] = []
    for index, piece in enumerate(_SLOT.split(text)):
        if index % 2:
            pieces.append(Gap(piece))
        elif "{" in piece or "}" in piece:
            raise Unspeakable(Fault(kind=FaultKind.STRAY_BRACE, found=piece))
        elif piece.strip(_PUNCTUATION):
            pieces.append(piece.strip())
    if not pieces:
        raise Unspeakable(Fault(kind=FaultKind.EMPTY))
    return tuple(pieces)


def script(prompt: str, text: str, language: Language) -> Script:
    """The clips and slots that say the prompt.

    The clips are called `prompt`, or `prompt.1`, `prompt.2` … where slots part them.
    """
    pieces = fragments(text)
    parted = any(isinstance(piece, Gap) for piece in pieces)
    numbers = count(1)
    parts: list[Words | Gap] = []
    for piece in pieces:
        match piece:
            case Gap():
                parts.append(piece)
            case str():
                name = f"{prompt}.{next(numbers)}" if parted else prompt
                parts.extend(_words(clip_id(name), piece, language))
    return tuple(parts)


def _words(clip: ClipId, piece: str, language: Language) -> Iterator[Words]:
    # What begins with a full stop stands after a slot that ended a sentence.
    if piece.startswith(SENTENCE_END):
        yield Words(PAUSE, "")
    yield Words(clip, in_words(_with_ending(piece.lstrip(_PUNCTUATION)), language))


def _with_ending(piece: str) -> str:
    return piece if piece[-1] in _PUNCTUATION else f"{piece},"


def in_words(text: str, language: Language) -> str:
    """The text with its figures spelled: up to 99 as a number, longer ones digit by digit."""
    return re.sub("[0-9]+", lambda figures: _figures(figures[0], language), text)


def _figures(figures: str, language: Language) -> str:
    match language:
        case Language.FI:
            cardinal = numerals.cardinal_fi
        case Language.SV:
            cardinal = numerals.cardinal_sv
        case _:
            assert_never(language)
    if len(figures) <= 2:
        return cardinal(int(figures))
    return " ".join(cardinal(int(figure)) for figure in figures)
