"""Which clips are made anew, and which go: the build of the prompts."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from ivr.adapters import clips
from ivr.adapters.clips import ClipKey, Made
from ivr.domain.call import Language
from ivr.domain.phrase import PAUSE_S
from ivr.domain.service import Service
from ivr.errors import Refusal

AT_ONCE: Final = 2
ALAW_SILENCE: Final = b"\xd5"
MUSIC: Final = ClipKey("music/hold")

Progress = Callable[[int, int], None]
"""Told how many clips of how many are made."""


class Synthesiser(Protocol):
    """Whoever speaks the texts."""

    @property
    def voice(self) -> str:
        """What changes the sound of a clip besides its text; another voice speaks all anew."""
        ...

    def speak(self, text: str, language: Language, target: Path) -> None:
        """Write the text, spoken, to the file as 8 kHz A-law. Raises Refusal."""
        ...


@dataclass(frozen=True, kw_only=True)
class _Order:
    """A clip to be made."""

    clip: ClipKey
    text: str
    hash: str


def build(
    service: Service,
    out: Path,
    synthesiser: Synthesiser,
    *,
    progress: Progress = lambda done, total: None,
) -> int:
    """Make every clip that is missing or changed, and remove those of no prompt.

    Returns how many were made; those made before a failure are kept. Raises Refusal for
    what cannot be spoken or written.
    """
    orders = _orders(service, synthesiser.voice)
    known = clips.read_manifest(out)
    made = {order.clip: known[order.clip] for order in orders if _is_made(out, order, known)}
    due = [order for order in orders if order.clip not in made]
    try:
        made.update(_make_all(due, out, synthesiser, progress))
    finally:
        _remove_others(out, orders)
        if made != known:
            clips.write_manifest(out, made)
    return len(due)


def _orders(service: Service, voice: str) -> Sequence[_Order]:
    texts = clips.wanted(service)
    spoken = [
        _Order(clip=clip, text=text, hash=_hash(voice, clip, text)) for clip, text in texts.items()
    ]
    music = _Order(clip=MUSIC, text="", hash=_hash(clips.source("music.py")))
    return [*spoken, music]


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _is_made(out: Path, order: _Order, known: Mapping[ClipKey, Made]) -> bool:
    entry = known.get(order.clip)
    return (
        entry is not None
        and entry.hash == order.hash
        and entry.seconds == clips.seconds(clips.path(out, order.clip))
    )


def _make_all(
    due: Sequence[_Order], out: Path, synthesiser: Synthesiser, progress: Progress
) -> Iterator[tuple[ClipKey, Made]]:
    # In order: when one fails, all before it are known, and the rest are not begun.
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="studio") as pool:
        makings = pool.map(lambda order: _make(order, out, synthesiser), due)
        for done, entry in enumerate(makings, 1):
            yield entry
            progress(done, len(due))


def _make(order: _Order, out: Path, synthesiser: Synthesiser) -> tuple[ClipKey, Made]:
    target = clips.path(out, order.clip)
    if order.clip == MUSIC:
        # As for sound in synthesis.py: not loaded by a start that has nothing to make.
        from ivr.adapters import music  # noqa: PLC0415

        clips.write(target, music.hold())
    elif order.text:
        synthesiser.speak(order.text, Language(order.clip.partition("/")[0]), target)
    else:
        clips.write(target, ALAW_SILENCE * round(PAUSE_S * clips.RATE))
    length = clips.seconds(target)
    if length is None:
        raise Refusal(f"{order.clip} was spoken into no file: {target} is missing")
    return order.clip, Made(text=order.text, hash=order.hash, seconds=length)


def _remove_others(out: Path, orders: Sequence[_Order]) -> None:
    wanted = {clips.path(out, order.clip) for order in orders}
    for language in Language:
        for file in (out / language).rglob(f"*{clips.SUFFIX}"):
            if file not in wanted:
                file.unlink()
