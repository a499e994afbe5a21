"""Whether every topic of a menu can be chosen, and every key that the menu says leads somewhere."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from typing import Final

from ivr.config.message import cure, listed
from ivr.config.problem import Problem
from ivr.config.source import Node
from ivr.domain.call import Language

Texts = Mapping[Language, Mapping[str, str]]

_I_DO_NOT_KNOW: Final = 0  # leads to the general topic, whatever key that has
_DIGIT: Final = r"(?<![\w-])([0-9])(?![\w-])"
_SAID: Final = re.compile(_DIGIT)
_TO_BE_PRESSED: Final = {
    Language.FI: re.compile(rf"\b(?:paina|näppäile|valitse)\b\D{{0,20}}?{_DIGIT}", re.IGNORECASE),
    Language.SV: re.compile(rf"\b(?:tryck|knappa|slå|välj)\b\D{{0,20}}?{_DIGIT}", re.IGNORECASE),
}
_LIKE: Final = {Language.FI: "paina 1", Language.SV: "tryck 1"}


def contradictions(line: Node, topics: Node, texts: Texts) -> Iterator[Problem]:
    """Keys of a line's topics that are no keys of a menu, and a menu that is not there."""
    yield from _topic_prompt(line["topic_prompt"], texts)
    known = dict(topics.entries())
    names = {name: place for name, place in line["topics"].words() if name in known}
    general = line["general_topic"]
    if line["topic_prompt"].value is not None:
        yield from _menu_keys(names, general, topics)
    elif len(names) > 1:
        yield line["topics"].key_problem(
            "{topics} topics and no topic_prompt: the caller is never asked;"
            " name the prompt of a menu, or leave one topic",
            topics=len(names),
        )
    elif names and general.text in known and general.text not in names:
        yield general.problem(
            "without a topic_prompt the only topic is the general one; write {topics}",
            topics=listed(names),
        )


def _menu_keys(names: Mapping[str, Node], general: Node, topics: Node) -> Iterator[Problem]:
    by_key: dict[int, list[str]] = defaultdict(list)
    for name, place in names.items():
        key = topics[name]["key"].number
        if key is None:
            continue  # the schema, or the check of the topics' names, has said so
        if key == 0 and name != general.text:
            yield place.problem(
                "{topic!r} has key 0, which is 'I don't know' and leads to general_topic;"
                " give it a key from 1 to 9",
                topic=name,
            )
        if by_key[key]:
            yield place.problem(
                "{topic!r} has key {key} in the menu, and so has {other!r};"
                " give each topic of a line a key of its own",
                topic=name,
                key=key,
                other=by_key[key][0],
            )
        by_key[key].append(name)
    key = topics[general.text]["key"].number if general.text else None
    if general.text not in names and key not in {None, 0}:
        yield general.problem(
            "the general topic {topic!r} is none of the line's topics and has key {key};"
            " add it to topics, or give it key 0 ('I don't know')",
            topic=general.text,
            key=key,
        )


def _topic_prompt(prompt: Node, prompts: Texts) -> Iterator[Problem]:
    for language, known in prompts.items():
        if known and prompt.text is not None and prompt.text not in known:
            menus = [name for name in known if name.startswith("topic_")] or known
            yield prompt.problem(
                "there is no prompt {name!r} in {file}; {cure} Or write it there.",
                name=prompt.text,
                file=f"prompts.{language}.yaml",
                cure=cure(prompt.text, menus),
            )


def misleading(line: Node, topics: Node, texts: Texts) -> Iterator[Problem]:
    """Topics that a menu does not say how to choose, and keys that it says and that lead nowhere.

    Only for lines.yaml and prompts without fault. A menu that names no key is a doubt.
    """
    for menu in _menus(line, texts):
        if not menu.offered:
            continue
        keys = {topics[name]["key"].number: (name, node) for name, node in line["topics"].words()}
        for key, (name, node) in keys.items():
            if key not in menu.said:
                yield node.problem(
                    "the menu {prompt!r} in {file} does not say key {key}, which chooses {topic!r};"
                    " say it there, or take the topic out of topics",
                    prompt=menu.prompt,
                    file=menu.file,
                    key=key,
                    topic=name,
                )
        for key in sorted(menu.offered - keys.keys() - {_I_DO_NOT_KNOW}):
            yield line["topic_prompt"].problem(
                "the menu {prompt!r} in {file} says key {key}, which leads nowhere; take it out of"
                " the text, or give that key to a topic of the line",
                prompt=menu.prompt,
                file=menu.file,
                key=key,
            )


def doubts(line: Node, texts: Texts) -> Iterator[Problem]:
    """Menus in which no key is found."""
    for menu in _menus(line, texts):
        if not menu.offered:
            yield line["topic_prompt"].problem(
                "no key is found in the menu {prompt!r} in {file}, such as '{example}'; check that"
                " it says how each topic is chosen",
                prompt=menu.prompt,
                file=menu.file,
                example=menu.example,
            )


@dataclass(frozen=True, kw_only=True)
class _Menu:
    """What a line's menu says in one language: all keys, and those that are to be pressed."""

    prompt: str
    file: str
    said: Set[int]
    offered: Set[int]
    example: str


def _menus(line: Node, texts: Texts) -> Iterator[_Menu]:
    prompt = line["topic_prompt"].text
    for name, _ in line["languages"].words():
        language = Language(name)
        text = texts[language].get(prompt or "")
        if prompt is not None and text is not None:
            yield _Menu(
                prompt=prompt,
                file=f"prompts.{language}.yaml",
                said=set(map(int, _SAID.findall(text))),
                offered=set(map(int, _TO_BE_PRESSED[language].findall(text))),
                example=_LIKE[language],
            )
