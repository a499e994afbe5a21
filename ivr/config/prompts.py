"""Which texts the line speaks: the shipped prompts, with those of the folder in their place."""

import difflib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

from ivr.config.message import Message, shown, told
from ivr.config.problem import Problem
from ivr.config.source import Document, Node
from ivr.config.values import Wrong, parse_name
from ivr.config.yaml import read
from ivr.domain.call import Language
from ivr.domain.prompts import REQUIRED_PROMPTS
from ivr.domain.script import Fault, FaultKind
from ivr.domain.texts import fault

_RENAME = told("rename {near!r} if that is it")

SHIPPED = Path(__file__).resolve().parents[2] / "config"


@dataclass(frozen=True, kw_only=True)
class Prompts:
    """The texts of one language by id, and what is wrong with them; `own` are the folder's."""

    own: Document
    texts: Mapping[str, str]
    problems: tuple[Problem, ...]


def load_prompts(directory: Path, language: Language, *, shipped: Path = SHIPPED) -> Prompts:
    """The folder's `prompts.*.yaml` laid over the shipped one; the folder's may be missing."""
    documents = [read(path) for path in _files(directory, shipped, f"prompts.{language}.yaml")]
    entries = dict(entry for document in documents for entry in document.root.entries())
    problems = [problem for document in documents for problem in _faults(document)]
    if all(document.data is not None for document in documents):
        problems += _missing(documents[-1], entries)
    texts = {prompt: node.text for prompt, node in entries.items() if node.text is not None}
    return Prompts(own=documents[-1], texts=texts, problems=tuple(problems))


def _files(directory: Path, shipped: Path, name: str) -> tuple[Path, ...]:
    own, base = directory / name, shipped / name
    if not os.path.lexists(own):  # a link to nowhere was meant to be there
        return (base,)
    if not own.exists():
        return (own,)
    return (own,) if not base.exists() or own.samefile(base) else (base, own)


def _faults(document: Document) -> Iterator[Problem]:
    yield from document.problems
    if document.data is not None and not isinstance(document.data, dict):
        yield document.root.problem(
            "must be lines of 'prompt: text', not {got}", got=shown(document.data)
        )
    for prompt, node in document.root.entries():
        try:
            parse_name(prompt)
        except Wrong as wrong:
            yield document.key_problem(node.loc, wrong.text)
        if node.text is None:
            yield node.problem(
                "the prompt {prompt!r} must be text in quotes, not {got}",
                prompt=prompt,
                got=shown(node.value),
            )
        elif found := fault(prompt, node.text):
            yield document.value_problem(node.loc, _told(prompt, found))


def _told(prompt: str, found: Fault) -> Message:
    match found.kind:
        case FaultKind.EMPTY:
            return told("the text is empty")
        case FaultKind.STRAY_BRACE:
            return told(
                "a slot is written like {example}, a-z and _ only; found {piece!r}",
                example="{day}",
                piece=found.found,
            )
        case FaultKind.UNKNOWN_SLOT:
            return told(
                "there is no slot {slot} in {prompt!r}; it may hold {possible}",
                slot=f"{{{found.found}}}",
                prompt=prompt,
                possible=", ".join(f"{{{slot}}}" for slot in found.possible),
            )
        case FaultKind.MISSING_SLOT:
            return told("{prompt!r} must say {slot}", prompt=prompt, slot=f"{{{found.found}}}")
        case _:
            assert_never(found.kind)


def _missing(document: Document, entries: Mapping[str, Node]) -> Iterator[Problem]:
    spare = [prompt for prompt in entries if prompt not in REQUIRED_PROMPTS]
    for prompt in REQUIRED_PROMPTS:
        if prompt not in entries:
            near = difflib.get_close_matches(prompt, spare, n=1)
            right = _RENAME.filled(near=near[0]) if near else told("add it with its text")
            yield document.root.problem(
                "the prompt {prompt!r} is missing; {cure}", prompt=prompt, cure=right
            )
