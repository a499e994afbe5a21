"""How a simulated call is told: what the caller hears, presses and where that leads, by the second.

Announcements that come again and again are told once, with how often they came.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from ivr.console import call_words
from ivr.domain.call import Facts, Language
from ivr.domain.journal import Event, EventKind
from ivr.simulation.speech import Said, SimulatedSpeech

# What the record has for its own sake, and the caller does not notice.
_UNTOLD: Final = frozenset({EventKind.ARRIVED, EventKind.ASSURED})
_NOTED: Final = ("language", "topic", "limit", "keyed")
_INDENT: Final = " " * 9


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """What happened at a time, seconds into the call; the same again is told with the first."""

    at_s: float
    what: str
    texts: tuple[str, ...] = ()
    again: bool = False


@dataclass(kw_only=True)
class Story:
    """Everything that happens in one call, as it happens.

    Each prompt is written out as it is heard, and also in these `languages`. `now_s` are the
    seconds since the call came. `heard` are the prompts that the caller has heard, in order, and
    `facts` what is known of the call.
    """

    speech: SimulatedSpeech
    languages: Sequence[Language]
    now_s: Callable[[], float]
    heard: list[Said] = field(default_factory=list, init=False)
    facts: Facts | None = field(default=None, init=False)
    _entries: list[_Entry] = field(default_factory=list, init=False)

    def hears(self, said: Said) -> None:
        """A prompt begins."""
        self.heard.append(said)
        self._says("hears", said)

    def counsellor_hears(self, said: Said) -> None:
        """A prompt begins on the phone of a counsellor."""
        self._says("counsellor", said)

    def _says(self, who: str, said: Said) -> None:
        languages = dict.fromkeys([said.language, *self.languages])
        texts = tuple(f"{lang}  {self.speech.text(said, lang)}" for lang in languages)
        self._add(f"{who:<10}  {said.prompt} ({said.language})", texts, again=True)

    def presses(self, keys: str) -> None:
        """The caller answers a question."""
        self._add(f"{'presses':<10}  {keys}")

    def happens(self, event: Event) -> None:
        """A fact of the call is put on the record: a scene begins, a branch is taken."""
        noted = ", ".join(self._noted(event.facts))
        self.facts = event.facts
        if event.kind not in _UNTOLD:
            self._add(call_words(event, {}) + (f"  ({noted})" if noted else ""))

    def adds(self, what: str) -> None:
        """Something else is to be said."""
        self._add(what)

    def lines(self) -> Iterator[str]:
        """All of it, to be printed."""
        for entries in _parted(self._entries):
            told: set[tuple[str, ...]] = set()
            shown: set[str] = set()
            repeated: list[_Entry] = []
            for entry in entries:
                if (entry.what, *entry.texts) in told:
                    repeated.append(entry)
                    continue
                yield from _again(repeated)
                repeated.clear()
                yield f"{_clock(entry.at_s)}{entry.what}"
                yield from (f"{_INDENT}{text}" for text in entry.texts if text not in shown)
                shown.update(entry.texts)
                told.add((entry.what, *entry.texts))
            yield from _again(repeated)

    def _add(self, what: str, texts: tuple[str, ...] = (), *, again: bool = False) -> None:
        self._entries.append(_Entry(at_s=self.now_s(), what=what, texts=texts, again=again))

    def _noted(self, facts: Facts) -> Iterator[str]:
        """What the caller's answers and the line's decisions have changed."""
        for name in _NOTED:
            value = getattr(facts, name)
            if value is not None and (self.facts is None or getattr(self.facts, name) != value):
                yield f"{name} {value}"
        if facts.caller_urgent and not (self.facts and self.facts.caller_urgent):
            yield "urgent"


def _parted(entries: Sequence[_Entry]) -> Iterator[list[_Entry]]:
    """In stretches: what is said while nothing else happens, and each thing that happens."""
    for said, grouped in groupby(entries, key=lambda entry: entry.again):
        stretch = list(grouped)
        yield from [stretch] if said else ([entry] for entry in stretch)


def _again(repeated: Sequence[_Entry]) -> Iterator[str]:
    """What came again, and how often, until now."""
    if not repeated:
        return
    names = dict.fromkeys(entry.what.split()[1] for entry in repeated)
    times = max(Counter(entry.what for entry in repeated).values())
    often = "once more" if times == 1 else f"{times} times more, the last time now"
    yield f"{_clock(repeated[-1].at_s)}{'hears':<10}  {', '.join(names)}: {often}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes:>4}:{rest:02}  "
