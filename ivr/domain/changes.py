"""What another configuration changes, in words: a line for each thing that is different."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from ivr.domain.schedule import Schedule
from ivr.domain.service import Service

_NAMED = ("lines", "topics", "counsellors", "prompts")


def changes(before: Service, after: Service) -> tuple[str, ...]:
    """As `line lapsiperheet: waiting.longest_s is 900, was 600`; empty if nothing is different."""
    return (
        *_within("", _rest(before), _rest(after)),
        *_each("line", {x.id: x for x in before.lines}, {x.id: x for x in after.lines}),
        *_each("topic", before.topics, after.topics),
        *_each("counsellor", *({x.id: x for x in s.counsellors} for s in (before, after))),
        *_prompts(before, after),
    )


def _rest(service: Service) -> Mapping[str, object]:
    """What is no list of named things."""
    names = (each.name for each in fields(service))
    return {name: getattr(service, name) for name in names if name not in _NAMED}


def _each(kind: str, before: Mapping[Any, object], after: Mapping[Any, object]) -> Iterator[str]:
    """Things that are known by their names, such as lines."""
    for name in [*before, *(name for name in after if name not in before)]:
        if name not in after:
            yield f"{kind} {name}: is no more"
        elif name not in before:
            yield f"{kind} {name}: is new"
        else:
            yield from _different(f"{kind} {name}: ", "", before[name], after[name])
    if [n for n in before if n in after] != [n for n in after if n in before]:
        yield f"{kind}s: stand in another order"


def _prompts(before: Service, after: Service) -> Iterator[str]:
    for language in after.prompts:
        old, new = before.prompts.get(language, {}), after.prompts[language]
        for name in sorted({*old, *new}):
            if old.get(name) != new.get(name):
                what = "is no more" if name not in new else "says something else"
                yield f"prompt {name} ({language}): {what if name in old else 'is new'}"


def _different(of: str, path: str, before: object, after: object) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, Schedule):
        yield f"{of}other opening hours"
    elif is_dataclass(before) and type(before) is type(after):
        yield from _within(of, _values(before), _values(after), f"{path}." if path else "")
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        yield from _within(of, before, after, f"{path}." if path else "")
    else:
        yield f"{of}{path} is {_said(after)}, was {_said(before)}"


def _within(
    of: str, before: Mapping[Any, object], after: Mapping[Any, object], path: str = ""
) -> Iterator[str]:
    for name in dict.fromkeys([*before, *after]):
        yield from _different(of, f"{path}{name}", before.get(name), after.get(name))


def _values(thing: Any) -> Mapping[str, object]:
    return {each.name: getattr(thing, each.name) for each in fields(thing)}


def _said(value: object) -> str:
    if value is None or value == ():
        return "nothing"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(map(_said, value))
    return str(value)
