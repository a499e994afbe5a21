"""What the code tells administrators: every message, found where it is told."""

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from ivr.config.json_schema import FILES
from ivr.config.section import Section
from ivr.settings import PROJECT_ROOT

# The functions that take a message's words, and which of their arguments they are.
_TELLING = {
    "told": 0,
    "problem": 0,
    "key_problem": 0,
    "place": 0,
    "Wrong": 0,
    "_refused": 0,
    "refuse_unless": 1,
}


def told_in_code() -> dict[str, str]:
    """The words of every message, with the place of one telling."""
    found = {
        words: place
        for file in sorted((PROJECT_ROOT / "ivr").rglob("*.py"))
        for words, place in _told_in(file)
    }
    return found | dict.fromkeys(_purposes(), "a required key")


def slots(words: str) -> list[str]:
    """The slots of a message, with how each is shown."""
    return sorted(
        f"{name}!{conversion}:{spec}"
        for _, name, spec, conversion in Formatter().parse(words)
        if name is not None
    )


def has_slots(words: str) -> bool:
    """Whether there are values in the words; where there are none, braces stand for themselves."""
    try:
        return bool(slots(words))
    except ValueError:
        return False


def _told_in(file: Path) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call) and (words := _words(node)) is not None:
            place = f"{file.relative_to(PROJECT_ROOT)}:{node.lineno}"
            assert not isinstance(words, ast.JoinedStr), f"{place}: write the values as slots"
            if isinstance(words, ast.Constant) and words.value:
                assert _given(node, str(words.value)), f"{place}: the values are not those said"
                yield str(words.value), place


def _given(call: ast.Call, words: str) -> bool:
    """Whether the values given are those that the words say; `told` may be filled later."""
    given = {keyword.arg for keyword in call.keywords}
    if not given:
        return ast.unparse(call.func) == "told" or not has_slots(words)
    return given == {name for _, name, _, _ in Formatter().parse(words) if name is not None}


def _words(call: ast.Call) -> ast.expr | None:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            place = _TELLING.get(name)
        case _:
            return None
    return call.args[place] if place is not None and len(call.args) > place else None


def _purposes() -> set[str]:
    """What the keys are for that must be there: said where one is missing."""
    sections, found = list(FILES.values()), set[str]()
    for section in sections:
        for field in section.model_fields.values():
            sections += [each for each in _sections(field.annotation) if each not in sections]
            if field.is_required():
                found.add(field.description or "")
    return found


def _sections(annotation: object) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for each in getattr(annotation, "__args__", ()):
        yield from _sections(each)
