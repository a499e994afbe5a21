"""What was heard, by name: clips, the prompts that they belong to, and clips that sound alike."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ivr.domain.call import Language
from ivr.phone.repertoire import MUSIC

_FRAGMENT: Final = re.compile(r"\.\d+$")
_DIGIT: Final = re.compile(r"\w+/digit(_end)?/")


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A clip that was heard: `names` are all that it may be, such as `fi/number_confirm.1`.

    Of clips that sound alike the likeliest is the first name. Seconds count from the
    beginning of the call. `complete`: from the beginning of its sound to the end, but for a
    packet or two.
    `over`: it is not going on.
    """

    names: tuple[str, ...]
    started_at_s: float
    seconds_heard: float
    complete: bool
    over: bool

    @property
    def language(self) -> Language | None:
        """Its language; None for music."""
        folder = self.names[0].partition("/")[0]
        return None if folder == MUSIC else Language(folder)

    @property
    def clip(self) -> str:
        """Its id without the language; `music` for all music."""
        folder, _, clip = self.names[0].partition("/")
        return MUSIC if folder == MUSIC else clip

    @property
    def prompt(self) -> str:
        """The prompt that it is, or is a fragment of: `number_confirm.1` is `number_confirm`."""
        return _FRAGMENT.sub("", self.clip)

    def says(self, wanted: str) -> bool:
        """Whether it is this clip or prompt (`digit/4`, `number_confirm`, `fi/welcome`)."""
        return wanted == self.clip or any(
            wanted in (name, plain, _FRAGMENT.sub("", name), _FRAGMENT.sub("", plain))
            for name in self.names
            for plain in (name.partition("/")[2],)
        )

    def __str__(self) -> str:
        clip = self.clip if self.language is None else f"{self.language} {self.clip}"
        return clip if self.complete or not self.over else f"{clip} (cut off)"


def likeliest_first(names: Iterable[str], begun: str) -> tuple[str, ...]:
    """The names of one sound, after the fragments of the prompt `begun` (such as `fi/closed`).

    It is the rest of that prompt if it can be; else a digit, since numbers are read out most.
    """

    def unlikelihood(name: str) -> tuple[bool, bool, str]:
        return prompt_in_fragments(name) != begun, _DIGIT.match(name) is None, name

    return tuple(sorted(names, key=unlikelihood))


def prompt_in_fragments(name: str) -> str:
    """The prompt that a clip is a fragment of: `fi/closed.1` is of `fi/closed`; empty if none."""
    return _FRAGMENT.sub("", name) if _FRAGMENT.search(name) else ""
