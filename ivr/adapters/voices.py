"""Who speaks the texts: espeak-ng, or whatever command the configuration names."""

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from ivr.domain.call import Language
from ivr.domain.pace import syllables
from ivr.errors import Refusal

SPEAK_TIMEOUT_S: Final = 30.0
ORDINARY_WPM: Final = 150  # what {wpm} is at a command's ordinary speed

# As espeak-ng counts, in words of English length. Finnish words are longer: at one setting
# Finnish takes half as long again as Swedish for the same prompt.
_WORDS_PER_MINUTE: Final[Mapping[Language, int]] = {Language.FI: 165, Language.SV: 135}
_SLOWEST_WPM, _FASTEST_WPM = 80, 450  # what espeak-ng takes

# How long espeak-ng takes, in units of a second at one word a minute: for each syllable, full
# stop and comma, and once. Fitted to the shipped prompts; a wrong guess costs a second taking.
_EFFORT: Final[Mapping[Language, tuple[float, float, float, float]]] = {
    Language.FI: (27.3, 81.2, 57.7, -41.6),
    Language.SV: (29.6, 88.5, 68.4, -29.6),
}

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


class Engine(Protocol):
    """A program that speaks."""

    @property
    def name(self) -> str:
        """What changes its sound, besides our own code."""
        ...

    def foreseen(self, text: str, language: Language) -> float | None:
        """About how many seconds it takes at its ordinary speed; None where that is not known."""
        ...

    def take(self, text: str, language: Language, stretch: float) -> bytes:
        """The text, spoken, as a WAV; `stretch` times as long as at its ordinary speed.

        Raises Refusal.
        """
        ...


class Installed:
    """The programs that are installed on this host."""

    def command(self, program: str, *args: str) -> list[str]:
        """As it would be typed."""
        return [program, *args]

    def environment(self) -> Mapping[str, str]:
        """Nothing."""
        return {}


@dataclass(frozen=True, kw_only=True)
class Espeak:
    """espeak-ng (GPL: a tool only). Its voice stands in for that of a person."""

    programs: Programs

    @property
    def name(self) -> str:
        """What changes its sound, besides our own code."""
        return "espeak-ng"

    def foreseen(self, text: str, language: Language) -> float:
        """About how many seconds it takes at its ordinary speed."""
        a_syllable, a_stop, a_comma, once = _EFFORT[language]
        effort = a_syllable * syllables(text, language) + once
        effort += a_stop * len(re.findall("[.!?]", text)) + a_comma * text.count(",")
        return max(effort, a_syllable) / _WORDS_PER_MINUTE[language]

    def take(self, text: str, language: Language, stretch: float) -> bytes:
        """The text, spoken, as a WAV. Raises Refusal."""
        asked = round(_WORDS_PER_MINUTE[language] / stretch)
        speed = min(max(asked, _SLOWEST_WPM), _FASTEST_WPM)
        command = self.programs.command(
            "espeak-ng", "-v", language, "-s", str(speed), "-b", "1", "--stdin", "--stdout"
        )  # fmt: skip
        environment = {**os.environ, **self.programs.environment()}
        return _run("espeak-ng", command, _respelled(text, language), environment=environment)


@dataclass(frozen=True, kw_only=True)
class Command:
    """Any command: its words, with {language}, {output}, and {wpm} or {stretch} in them.

    The text comes on its standard input (UTF-8); it writes a WAV to {output}. One that knows
    neither {wpm} nor {stretch} speaks at one speed.
    """

    words: Sequence[str]
    timeout_s: float = SPEAK_TIMEOUT_S

    @property
    def name(self) -> str:
        """What changes its sound, besides our own code."""
        return "\0".join(self.words)

    def foreseen(self, text: str, language: Language) -> None:
        """Nothing is known of it."""

    def take(self, text: str, language: Language, stretch: float) -> bytes:
        """The text, spoken, as a WAV. Raises Refusal."""
        with tempfile.TemporaryDirectory(prefix="ivr-speech-") as folder:
            output = Path(folder) / "spoken.wav"
            filled = {
                "{language}": language.value,
                "{output}": str(output),
                "{wpm}": str(round(ORDINARY_WPM / stretch)),
                "{stretch}": f"{stretch:.3f}",
            }
            command = [_filled(word, filled) for word in self.words]
            _run(self.words[0], command, text, timeout_s=self.timeout_s)
            try:
                return output.read_bytes()
            except OSError as error:
                raise Refusal(
                    f"{self.words[0]} wrote no sound of {text!r} to {{output}}: correct"
                    " IVR_SPEECH_COMMAND"
                ) from error


def _filled(word: str, filled: Mapping[str, str]) -> str:
    for slot, value in filled.items():
        word = word.replace(slot, value)
    return word


def _respelled(text: str, language: Language) -> str:
    spellings = _RESPELLED[language]
    return re.sub(r"\w+", lambda word: spellings.get(word[0].lower(), word[0]), text)


def _run(
    name: str,
    command: Sequence[str],
    text: str,
    *,
    environment: Mapping[str, str] | None = None,
    timeout_s: float = SPEAK_TIMEOUT_S,
) -> bytes:
    """What the program writes to its standard output. Raises Refusal if it fails or hangs."""
    try:
        # A session of its own: what it has started in turn is ended with it.
        with subprocess.Popen(
            command, env=environment, start_new_session=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            try:
                said, complained = process.communicate(text.encode(), timeout_s)
            except BaseException:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
                raise
    except subprocess.TimeoutExpired:
        raise Refusal(
            f"{name} did not speak {text!r}: it had not ended after {timeout_s:g} s"
        ) from None
    except OSError as error:
        raise Refusal(f"{name} did not speak {text!r}: {error.strerror or error}") from error
    if process.returncode != 0:
        reason = " ".join(complained.decode(errors="replace").split()) or "it did not say why"
        raise Refusal(f"{name} did not speak {text!r}: {reason} (exit {process.returncode})")
    return said
