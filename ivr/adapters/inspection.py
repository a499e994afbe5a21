"""What is wrong with the spoken prompts as they lie there, and which a machine still speaks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from ivr.adapters import clips
from ivr.adapters.clips import ClipKey, Flaw, Made
from ivr.adapters.orders import Order, orders
from ivr.adapters.recordings import found
from ivr.adapters.synthesis import of_recording
from ivr.domain import pace
from ivr.domain.call import Language
from ivr.domain.prompts import APOLOGY
from ivr.domain.service import Service
from ivr.errors import Refusal


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """Sentences on what is wrong and on what is doubtful, and the clips without a person's voice.

    `clips` counts all that the service needs.
    """

    wrong: Sequence[str]
    doubtful: Sequence[str]
    by_machine: Sequence[ClipKey]
    clips: int


def inspect(service: Service, out: Path, recorded: Path) -> Inspection:
    """Look at every clip of the service in `out`, and at the recordings there are for them."""
    texts = clips.wanted(service)
    given, known = found(recorded, texts), clips.read_manifest(out)
    wanted = orders(texts, given.by_clip, known)
    spoken = [(order, known.get(order.clip)) for order in wanted]
    return Inspection(
        wrong=[
            *given.useless,
            *(wrong for order, made in spoken for wrong in _wrong(order, made, out)),
        ],
        doubtful=[doubt for order, made in spoken if made for doubt in _doubts(order, made)],
        by_machine=[
            order.clip for order, made in spoken if order.text and (not made or made.by_machine)
        ],
        clips=sum(1 for order in wanted if order.text),
    )


def _wrong(order: Order, made: Made | None, out: Path) -> Iterator[str]:
    if order.trouble is not None:
        yield order.trouble
    if order.recording is not None and (made is None or made.recording != order.recording.hash):
        yield _not_taken_in(order, order.recording.file)
    elif made is None or not order.is_in(out, made):
        there = clips.path(out, order.clip).exists()
        what = "does not say what the configuration says" if there else "is missing"
        yield f"{order.clip} {what}: run `ivr prompts build`"
    else:
        for flaw in made.flaws:
            yield f"{order.clip} {_cure(flaw)}"
        # The apology is two prompts, each of which is looked at by itself.
        if made.seconds > pace.LONGEST_S and not order.clip.endswith(f"/{APOLOGY}"):
            yield (
                f"{order.clip} is too long: {made.seconds:.0f} s, and {pace.LONGEST_S:g} s are"
                " what one can remember; shorten its text"
            )


def _not_taken_in(order: Order, file: Path) -> str:
    try:
        of_recording(file, order.text)
    except Refusal as refusal:
        return str(refusal)
    return f"{order.clip} was recorded, and is not built yet: run `ivr prompts build`"


def _cure(flaw: Flaw) -> str:
    match flaw:
        case Flaw.CLIPPED:
            return "is clipped: record it again with less gain"
        case Flaw.QUIET:
            return "is too quiet: record it again, louder or closer"
        case _:
            assert_never(flaw)


def _doubts(order: Order, made: Made) -> Iterator[str]:
    span = pace.span(order.text, Language(order.clip.partition("/")[0])) if order.text else None
    if span is not None and made.text == order.text and not span.holds(made.seconds):
        speed = 60 * pace.words(order.text) / made.seconds
        yield (
            f"{order.clip} is said at {speed:.0f} words a minute: {pace.SLOWEST:g} to"
            f" {pace.FASTEST:g} are easy to follow"
        )
