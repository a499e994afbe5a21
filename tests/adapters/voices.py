"""A small service and a voice of plain tones, for the tests of what is built and played."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import yaml

from ivr.adapters import clips, sound, studio, wav
from ivr.adapters.clips import RATE, WIDE_RATE, ClipKey, Made, Sounds
from ivr.adapters.inspection import Inspection, inspect
from ivr.domain.call import Language, TopicId
from ivr.domain.service import Service, Topic
from ivr.errors import Refusal

CONFIG = Path(__file__).parents[2] / "config"
SECONDS_PER_LETTER = 0.01


def service(changes: Mapping[str, str] | None = None) -> Service:
    """The shipped prompts, with these Finnish ones changed."""
    topic = Topic(
        id=TopicId("families"),
        key="1",
        name={Language.FI: "Lapsiperheet", Language.SV: "Barnfamiljer"},
    )
    texts = {
        language: yaml.safe_load((CONFIG / f"prompts.{language}.yaml").read_text("utf-8"))
        for language in Language
    }
    texts[Language.FI].update(changes or {})
    return Service(
        region={
            Language.FI: "Länsi-Uudenmaan hyvinvointialueen",
            Language.SV: "Västra Nylands välfärdsområde",
        },
        crisis_number="0981642439",
        lines=(),
        topics={topic.id: topic},
        counsellors=(),
        prompts=texts,
    )


def melody(seconds: float = 2.0, rate: int = 48000, amplitude: float = 0.3) -> sound.Samples:
    """Tones with pauses, as somebody might record them."""
    at = np.arange(round(seconds * rate)) / rate
    tones: sound.Samples = amplitude * np.sin(2 * np.pi * 500 * at) * (at % 0.5 < 0.4)
    return tones


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """A folder of prompts, beside it one of recordings: a few prompts, as the others are alike."""

    out: Path
    folder: Path

    def record(self, name: str = "fi/welcome.wav", content: bytes | None = None) -> Path:
        """Put a recording there."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(wav.written(melody(), 48000) if content is None else content)
        return file

    def build(self, *confirmed: ClipKey, **changes: str) -> studio.Built:
        """Build, with these Finnish texts changed."""
        changed = service(changes)
        return studio.build(changed, self.out, Tones(), recorded=self.folder, confirmed=confirmed)

    def made(self, clip: str = "fi/welcome") -> Made:
        """What is known of a clip."""
        return clips.read_manifest(self.out)[ClipKey(clip)]

    def inspected(self, **changes: str) -> Inspection:
        """What check finds."""
        return inspect(service(changes), self.out, self.folder)

    def wrong(self, **changes: str) -> list[str]:
        """What check finds to be wrong."""
        return list(self.inspected(**changes).wrong)


def copied(built: Path, to: Path) -> Path:
    """The prompts of one folder in another, to be built upon: no file is written in place."""
    shutil.copytree(built, to, dirs_exist_ok=True, copy_function=os.link)
    return to


@dataclass
class Tones:
    """Speaks a text as a sound as long as the text, and remembers what it spoke."""

    voice: str = "tones"
    mute: str | None = None
    spoken: list[tuple[Language, str]] = field(default_factory=list)

    def speak(self, text: str, language: Language) -> Sounds:
        """The sound; refuse the `mute` text."""
        if text == self.mute:
            raise Refusal(f"no voice for {text!r}")
        self.spoken.append((language, text))
        pairs = round(len(text) * SECONDS_PER_LETTER * RATE / 2)
        wide = wav.written(np.full(2 * pairs * WIDE_RATE // RATE, 0.5), WIDE_RATE)
        return Sounds(narrow=b"\x2a\xaa" * pairs, wide=wide)
