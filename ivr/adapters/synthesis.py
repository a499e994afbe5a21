"""How a text or a recording becomes a clip: at the line's pace and level, its flaws known."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ivr.adapters import clips, recordings
from ivr.adapters.clips import Flaw, Sounds
from ivr.adapters.voices import Engine, Espeak, Programs
from ivr.domain import pace
from ivr.domain.call import Language
from ivr.domain.script import SENTENCE_END
from ivr.errors import Refusal

if TYPE_CHECKING:
    from ivr.adapters.wav import Wav

# numpy takes a fifth of a second to load; a start with nothing to speak does without.
# So whatever makes sound is imported where it is made.

TAKES: Final = 4  # a text is spoken so often at most until its pace is right
MOST_STRETCH: Final = 2.0
ALAW_SILENCE: Final = b"\xd5"
QUIET_DBFS: Final = -40.0
_FULL: Final = 0.9
_FLAT: Final = 4  # successive samples at one height: no voice does that


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """Texts spoken by an engine."""

    engine: Engine

    @property
    def voice(self) -> str:
        """What changes the sound of a clip besides its text."""
        pacing = Path(pace.__file__).read_text("utf-8")
        return f"{self.engine.name} {clips.source('voices.py')} {pacing} {sound_code()}"

    def speak(self, text: str, language: Language) -> Sounds:
        """The text, spoken. Raises Refusal if it cannot be."""
        from ivr.adapters import sound  # noqa: PLC0415

        wanted, breath = pace.span(text, language), text.endswith(SENTENCE_END)
        foreseen = self.engine.foreseen(text, language)
        stretch = _bounded(wanted.nearest(foreseen) / foreseen) if wanted and foreseen else 1.0
        for _ in range(TAKES):
            taken = self._take(text, language, stretch)
            voice = sound.voice(taken.samples, taken.rate)
            seconds = sound.lasts(voice, breath=breath)
            if wanted is None or wanted.holds(seconds):
                break
            stretch = _bounded(stretch * wanted.nearest(seconds) / seconds)
        narrow, wide = sound.finished(voice, breath=breath)
        return Sounds(narrow=narrow, wide=wide, flaws=_flaws(taken))

    def _take(self, text: str, language: Language, stretch: float) -> "Wav":
        from ivr.adapters import wav  # noqa: PLC0415

        data = self.engine.take(text, language, stretch)
        engine = self.engine.name.partition("\0")[0]
        try:
            taken = wav.decoded(data) if data else None
        except wav.NoWav as error:
            raise Refusal(f"what {engine} made of {text!r} {error}") from error
        if taken is None or not taken.samples.any():
            raise Refusal(f"{engine} made no sound of {text!r}: change the text, or the command")
        return taken


def _bounded(stretch: float) -> float:
    """What an engine can be asked for and still be understood."""
    return min(max(stretch, 1 / MOST_STRETCH), MOST_STRETCH)


class EspeakNg(Spoken):
    """espeak-ng, at a calm speed."""

    def __init__(self, *, programs: Programs) -> None:
        super().__init__(engine=Espeak(programs=programs))


def sound_code() -> str:
    """The code that makes a clip of sound: who changes it makes all clips anew."""
    names = ("sound.py", "wav.py", "synthesis.py")
    return "".join(clips.source(name) for name in names)


def of_recording(file: Path, text: str) -> Sounds:
    """The clip that a person's recording makes. Raises Refusal for one that cannot be used."""
    from ivr.adapters import sound, wav  # noqa: PLC0415

    try:
        taken = wav.decoded(recordings.read(file))
    except wav.NoWav as error:
        raise Refusal(f"{file} {error}") from error
    voice = sound.voice(taken.samples, taken.rate)
    if not voice.any():
        raise Refusal(f"{file} is silent: record it again")
    narrow, wide = sound.finished(voice, breath=text.endswith(SENTENCE_END))
    return Sounds(narrow=narrow, wide=wide, flaws=_flaws(taken))


def silence(seconds: float) -> Sounds:
    """A clip in which nothing is said."""
    import numpy as np  # noqa: PLC0415

    from ivr.adapters import wav  # noqa: PLC0415

    wide = np.zeros(round(seconds * clips.WIDE_RATE))
    return Sounds(
        narrow=ALAW_SILENCE * round(seconds * clips.RATE),
        wide=wav.written(wide, clips.WIDE_RATE),
    )


def _flaws(taken: "Wav") -> tuple[Flaw, ...]:
    """What is wrong with sound as it came, before it was levelled."""
    import numpy as np  # noqa: PLC0415

    from ivr.adapters import sound  # noqa: PLC0415

    heights = np.abs(taken.samples)
    top = heights.max(initial=0.0)
    flat = heights >= top * 0.9999
    runs = np.convolve(flat, np.ones(_FLAT), "valid")
    clipped = top >= _FULL and runs.max(initial=0.0) >= _FLAT
    quiet = sound.level(taken.samples, taken.rate) < sound.amplitude(QUIET_DBFS)
    return (*([Flaw.CLIPPED] if clipped else []), *([Flaw.QUIET] if quiet else []))
