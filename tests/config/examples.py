"""The YAML that the documents show, and the places of a configuration where it belongs."""

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ivr.config.json_schema import FILES
from ivr.config.section import Section
from ivr.config.yaml import read
from ivr.settings import PROJECT_ROOT

ITEM = 0  # the step into a list of sections: the example is one more of them
ENTRY = "*"  # the step into an entry that the administrator has named

_FENCED = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([a-z_]+:(?: [^`\n]+)?)`")
_COMMENTED = re.compile(r"^ *# +((?:- \{.*\})|(?:[a-z_]+: [^ ]+))(?: +#.*)?$", re.MULTILINE)

Path_ = Sequence[str | int]
Found = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Example:
    """One piece of YAML and where it is shown."""

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place} {self.text.splitlines()[0]}"


def shown() -> list[Example]:
    """Every example: blocks and `key: value` in the documents, and commented ones as shipped."""
    documents = [PROJECT_ROOT / "README.md", *sorted((PROJECT_ROOT / "docs").rglob("*.md"))]
    found = [
        example
        for document in documents
        for pattern in (_FENCED, _INLINE)
        for example in _in(document, pattern)
    ]
    for file in sorted((PROJECT_ROOT / "config").glob("*.yaml")):
        found += _in(file, _COMMENTED)
    return list({example.text: example for example in found}.values())


def sections(kind: type[Section], path: Path_ = ()) -> Iterator[tuple[Path_, type[Section]]]:
    """Every section that a file may have, with the way to it."""
    yield path, kind
    for key, field in kind.model_fields.items():
        steps, inner = _inner(field.annotation)
        if inner is not None:
            yield from sections(inner, (*path, key, *steps))


def homes(keys: set[str]) -> list[tuple[str, Path_]]:
    """The files and the ways in them to all sections that have these keys."""
    return [
        (name, path)
        for name, file in FILES.items()
        for path, kind in sections(file)
        if keys <= set(kind.model_fields)
    ]


def placed(folder: Path, name: str, path: Path_, example: Found) -> Iterator[Found]:
    """The folder's file with the example at the path, once for each entry that it may stand in."""
    data = read(folder / name).data
    assert isinstance(data, dict)
    yield from _placed(data, path, example)


def write(file: Path, data: Found) -> None:
    """The data as a file."""
    file.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _in(file: Path, pattern: re.Pattern[str]) -> Iterator[Example]:
    text = file.read_text(encoding="utf-8")
    for found in pattern.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Example(place=f"{file.relative_to(PROJECT_ROOT)}:{line}", text=found[1])


def _inner(annotation: Any) -> tuple[Path_, type[Section] | None]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return (), annotation
    *_, last = getattr(annotation, "__args__", [None])
    if isinstance(last, type) and issubclass(last, Section):
        return ((ITEM,) if annotation.__origin__ is list else (ENTRY,)), last
    return (), None


def _placed(data: Found, path: Path_, example: Found) -> Iterator[Found]:
    if not path:
        yield _merged(data, example)
        entries = {key: _entries(data.get(key), value) for key, value in example.items()}
        yield {**data, **entries}
        return
    step, *rest = path
    if step == ENTRY:
        for name in data:
            for inner in _placed(data[name], rest, example):
                yield {**data, name: inner}
    elif rest[:1] == [ITEM]:
        items = data.get(str(step), [])
        yield {**data, str(step): [*items, example]}
        for n, item in enumerate(items):
            yield {**data, str(step): [*items[:n], {**item, **example}, *items[n + 1 :]]}
    else:
        for inner in _placed(data.get(str(step), {}), rest, example):
            yield {**data, str(step): inner}


def _entries(before: Any, shown: Any) -> Any:
    """The named entries of a section with those that are shown in the place of their namesakes."""
    return {**before, **shown} if isinstance(before, dict) and isinstance(shown, dict) else shown


def _merged(data: Found, example: Found) -> Found:
    result = deepcopy(data)
    for key, value in example.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = _merged(result[key], value) if both else value
    return result
