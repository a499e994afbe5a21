"""Where the clips lie and what is known of each: `OUT/{fi,sv}/CLIP.alaw` and `OUT/manifest.json`.

A clip is headerless 8 kHz A-law (ITU-T G.711), one byte a sample.
"""

import json
import os
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final, NewType

from ivr.domain.call import Language
from ivr.domain.phrase import ClipId
from ivr.domain.prompts import clip_texts
from ivr.domain.service import Service
from ivr.errors import Refusal

RATE: Final = 8000
SUFFIX: Final = ".alaw"
CURE: Final = "run `make setup` or `ivr prompts build`"

ClipKey = NewType("ClipKey", str)  # `fi/welcome`: the clip's path under OUT, without its suffix


@dataclass(frozen=True, kw_only=True)
class Made:
    """A clip as it was made. `hash` covers its text and its voice; `seconds` is its length."""

    text: str
    hash: str
    seconds: float


def key(language: Language, clip: ClipId) -> ClipKey:
    """The name of a clip in the manifest."""
    return ClipKey(f"{language}/{clip}")


def path(out: Path, clip: ClipKey) -> Path:
    """The file of a clip."""
    return out / f"{clip}{SUFFIX}"


def seconds(file: Path) -> float | None:
    """How long a clip's file lasts; None if there is no such file."""
    try:
        return file.stat().st_size / RATE
    except FileNotFoundError:
        return None


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
        return {ClipKey(name): Made(**entry) for name, entry in entries.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError):
        # It describes what can be made again: an unreadable one only costs the making.
        return {}


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
