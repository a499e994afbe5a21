"""Where the clips lie and what is known of each: `OUT/{fi,sv}/CLIP.alaw` and `OUT/manifest.json`.

A clip is headerless 8 kHz A-law (ITU-T G.711), one byte a sample; beside it lies `CLIP.wav16`,
the same at 16 kHz. Asterisk plays whichever is nearer to the codec of the call.
"""

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, NewType

from ivr.domain.call import Language
from ivr.domain.phrase import ClipId
from ivr.domain.prompts import clip_texts
from ivr.domain.service import Service
from ivr.errors import Refusal

RATE: Final = 8000
SUFFIX: Final = ".alaw"
WIDE_RATE: Final = 16000
WIDE_SUFFIX: Final = ".wav16"
_WAV_HEADER: Final = 44  # bytes
CURE: Final = "run `make setup` or `ivr prompts build`"

ClipKey = NewType("ClipKey", str)  # `fi/welcome`: the clip's path under OUT, without its suffix
MUSIC: Final = ClipKey("music/hold")


class Flaw(StrEnum):
    """What was wrong with the sound that a clip was made of."""

    CLIPPED = "clipped"
    QUIET = "too quiet"


@dataclass(frozen=True, kw_only=True)
class Sounds:
    """A clip ready to be played: as A-law, and as a WAV at WIDE_RATE, which music does without."""

    narrow: bytes
    wide: bytes | None
    flaws: tuple[Flaw, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Made:
    """A clip as it was made. `hash` covers its text and its voice; `seconds` is its length.

    `recording` is the hash of the person's recording that there is of it, and `recorded` the
    text that this was taken for; `by_machine` while a machine speaks it all the same.
    """

    text: str
    hash: str
    seconds: float
    by_machine: bool = True
    flaws: tuple[Flaw, ...] = ()
    recording: str | None = None
    recorded: str | None = None


def key(language: Language, clip: ClipId) -> ClipKey:
    """The name of a clip in the manifest."""
    return ClipKey(f"{language}/{clip}")


def path(out: Path, clip: ClipKey) -> Path:
    """The file of a clip."""
    return out / f"{clip}{SUFFIX}"


def wide_path(out: Path, clip: ClipKey) -> Path:
    """The file of a clip at WIDE_RATE."""
    return out / f"{clip}{WIDE_SUFFIX}"


def seconds(file: Path) -> float | None:
    """How long a clip's file lasts; None if there is no such file."""
    try:
        return file.stat().st_size / RATE
    except FileNotFoundError:
        return None


def whole(out: Path, clip: ClipKey, length: float) -> bool:
    """Whether the clip's files are there, all of this length in seconds."""
    if seconds(path(out, clip)) != length:
        return False
    try:
        size = wide_path(out, clip).stat().st_size
    except FileNotFoundError:
        return clip == MUSIC
    return size == _WAV_HEADER + round(length * 2 * WIDE_RATE)


def wanted(service: Service) -> Mapping[ClipKey, str]:
    """The text of every clip that the service needs.

    Raises Refusal for a text or a name that cannot be spoken.
    """
    try:
        return {
            key(language, clip): text
            for language in Language
            for clip, text in clip_texts(service, language).items()
        }
    except ValueError as error:
        raise Refusal(f"the prompts cannot be spoken: {error}") from error


def source(module: str) -> str:
    """The code of a module here that makes sound: who changes it makes all clips anew."""
    return Path(__file__).with_name(module).read_text("utf-8")


def read_manifest(out: Path) -> Mapping[ClipKey, Made]:
    """What has been made; empty where nothing has, or where the manifest is damaged."""
    try:
        entries = json.loads((out / "manifest.json").read_text("utf-8"))
        return {ClipKey(name): _made(entry) for name, entry in entries.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError):
        # It describes what can be made again: an unreadable one only costs the making.
        return {}


def _made(entry: Mapping[str, Any]) -> Made:
    return replace(Made(**entry), flaws=tuple(Flaw(flaw) for flaw in entry.get("flaws", ())))


def write_manifest(out: Path, made: Mapping[ClipKey, Made]) -> None:
    """Replace the manifest in one step."""
    entries = {name: asdict(entry) for name, entry in sorted(made.items())}
    text = json.dumps(entries, ensure_ascii=False, indent=1)
    write(out / "manifest.json", text.encode())


def write(target: Path, data: bytes) -> None:
    """Write a file so that a reader sees the old one or the whole new one, never a part."""
    draft = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.write_bytes(data)
        draft.replace(target)
    except OSError as error:
        if draft.exists():
            draft.unlink()
        reason = error.strerror or error
        raise Refusal(f"{target} cannot be written: {reason}; free or unlock its folder") from error
