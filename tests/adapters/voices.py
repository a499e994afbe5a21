"""A small service and a voice of plain tones, for the tests of what is built and played."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import yaml

from ivr.adapters import wav
from ivr.adapters.clips import RATE, WIDE_RATE, Sounds
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


def copied(built: Path, to: Path) -> Path:
    """The prompts of one folder in another, to be built upon: no file is written in place."""
    shutil.copytree(built, to, dirs_exist_ok=True, copy_function=os.link)
    return to


@dataclass
class Tones:
    """Speaks a text as a sound as long as the text, and remembers what it spoke."""

    voice: str = "tones"
    mute_from: int | None = None
    spoken: list[tuple[Language, str]] = field(default_factory=list)

    def speak(self, text: str, language: Language) -> Sounds:
        """The sound; from the `mute_from`th text on, refuse."""
        if self.mute_from is not None and len(self.spoken) >= self.mute_from:
            raise Refusal(f"no voice for {text!r}")
        self.spoken.append((language, text))
        pairs = round(len(text) * SECONDS_PER_LETTER * RATE / 2)
        wide = wav.written(np.full(2 * pairs * WIDE_RATE // RATE, 0.5), WIDE_RATE)
        return Sounds(narrow=b"\x2a\xaa" * pairs, wide=wide)
