"""How long a prompt may last, so that it is heard at 110 to 140 words a minute."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ivr.domain.call import Language

SLOWEST: Final = 110.0
FASTEST: Final = 140.0
"""Words a minute, over the whole clip as it is played."""

FEWEST_WORDS: Final = 5
"""Of a shorter clip the silence at its edges is too great a part to count words a minute."""

LONGEST_S: Final = 20.0
"""Nobody remembers the beginning of what is longer."""

# Finnish compounds make 110 words a minute a gabble at times: nothing is spoken faster than a
# newsreader does, however few its words are.
MOST_SYLLABLES_A_SECOND: Final = 6.2

_AIM: Final = 0.04  # how far inside its bounds a clip is aimed
_GIVE: Final = 0.05
_LEAST: Final = 0.02  # no engine meets a shorter span
_WORD: Final = re.compile(r"\w+")
_SYLLABLE: Final[Mapping[Language, re.Pattern[str]]] = {
    Language.FI: re.compile(
        "aa|ee|ii|oo|uu|yy|ää|öö|ai|ei|oi|ui|yi|äi|öi|au|eu|iu|ou|ey|iy|äy|öy|ie|uo|yö|[aeiouyäöå]",
        re.IGNORECASE,
    ),
    Language.SV: re.compile("au|eu|[aeiouyåäö]", re.IGNORECASE),
}


@dataclass(frozen=True, kw_only=True)
class Span:
    """The seconds that a clip may last, from shortest to longest."""

    shortest: float
    longest: float

    def holds(self, seconds: float) -> bool:
        """Whether a clip that lasts so long is neither hurried nor dragging."""
        return self.shortest <= seconds <= self.longest

    def nearest(self, seconds: float) -> float:
        """What to aim at for a clip that would last so long by itself."""
        inside = min(self.shortest * _AIM, (self.longest - self.shortest) / 2)
        return min(max(seconds, self.shortest + inside), self.longest - inside)


def words(text: str) -> int:
    """How many words are spoken."""
    return len(_WORD.findall(text))


def syllables(text: str, language: Language) -> int:
    """How many syllables are spoken; a diphthong is one."""
    return len(_SYLLABLE[language].findall(text))


def span(text: str, language: Language) -> Span | None:
    """How long a clip of this text may last; None for one too short to have a pace.

    A text that can be over within LONGEST_S at FASTEST is.
    """
    count = words(text)
    if count < FEWEST_WORDS:
        return None
    shortest, longest = 60 * count / FASTEST, 60 * count / SLOWEST
    followed = syllables(text, language) / MOST_SYLLABLES_A_SECOND
    if followed > longest:
        return Span(shortest=followed * (1 - _GIVE), longest=followed * (1 + _GIVE))
    if shortest < LONGEST_S < longest:
        shortest, longest = min(shortest, LONGEST_S * (1 - _LEAST)), LONGEST_S
    return Span(shortest=max(shortest, followed * (1 - _GIVE)), longest=longest)
