"""Which clips are made anew, of which voice, and which go: the build of the prompts."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from ivr.adapters import clips, synthesis
from ivr.adapters.clips import ClipKey, Made, Sounds
from ivr.adapters.orders import Order, digest, orders
from ivr.adapters.recordings import Recordings, found
from ivr.domain.call import Language
from ivr.domain.phrase import PAUSE_S
from ivr.domain.service import Service
from ivr.errors import Refusal

AT_ONCE: Final = 2

Progress = Callable[[int, int], None]
"""Told how many clips of how many are made."""


class Synthesiser(Protocol):
    """Whoever speaks the texts."""

    @property
    def voice(self) -> str:
        """What changes the sound of a clip besides its text; another voice speaks all anew."""
        ...

    def speak(self, text: str, language: Language) -> Sounds:
        """The text, spoken. Raises Refusal."""
        ...


@dataclass(frozen=True, kw_only=True)
class Built:
    """How many clips were made, and a sentence for each recording that was not used."""

    made: int
    unused: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class _Making:
    """What came of one clip; `kept` is what there was before."""

    clip: ClipKey
    made: Made
    kept: bool = False
    trouble: str | None = None


def build(
    service: Service,
    out: Path,
    synthesiser: Synthesiser,
    *,
    recorded: Path | None = None,
    confirmed: Collection[ClipKey] = (),
    progress: Progress = lambda done, total: None,
) -> Built:
    """Make every clip that is missing or changed, and remove those of no prompt.

    `recorded` is the folder of people's recordings, which go before the synthesiser. One whose
    text has changed since it was taken in is used no more, unless its clip is `confirmed`. One
    that cannot be used leaves the clip as it was, if that says the text, else to the
    synthesiser. What was made before a failure is kept. Raises Refusal for what cannot be
    spoken or written.
    """
    texts = clips.wanted(service)
    given = found(recorded, texts) if recorded else Recordings()
    known = clips.read_manifest(out)
    wanted = [
        *orders(texts, given.by_clip, known, confirmed),
        Order(clip=clips.MUSIC, text=""),
    ]
    studio = _Studio(
        out=out,
        synthesiser=synthesiser,
        known=known,
        machine=digest(synthesiser.voice),
        levelling=digest(synthesis.sound_code()),
    )
    due = [order for order in wanted if not studio.has(order)]
    undone = {order.clip for order in due}
    made = {order.clip: known[order.clip] for order in wanted if order.clip not in undone}
    makings: list[_Making] = []
    if replaced := {clip: replace(known[clip], hash="") for clip in undone if clip in known}:
        # Killed meanwhile, we would take a new sound for that of the old text.
        clips.write_manifest(out, {**made, **replaced})
    try:
        for making in studio.make_all(due, progress):
            makings.append(making)
            made[making.clip] = making.made
    finally:
        _remove_others(out, wanted)
        if replaced or made != known:
            clips.write_manifest(out, {**replaced, **made})
    troubles = [*(order.trouble for order in wanted), *(making.trouble for making in makings)]
    return Built(
        made=sum(not making.kept for making in makings),
        unused=[*given.useless, *(trouble for trouble in troubles if trouble)],
    )


@dataclass(frozen=True, kw_only=True)
class _Studio:
    """Where clips are made, who speaks, and what was made there before.

    `machine` and `levelling` stand for what changes the sound of a text and of a recording.
    """

    out: Path
    synthesiser: Synthesiser
    known: Mapping[ClipKey, Made]
    machine: str
    levelling: str

    def has(self, order: Order) -> bool:
        """Whether the clip is there as it would be made now."""
        known = self.known.get(order.clip)
        return (
            known is not None and known.hash == self._hash(order) and order.is_in(self.out, known)
        )

    def make_all(self, due: Sequence[Order], progress: Progress) -> Iterator[_Making]:
        """Make the clips in order: when one fails, all before it are known, and no more begun."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="studio") as pool:
            for done, making in enumerate(pool.map(self._make, due), 1):
                yield making
                progress(done, len(due))

    def _make(self, order: Order) -> _Making:
        if order.recording is None:
            return _Making(clip=order.clip, made=self._spoken(order))
        try:
            sounds = synthesis.of_recording(order.recording.file, order.text)
        except Refusal as refusal:
            return self._without(order, str(refusal))
        return _Making(clip=order.clip, made=self._written(order, sounds))

    def _without(self, order: Order, trouble: str) -> _Making:
        """What there is where a recording cannot be used."""
        known = self.known.get(order.clip)
        if known is not None and order.is_in(self.out, known):
            return _Making(clip=order.clip, made=known, kept=True, trouble=trouble)
        spoken = self._spoken(replace(order, recording=None))
        return _Making(clip=order.clip, made=spoken, trouble=trouble)

    def _spoken(self, order: Order) -> Made:
        if order.clip == clips.MUSIC:
            # As for sound in synthesis.py: not loaded by a start that has nothing to make.
            from ivr.adapters import music  # noqa: PLC0415

            return self._written(order, Sounds(narrow=music.hold(), wide=None))
        if not order.text:
            return self._written(order, synthesis.silence(PAUSE_S))
        language = Language(order.clip.partition("/")[0])
        return self._written(order, self.synthesiser.speak(order.text, language))

    def _written(self, order: Order, sounds: Sounds) -> Made:
        clips.write(clips.path(self.out, order.clip), sounds.narrow)
        if sounds.wide is not None:
            clips.write(clips.wide_path(self.out, order.clip), sounds.wide)
        kept = order.recording or order.outdated
        return Made(
            text=order.text,
            hash=self._hash(order),
            seconds=len(sounds.narrow) / clips.RATE,
            by_machine=order.recording is None,
            flaws=sounds.flaws,
            recording=kept.hash if kept else None,
            recorded=order.text if order.recording else order.recorded,
        )

    def _hash(self, order: Order) -> str:
        if order.clip == clips.MUSIC:
            return digest(clips.source("music.py"))
        return order.hash(self.levelling if order.recording else self.machine)


def _remove_others(out: Path, wanted: Sequence[Order]) -> None:
    needed = {order.clip for order in wanted}
    for language in Language:
        for suffix in (clips.SUFFIX, clips.WIDE_SUFFIX):
            for file in (out / language).rglob(f"*{suffix}"):
                if file.relative_to(out).as_posix().removesuffix(suffix) not in needed:
                    file.unlink()
