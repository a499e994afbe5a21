"""How a value that does not fit the schema is told to the administrator."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ivr.config.fields import OWN_WORDS
from ivr.config.message import Message, cure, shown, told
from ivr.config.people import AS_LEVELS, AS_LIST
from ivr.config.problem import Problem
from ivr.config.section import Section
from ivr.config.source import Document, Loc

_SECTION: Final = told("must be a section of indented 'key: value' lines, not {got}")
_WORDS: Final[Mapping[str, Message]] = {
    "int_type": told("must be a whole number without quotes, not {got}"),
    "float_type": told("must be a number without quotes, such as 20 or 7.5, not {got}"),
    "greater_than": told("must be more than {gt:g}, not {got}"),
    "greater_than_equal": told("must be at least {ge:g}, not {got}"),
    "less_than_equal": told("must be at most {le:g}, not {got}"),
    "list_type": told("must be a list in brackets, such as [a, b], not {got}"),
    "too_short": told("is empty; write at least one entry"),
    "dict_type": _SECTION,
    "model_type": _SECTION,
}
"""Every type of error that the schema can end in (pydantic's names) and its words."""


def misfits(document: Document, kind: type[Section]) -> Iterator[Problem]:
    """Everything in the file that cannot be read or does not fit the schema."""
    yield from document.problems
    if document.data is None:
        return
    try:
        kind.model_validate(document.data)
    except ValidationError as error:
        for detail in error.errors():
            yield _problem(document, kind, detail)


def _problem(document: Document, kind: type[Section], error: ErrorDetails) -> Problem:
    loc, wrong_key = _location(error["loc"])
    match error["type"]:
        case "extra_forbidden":
            known = _section(kind, loc[:-1]).model_fields
            key = str(loc[-1])
            text = told("unknown key {key!r}; {cure}", key=key, cure=cure(key, known))
            return document.key_problem(loc, text)
        case "missing":
            purpose = _section(kind, loc[:-1]).model_fields[str(loc[-1])].description
            text = told(
                "the key {key!r} is missing: {purpose}", key=loc[-1], purpose=Message(purpose or "")
            )
            return document.key_problem(loc[:-1], text)
        case _ if wrong_key:
            return document.key_problem(loc, _words(error))
        case _:
            return document.value_problem(loc, _words(error))


def _location(loc: Loc) -> tuple[Loc, bool]:
    """The path without pydantic's marks, and whether there was that of a wrong key."""
    path = tuple(step for step in loc if step not in {AS_LIST, AS_LEVELS})
    return (path[:-1], True) if path and path[-1] == "[key]" else (path, False)


def _words(error: ErrorDetails) -> Message:
    context = error.get("ctx", {})
    if error["type"] == OWN_WORDS:
        own: Message = context[OWN_WORDS]
        return own
    return _WORDS[error["type"]].filled(got=shown(error["input"]), **context)


def _section(kind: type[Section], loc: Loc) -> type[Section]:
    """The schema of the section at a path."""
    found: Any = kind
    for step in loc:
        if isinstance(found, type) and issubclass(found, Section):
            found = found.model_fields[str(step)].annotation
        else:
            found = get_args(found)[-1]  # the values of a dict, the items of a list
    section: type[Section] = found
    return section
