"""Which texts the line speaks: the shipped prompts, with those of the folder in their place."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.config.fields import Wrong, parse_name
from ivr.config.problem import Problem, shown
from ivr.config.source import Document, Node
from ivr.config.yaml import read
from ivr.domain.call import Language
from ivr.domain.prompts import REQUIRED_PROMPTS, fault

SHIPPED = Path(__file__).resolve().parents[2] / "config"


@dataclass(frozen=True, kw_only=True)
class Prompts:
    """The texts of one language by id, and what is wrong with them."""

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
    return Prompts(texts=texts, problems=tuple(problems))


def _files(directory: Path, shipped: Path, name: str) -> tuple[Path, ...]:
    own, base = directory / name, shipped / name
    if not own.exists():
        return (base,)
    return (own,) if not base.exists() or own.samefile(base) else (base, own)


def _faults(document: Document) -> Iterator[Problem]:
    yield from document.problems
    if document.data is not None and not isinstance(document.data, dict):
        yield document.root.problem(f"must be lines of 'prompt: text', not {shown(document.data)}")
    for prompt, node in document.root.entries():
        try:
            parse_name(prompt)
        except Wrong as wrong:
            yield node.key_problem(str(wrong))
        if node.text is None:
            yield node.problem(f"the prompt {prompt!r} must be text in quotes, not "
                               f"{shown(node.value)}")  # fmt: skip
        elif wrong_text := fault(prompt, node.text):
            yield node.problem(wrong_text)


def _missing(document: Document, entries: Mapping[str, Node]) -> Iterator[Problem]:
    spare = [prompt for prompt in entries if prompt not in REQUIRED_PROMPTS]
    for prompt in REQUIRED_PROMPTS:
        if prompt not in entries:
            near = difflib.get_close_matches(prompt, spare, n=1)
            cure = f"rename {near[0]!r} if that is it" if near else "add it with its text"
            yield document.root.problem(f"the prompt {prompt!r} is missing; {cure}")
