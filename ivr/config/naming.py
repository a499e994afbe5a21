"""Whether a name that an entry uses is defined, and whether it is given once."""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from ivr.config.message import Message, cure, told
from ivr.config.problem import Problem
from ivr.config.source import Node

NO_TOPIC: Final = told("there is no topic {name!r} in {file}; {cure}")
NO_SCHEDULE: Final = told("there is no schedule {name!r} in {file}; {cure}")


class Place(Protocol):
    """Where a name stands."""

    def __call__(self, words: str, /, **slots: object) -> Problem:
        """A problem there, told in these words."""


def skills(node: Node) -> Iterator[tuple[str, Place]]:
    """The names of a list, or the keys of a section of levels."""
    for name, word in node.words():
        yield name, word.problem
    for name, level in node.entries():
        yield name, level.key_problem


def unknown(name: str | None, place: Place, section: Node, refusal: Message) -> Iterator[Problem]:
    """A problem if the section has no such name; none where the section itself cannot be read."""
    known = dict(section.entries())
    if known and name is not None and name not in known:
        file = section.document.path.name
        yield place(refusal.words, name=name, file=file, cure=cure(name, known))


def repeated(names: Node) -> Iterator[Problem]:
    """Each name of a list that has come before."""
    for text, node, _ in twice(names.words()):
        yield node.problem("{text!r} is here twice; write it once", text=text)


def twice(words: Iterable[tuple[str, Node]]) -> Iterator[tuple[str, Node, Node]]:
    """Each word that has come before, its place and the place where it came first."""
    seen: dict[str, Node] = {}
    for text, node in words:
        if text in seen:
            yield text, node, seen[text]
        seen.setdefault(text, node)
