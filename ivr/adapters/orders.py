"""What each clip is to be made of, and whether it has been: a text, or a person's recording."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.adapters import clips
from ivr.adapters.clips import ClipKey, Made
from ivr.adapters.recordings import Recording


@dataclass(frozen=True, kw_only=True)
class Order:
    """A clip that the service needs.

    `recording` is what a person has spoken for this text; `outdated` what they spoke for
    another one, the text of which is `recorded`.
    """

    clip: ClipKey
    text: str
    recording: Recording | None = None
    outdated: Recording | None = None
    recorded: str | None = None

    @property
    def trouble(self) -> str | None:
        """Why a recording is not used."""
        if self.outdated is None:
            return None
        return (
            f"{self.outdated.file} is not used: it was recorded for {self.recorded!r}; record it"
            f" anew, or say that it is right: ivr prompts build --confirm {self.clip}"
        )

    def hash(self, voice: str) -> str:
        """What the clip is made of, when `voice` tells who speaks or who levels a recording."""
        source = self.recording.hash if self.recording else ""
        return digest(voice, self.clip, self.text, source)

    def is_in(self, out: Path, made: Made) -> bool:
        """Whether what was made says the text, by whomever, and is there as it was made."""
        return made.text == self.text and clips.whole(out, self.clip, made.seconds)


def orders(
    texts: Mapping[ClipKey, str],
    recordings: Mapping[ClipKey, Recording],
    known: Mapping[ClipKey, Made],
    confirmed: Collection[ClipKey] = (),
) -> Sequence[Order]:
    """What each clip is to be made of.

    A recording whose text has changed since it was taken in is outdated, unless confirmed:
    what the line says is true, and a recording does not tell what it says.
    """
    return [
        _order(clip, text, recordings.get(clip), None if clip in confirmed else known.get(clip))
        for clip, text in texts.items()
    ]


def _order(clip: ClipKey, text: str, recording: Recording | None, known: Made | None) -> Order:
    if recording is None or known is None or known.recording != recording.hash:
        return Order(clip=clip, text=text, recording=recording)
    if known.recorded == text:
        return Order(clip=clip, text=text, recording=recording)
    return Order(clip=clip, text=text, outdated=recording, recorded=known.recorded)


def digest(*parts: str) -> str:
    """A short name for these parts together."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
