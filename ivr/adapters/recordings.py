"""Which recordings by people there are, as `{fi,sv}/ID.wav` in a folder, and which are useless."""

import difflib
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ivr.adapters.clips import ClipKey
from ivr.errors import Refusal
from ivr.regular import content

SUFFIX: Final = ".wav"
MOST_BYTES: Final = 50_000_000  # four minutes at 48 kHz, stereo, 16 bit: no prompt is so long
_NOTES: Final = frozenset({".md", ".txt"})  # what people keep beside recordings


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A person's recording of one clip. `hash` tells one sound from another."""

    file: Path
    hash: str


@dataclass(kw_only=True)
class Recordings:
    """The recordings in a folder by the clip that they are, and a sentence for each other file."""

    by_clip: dict[ClipKey, Recording] = field(default_factory=dict)
    useless: list[str] = field(default_factory=list)


def found(folder: Path, wanted: Mapping[ClipKey, str]) -> Recordings:
    """The recordings of the clips wanted; there may be no such folder."""
    recordings = Recordings()
    for file in _files(folder):
        clip = ClipKey(file.relative_to(folder).with_suffix("").as_posix())
        if file.suffix != SUFFIX:
            recordings.useless.append(f"{file} is not used: only WAV is; save it as {clip}.wav")
        elif clip not in wanted:
            recordings.useless.append(f"{file} is not used: {_no_prompt(clip, wanted)}")
        else:
            try:
                sound = read(file)
            except Refusal as refusal:
                recordings.useless.append(str(refusal))
            else:
                digest = hashlib.sha256(sound).hexdigest()[:16]
                recordings.by_clip[clip] = Recording(file=file, hash=digest)
    return recordings


def read(file: Path) -> bytes:
    """The content of a recording. Raises Refusal."""
    return content(file, MOST_BYTES)


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if not path.is_dir() and not path.name.startswith(".") and path.suffix not in _NOTES:
            yield path


def _no_prompt(clip: ClipKey, wanted: Mapping[ClipKey, str]) -> str:
    pieces = [each for each in wanted if each.rpartition(".")[0] == clip]
    if pieces:
        return f"this prompt is said in pieces; record {', '.join(pieces)}"
    near = difflib.get_close_matches(clip, wanted, n=1)
    return f"there is no prompt {clip}" + (f"; is it {near[0]}?" if near else "")
