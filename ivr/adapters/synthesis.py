"""How a text becomes a clip: espeak-ng speaks it, and it is made fit for the telephone."""

import io
import os
import re
import subprocess
import wave
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from ivr.adapters import clips
from ivr.domain.call import Language
from ivr.domain.script import SENTENCE_END
from ivr.errors import Refusal

SPEAK_TIMEOUT_S: Final = 30.0

# As espeak-ng counts, in words of English length. Finnish words are longer: at one setting
# Finnish takes half as long again as Swedish for the same prompt.
_WORDS_PER_MINUTE: Final[Mapping[Language, int]] = {Language.FI: 165, Language.SV: 135}

# Words that espeak-ng reads as if they were spelled in Swedish, and a spelling it reads right.
_RESPELLED: Final[Mapping[Language, Mapping[str, str]]] = {
    Language.FI: {},
    Language.SV: {
        "socialservicens": "sosial sörvissens",
        "funktionshinderservice": "funktionshinder sörvis",
        "service": "sörvis",
    },
}


class Programs(Protocol):
    """Where programs are, and how they are started."""

    def command(self, program: str, *args: str) -> list[str]:
        """The command line that starts the program."""
        ...

    def environment(self) -> Mapping[str, str]:
        """The environment variables that the programs need besides our own."""
        ...


@dataclass(frozen=True, kw_only=True)
class EspeakNg:
    """espeak-ng, at a calm speed. Its voice stands in for that of a person (GPL: a tool only)."""

    programs: Programs

    @property
    def voice(self) -> str:
        """What changes the sound of a clip besides its text."""
        return clips.source("sound.py") + clips.source("synthesis.py")

    def speak(self, text: str, language: Language, target: Path) -> None:
        """Write the text, spoken, as A-law. Raises Refusal if it cannot be spoken."""
        # numpy takes a fifth of a second to load; a start with nothing to speak does without.
        from ivr.adapters import sound  # noqa: PLC0415

        samples, rate = _decoded(self._voiced(_respelled(text, language), language))
        if not any(samples):
            raise Refusal(f"espeak-ng made no sound of {text!r}: change the text, or `make setup`")
        clip = sound.spoken(sound.from_pcm16(samples), rate, breath=text.endswith(SENTENCE_END))
        clips.write(target, clip)

    def _voiced(self, text: str, language: Language) -> bytes:
        command = self.programs.command(
            "espeak-ng", "-v", language, "-s", str(_WORDS_PER_MINUTE[language]), "-b", "1",
            "--stdin", "--stdout",
        )  # fmt: skip
        environment = {**os.environ, **self.programs.environment()}
        try:
            done = subprocess.run(
                command, input=text.encode(), env=environment, capture_output=True,
                check=True, timeout=SPEAK_TIMEOUT_S,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            said = getattr(error, "stderr", None) or str(error).encode()
            reason = " ".join(said.decode(errors="replace").split())
            raise Refusal(
                f"espeak-ng did not speak {text!r}: {reason}; run `make setup`"
            ) from error
        return done.stdout


def _respelled(text: str, language: Language) -> str:
    spellings = _RESPELLED[language]
    return re.sub(r"\w+", lambda word: spellings.get(word[0].lower(), word[0]), text)


def _decoded(data: bytes) -> tuple[bytes, int]:
    """The 16-bit samples of a WAV, and how many there are in a second; none of an empty one."""
    if not data:
        return b"", clips.RATE
    with wave.open(io.BytesIO(data)) as spoken:
        return spoken.readframes(spoken.getnframes()), spoken.getframerate()
