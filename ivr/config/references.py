"""Whether the lines, topics and counsellors fit together.

The checks read the files as they stand, whether or not the rest of an entry is
right, so that one run shows every mistake.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from ivr.config.problem import Problem, cure, listed
from ivr.config.source import Document, Node
from ivr.domain.call import Language
from ivr.domain.number import dialled_form

_LANGUAGE_NAMES = {Language.FI: "Finnish", Language.SV: "Swedish"}


@dataclass(frozen=True, kw_only=True)
class Files:
    """What is checked against each other; `prompts` are the texts of each language by id."""

    lines: Document
    schedule: Document
    counsellors: Document
    prompts: Mapping[Language, Mapping[str, str]]


def contradictions(files: Files) -> Iterator[Problem]:
    """Everything in lines.yaml and counsellors.yaml that names what is not there, or twice."""
    lines, topics = files.lines.root["lines"], files.lines.root["topics"]
    yield from _numbers(lines)
    for _, line in lines.entries():
        yield from _line_topics(line, topics)
        yield from _repeated(line["languages"])
        yield from _known(line["schedule"], files.schedule.root["schedules"], "schedule")
        yield from _topic_menu(line, topics)
        yield from _topic_prompt(line["topic_prompt"], files.prompts)
    yield from _counsellors(files.counsellors.root["counsellors"], topics)


def unserved(files: Files) -> Iterator[Problem]:
    """Topics of a line that nobody answers in one of its languages; only for files without fault.

    With a fault in a counsellor's entry it would blame lines that are right.
    """
    served = {
        (topic, language)
        for _, counsellor in files.counsellors.root["counsellors"].entries()
        for topic, _ in counsellor["topics"].words()
        for language, _ in counsellor["languages"].words()
    }
    for name, line in files.lines.root["lines"].entries():
        general = line["general_topic"]
        topics = {str(general.text): general} | dict(line["topics"].words())
        for (topic, place), (language, _) in product(topics.items(), line["languages"].words()):
            if (topic, language) not in served:
                yield place.problem(
                    f"no counsellor serves {topic!r} in {_LANGUAGE_NAMES[Language(language)]},"
                    f" which the line {name!r} offers; add it to one in counsellors.yaml"
                )


def _known(name: Node, section: Node, kind: str) -> Iterator[Problem]:
    known = dict(section.entries())
    if known and name.text is not None and name.text not in known:
        file = section.document.path.name
        yield name.problem(f"there is no {kind} {name.text!r} in {file}; {cure(name.text, known)}")


def _repeated(names: Node) -> Iterator[Problem]:
    yield from _twice(names.words(), lambda text, _: f"{text!r} is here twice; write it once")


def _twice(
    words: Iterator[tuple[str, Node]], refusal: Callable[[str, Node], str]
) -> Iterator[Problem]:
    """A problem for each word that has come before; `refusal` gets the word and its first place."""
    seen: dict[str, Node] = {}
    for text, node in words:
        if text in seen:
            yield node.problem(refusal(text, seen[text]))
        seen.setdefault(text, node)


def _numbers(lines: Node) -> Iterator[Problem]:
    dialled = (
        (dialled_form(number), node)
        for _, line in lines.entries()
        for number, node in line["numbers"].words()
        if dialled_form(number)
    )
    yield from _twice(
        dialled,
        lambda number, first: (
            f"the number {number} belongs to the line {first.loc[1]!r} already; give it to one line"
        ),
    )


def _line_topics(line: Node, topics: Node) -> Iterator[Problem]:
    for _, topic in line["topics"].words():
        yield from _known(topic, topics, "topic")
    yield from _repeated(line["topics"])
    yield from _known(line["general_topic"], topics, "topic")


def _topic_menu(line: Node, topics: Node) -> Iterator[Problem]:
    known = dict(topics.entries())
    names = {name: place for name, place in line["topics"].words() if name in known}
    general = line["general_topic"]
    if line["topic_prompt"].value is not None:
        yield from _menu_keys(names, general, topics)
    elif len(names) > 1:
        yield line["topics"].key_problem(
            f"{len(names)} topics and no topic_prompt: the caller is never asked;"
            " name the prompt of a menu, or leave one topic"
        )
    elif names and general.text in known and general.text not in names:
        yield general.problem(
            f"without a topic_prompt the only topic is the general one; write {listed(names)}"
        )


def _menu_keys(names: Mapping[str, Node], general: Node, topics: Node) -> Iterator[Problem]:
    by_key: dict[int, list[str]] = defaultdict(list)
    for name, place in names.items():
        key = topics[name]["key"].number
        if key is None:
            continue  # the schema, or the check of the topics' names, has said so
        if key == 0 and name != general.text:
            yield place.problem(
                f"{name!r} has key 0, which is 'I don't know' and leads to general_topic;"
                " give it a key from 1 to 9"
            )
        if by_key[key]:
            yield place.problem(
                f"{name!r} has key {key} in the menu, and so has {by_key[key][0]!r};"
                " give each topic of a line a key of its own"
            )
        by_key[key].append(name)
    key = topics[general.text]["key"].number if general.text else None
    if general.text not in names and key not in {None, 0}:
        yield general.problem(
            f"the general topic {general.text!r} is none of the line's topics and has key {key};"
            " add it to topics, or give it key 0 ('I don't know')"
        )


def _topic_prompt(prompt: Node, prompts: Mapping[Language, Collection[str]]) -> Iterator[Problem]:
    for language, known in prompts.items():
        if known and prompt.text is not None and prompt.text not in known:
            menus = [name for name in known if name.startswith("topic_")] or known
            yield prompt.problem(
                f"there is no prompt {prompt.text!r} in prompts.{language}.yaml;"
                f" {cure(prompt.text, menus)} Or write it there."
            )


def _counsellors(counsellors: Node, topics: Node) -> Iterator[Problem]:
    accounts = (
        (account, entry["account"])
        for _, entry in counsellors.entries()
        if (account := entry["account"].text) is not None
    )
    yield from _twice(
        accounts,
        lambda account, first: (
            f"the account {account!r} is {first.loc[1]!r}'s already; each counsellor has their own"
        ),
    )
    for _, counsellor in counsellors.entries():
        for _, topic in counsellor["topics"].words():
            yield from _known(topic, topics, "topic")
        yield from _repeated(counsellor["topics"])
        yield from _repeated(counsellor["languages"])
