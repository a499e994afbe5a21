"""Whether a name that an entry uses is defined, and whether it is given once."""

from collections.abc import Callable, Iterable, Iterator

from ivr.config.problem import Problem, cure
from ivr.config.source import Node

Place = Callable[[str], Problem]
"""A problem with these words, at the place where the name stands."""


def skills(node: Node) -> Iterator[tuple[str, Place]]:
    """The names of a list, or the keys of a section of levels."""
    for name, word in node.words():
        yield name, word.problem
    for name, level in node.entries():
        yield name, level.key_problem


def unknown(name: str | None, place: Place, section: Node, kind: str) -> Iterator[Problem]:
    """A problem if the section has no such name; none where the section itself cannot be read."""
    known = dict(section.entries())
    if known and name is not None and name not in known:
        file = section.document.path.name
        yield place(f"there is no {kind} {name!r} in {file}; {cure(name, known)}")


def repeated(names: Node) -> Iterator[Problem]:
    """Each name of a list that has come before."""
    yield from twice(names.words(), lambda text, _: f"{text!r} is here twice; write it once")


def twice(
    words: Iterable[tuple[str, Node]], refusal: Callable[[str, Node], str]
) -> Iterator[Problem]:
    """A problem for each word that has come before; `refusal` gets the word and its first place."""
    seen: dict[str, Node] = {}
    for text, node in words:
        if text in seen:
            yield node.problem(refusal(text, seen[text]))
        seen.setdefault(text, node)
