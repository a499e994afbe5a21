"""What a configuration file says and where: its text as bytes allow, its values with places."""

import codecs
import re
import stat
from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path

from ivr.config.message import Message, told
from ivr.config.problem import Problem

Loc = tuple[str | int, ...]

# All that is read of a folder. What else lies there, an old copy for one, is nobody's concern.
FILES = ("lines.yaml", "schedule.yaml", "counsellors.yaml", "prompts.fi.yaml", "prompts.sv.yaml")

_MAX_BYTES = 1_000_000
_FOREIGN = {  # how a text begins that is saved as something else; the longer ones first
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A place in a file, counted from 1."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True, kw_only=True)
class Document:
    """One file: its data (None if it could not be read), the places of it, and what is wrong."""

    path: Path
    data: object
    keys: MutableMapping[Loc, Mark]
    values: MutableMapping[Loc, Mark]
    problems: tuple[Problem, ...]

    def value_problem(self, loc: Loc, text: Message) -> Problem:
        """A problem at a value, or at the innermost section of its path that exists."""
        return self._problem(self.values, loc, text)

    def key_problem(self, loc: Loc, text: Message) -> Problem:
        """A problem at a key; at the value where there is none, as in a list."""
        return self._problem(ChainMap(self.keys, self.values), loc, text)

    def _problem(self, places: Mapping[Loc, Mark], loc: Loc, text: Message) -> Problem:
        while loc and loc not in places:
            loc = loc[:-1]
        mark = places.get(loc, Mark())
        return Problem(file=self.path, line=mark.line, column=mark.column, text=text)

    @property
    def root(self) -> "Node":
        """The whole of the data."""
        return Node(document=self, loc=(), value=self.data)


@dataclass(frozen=True, kw_only=True)
class Node:
    """One value and its place. Reading what is not there, or of another kind, gives nothing."""

    document: Document
    loc: Loc
    value: object

    def __getitem__(self, key: str) -> "Node":
        """The value of a key."""
        found = self.value.get(key) if isinstance(self.value, dict) else None
        return Node(document=self.document, loc=(*self.loc, key), value=found)

    def entries(self) -> Iterator[tuple[str, "Node"]]:
        """The keys of a section with their values."""
        if isinstance(self.value, dict):
            for key in self.value:
                yield key, self[key]

    def items(self) -> Iterator["Node"]:
        """The values of a list."""
        if isinstance(self.value, list):
            for index, value in enumerate(self.value):
                yield Node(document=self.document, loc=(*self.loc, index), value=value)

    def words(self) -> Iterator[tuple[str, "Node"]]:
        """The texts of a list."""
        for item in self.items():
            if (text := item.text) is not None:
                yield text, item

    @property
    def text(self) -> str | None:
        """The value if it is text."""
        return self.value if isinstance(self.value, str) else None

    @property
    def number(self) -> int | None:
        """The value if it is a whole number."""
        return self.value if type(self.value) is int else None

    def problem(self, words: str, /, **slots: object) -> Problem:
        """A problem at this value, told in these words (see `message.told`)."""
        return self.document.value_problem(self.loc, told(words, **slots))

    def key_problem(self, words: str, /, **slots: object) -> Problem:
        """A problem at this value's key, told in these words."""
        return self.document.key_problem(self.loc, told(words, **slots))


def decoded(path: Path) -> str | Problem:
    """The file's text, or why it cannot be had."""
    raw = _content(path)
    if isinstance(raw, Message):
        return _at(path, "", raw)
    for mark, encoding in _FOREIGN.items():
        if raw.startswith(mark):
            foreign = told("the file is saved as {encoding}; save it as UTF-8", encoding=encoding)
            return _at(path, "", foreign)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8-sig")
        byte = f"0x{raw[error.start]:02x}"
        return _at(path, before, told("byte {byte} is not UTF-8; save it as UTF-8", byte=byte))
    if found := _UNPRINTABLE.search(text):
        name = f"U+{ord(found[0]):04X}"
        refusal = told("the character {name} cannot be here; remove it", name=name)
        return _at(path, text[: found.start()], refusal)
    return text


def _content(path: Path) -> bytes | Message:
    """The file's bytes, or why they cannot be had; whatever lies there is not waited for."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return told("this is no file but a folder or a device; put the file in its place")
        with path.open("rb") as file:
            raw = file.read(_MAX_BYTES + 1)
    except FileNotFoundError:
        if path.is_symlink():
            target = str(path.readlink())
            return told("the file is a link to {target}, which is not there", target=target)
        return told("there is no such file; copy it from the shipped config folder")
    except OSError as error:
        why = error.strerror
        return told("the file cannot be read: {why}; check its permissions", why=why)
    if len(raw) > _MAX_BYTES:
        return told("the file is larger than 1 MB; a configuration file is much smaller")
    return raw


def _at(path: Path, before: str, text: Message) -> Problem:
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return Problem(file=path, line=line, column=column, text=text)
