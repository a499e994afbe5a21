"""How YAML is read: strictly, every value with its place, and few words with a meaning.

Of YAML 1.1's surprises none is left: `no` is a word, `12:30` and `2026-12-24` are
texts, `0401234567` keeps its zero. Numbers and `true` and `false` are as in the core
schema of YAML 1.2 (§10.3.2), written in decimal only. Duplicate keys, tags, anchors
and aliases are refused.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ivr.config.message import Message, told
from ivr.config.problem import Problem
from ivr.config.source import Document, Loc, Mark, decoded

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MAX_DEPTH = 12  # a configuration is six deep
_MAX_VALUES = 20_000  # a county with a thousand counsellors has half as many

_INT = re.compile(r"-?(0|[1-9][0-9]{0,14})")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}

_MISPLACED = told(
    "this does not fit the lines above; check the indentation and the quotation marks"
)
_UNQUOTED = told("a text cannot begin with this sign; put it in quotes")
_UNCLOSED = told(
    "the list or section that begins here is not closed; add ',' or the closing bracket"
)
_SYNTAX = {  # what the two parsers of PyYAML say, the one in C and the one in Python
    "mapping values are not allowed": told("a ': ' does not fit here; put the text in quotes"),
    "could not find expected ':'": told(
        "a key without ': ' after it, here or in the line above; write 'key: value'"
    ),
    "sequence entries are not allowed": told(
        "a list begins on the line after its key; move it there"
    ),
    "did not find expected key": _MISPLACED,
    "did not find expected '-' indicator": _MISPLACED,
    "expected <block end>": _MISPLACED,
    "found character": _UNQUOTED,
    "expected node content": _UNQUOTED,
    "expected the node content": _UNQUOTED,
    "found unknown escape": told("a backslash in double quotes; use single quotes"),
}
_BEGUN = {  # mistakes that stand where something begins, not where the parser gives up
    "found unexpected end of stream": told(
        "the quotation mark that opens here is not closed; close it"
    ),
    "did not find expected ',' or": _UNCLOSED,
    "expected ',' or": _UNCLOSED,
}


class _UnusableError(Exception):
    """The rest of the file cannot be understood; the problem says why."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem


def read(path: Path) -> Document:
    """The file's values and their places; what is wrong with it is in `problems`."""
    text = decoded(path)
    if isinstance(text, Problem):
        return Document(path=path, data=None, keys={}, values={}, problems=(text,))
    composer = _Composer(path, text)
    try:
        data = composer.document()
    except _UnusableError as error:
        composer.problems.append(error.problem)
        data = None
    return Document(
        path=path,
        data=data,
        keys=composer.keys,
        values=composer.values,
        problems=tuple(composer.problems),
    )


class _Composer:
    """Builds the values of one file from the events of the YAML parser."""

    def __init__(self, path: Path, text: str) -> None:
        self.keys: dict[Loc, Mark] = {}
        self.values: dict[Loc, Mark] = {}
        self.problems: list[Problem] = []
        self._path = path
        self._text = text
        self._events = self._parse()
        self._count = 0

    def document(self) -> object:
        """The one document of the file."""
        data = None
        if not isinstance(next(self._events), yaml.StreamEndEvent):
            data = self._value(next(self._events), ())
            next(self._events)
            if not isinstance(following := next(self._events), yaml.StreamEndEvent):
                text = told("a second document begins with '---'; keep one in a file")
                raise _UnusableError(self._problem(_mark(following), text))
        if data is None:
            text = told("the file is empty; copy it from the shipped config folder")
            raise _UnusableError(self._problem(Mark(), text))
        return data

    def _parse(self) -> Iterator[yaml.Event]:
        try:
            events = iter(yaml.parse(self._text, Loader=_LOADER))
            next(events)
            yield from events
        except yaml.MarkedYAMLError as error:
            raise _UnusableError(self._syntax(error)) from None

    def _value(self, event: yaml.Event, loc: Loc) -> object:
        self.values.setdefault(loc, _mark(event))
        self._count += 1
        if self._count > _MAX_VALUES:
            text = told(
                "more than {most} values stand above; that is no configuration", most=_MAX_VALUES
            )
            raise _UnusableError(self._problem(_mark(event), text))
        self._refuse_cleverness(event, loc)
        match event:
            case yaml.ScalarEvent():
                return _resolved(event)
            case yaml.SequenceStartEvent():
                return self._sequence(loc)
            case yaml.MappingStartEvent():
                return self._mapping(loc)
            case _:
                text = told(
                    "'*' is an alias, which is not allowed; write the value out or quote it"
                )
                raise _UnusableError(self._problem(_mark(event), text))

    def _sequence(self, loc: Loc) -> list[object]:
        items: list[object] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*loc, len(items))))
        return items

    def _mapping(self, loc: Loc) -> dict[str, object]:
        section: dict[str, object] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            key = self._key(event, loc)
            here = (*loc, key)
            if key in section:
                first = self.keys[here].line
                text = told(
                    "the key {key!r} is already in line {line}; keep one of the two",
                    key=key,
                    line=first,
                )
                self.problems.append(self._problem(_mark(event), text))
                self._value(next(self._events), (*here, -1))
            else:
                self.keys[here] = _mark(event)
                section[key] = self._value(next(self._events), here)
        return section

    def _key(self, event: yaml.Event, loc: Loc) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            text = told("a key is one word; put a text that begins with [, { or * in quotes")
            raise _UnusableError(self._problem(_mark(event), text))
        self._refuse_cleverness(event, loc)
        return str(event.value)

    def _refuse_cleverness(self, event: yaml.Event, loc: Loc) -> None:
        if len(loc) > _MAX_DEPTH:
            text = told(
                "sections are nested more than {most} deep; take some away", most=_MAX_DEPTH
            )
            raise _UnusableError(self._problem(_mark(event), text))
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
            if event.anchor is not None:
                text = told(
                    "'&' names an anchor, which is not allowed; remove it or quote the text"
                )
                self.problems.append(self._problem(_mark(event), text))
            if event.tag is not None:
                text = told(
                    "the tag {tag!r} is not allowed; remove it or quote the text", tag=event.tag
                )
                self.problems.append(self._problem(_mark(event), text))

    def _syntax(self, error: yaml.MarkedYAMLError) -> Problem:
        jargon = error.problem or ""
        place = _place(error.problem_mark)
        if self._character_at(place) == "\t":
            return self._problem(place, told("a tab stands here; indent with spaces"))
        if begun := _meaning(jargon, _BEGUN):
            return self._problem(_place(error.context_mark or error.problem_mark), begun)
        text = _meaning(jargon, _SYNTAX) or told(
            "this is not YAML ({jargon}); try quotes", jargon=jargon
        )
        return self._problem(place, text)

    def _character_at(self, place: Mark) -> str:
        lines = self._text.split("\n")
        line = lines[place.line - 1] if place.line <= len(lines) else ""
        return line[place.column - 1 : place.column]

    def _problem(self, mark: Mark, text: Message) -> Problem:
        return Problem(file=self._path, line=mark.line, column=mark.column, text=text)


def _mark(event: yaml.Event) -> Mark:
    return _place(event.start_mark)


def _place(mark: Any) -> Mark:  # PyYAML has two classes of marks, and its stubs miss one
    return Mark(line=mark.line + 1, column=mark.column + 1) if mark else Mark()


def _meaning(jargon: str, meanings: Mapping[str, Message]) -> Message | None:
    return next((text for known, text in meanings.items() if known in jargon), None)


def _resolved(event: yaml.ScalarEvent) -> object:
    text = str(event.value)
    if event.style:  # quoted, or a block of text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text
