"""A small service and a voice of plain tones, for the tests of what is built and played."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from ivr.adapters.clips import RATE, write
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


@dataclass
class Tones:
    """Speaks a text as a sound as long as the text, and remembers what it spoke."""

    voice: str = "tones"
    mute: str | None = None
    spoken: list[tuple[Language, str]] = field(default_factory=list)

    def speak(self, text: str, language: Language, target: Path) -> None:
        """Write the sound; refuse the `mute` text."""
        if text == self.mute:
            raise Refusal(f"no voice for {text!r}")
        self.spoken.append((language, text))
        write(target, b"\x2a\xaa" * round(len(text) * SECONDS_PER_LETTER * RATE / 2))
