"""Whether the lines, topics and counsellors fit together.

The checks read the files as they stand, whether or not the rest of an entry is
right, so that one run shows every mistake.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from ivr.config import endings, staff, timing
from ivr.config.naming import repeated, skills, twice, unknown
from ivr.config.problem import Problem, cure, listed
from ivr.config.source import Document, Node
from ivr.domain.call import Language
from ivr.domain.number import FINLAND, dialled_form

_OURS = f"+{FINLAND}"
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
    schedules = files.schedule.root["schedules"]
    yield from _numbers(lines)
    yield from repeated(files.lines.root["calling_back"]["to"])
    for name, topic in topics.entries():
        yield from endings.overflow(name, topic, topics)
    for _, line in lines.entries():
        yield from _line_topics(line, topics)
        yield from repeated(line["languages"])
        yield from repeated(line["dispositions"])
        yield from unknown(line["schedule"].text, line["schedule"].problem, schedules, "schedule")
        yield from _topic_menu(line, topics)
        yield from _topic_prompt(line["topic_prompt"], files.prompts)
        yield from endings.contradictions(line, topics)
        yield from timing.contradictions(line, files.prompts)
        yield from _foreign(line, files.lines.root["calling_back"]["to"])
    yield from staff.outside_numbers(files.lines.root)
    yield from staff.contradictions(files.counsellors.root, files.lines.root)


def doubts(files: Files) -> Iterator[Problem]:
    """What the line can run by, but hardly as it is meant; only for files without fault."""
    for _, line in files.lines.root["lines"].entries():
        yield from timing.doubts(line, files.prompts)


def unserved(files: Files) -> Iterator[Problem]:
    """Topics of a line that nobody answers in one of its languages; only for files without fault.

    With a fault in a counsellor's entry it would blame lines that are right.
    """
    served = {
        (topic, language)
        for _, counsellor in files.counsellors.root["counsellors"].entries()
        for topic, _ in skills(counsellor["topics"])
        for language, _ in skills(counsellor["languages"])
    }
    for name, line in files.lines.root["lines"].entries():
        general = line["general_topic"]
        topics = {str(general.text): general} | dict(line["topics"].words())
        topics |= endings.other_topics(line)
        for (topic, place), (language, _) in product(topics.items(), line["languages"].words()):
            if (topic, language) not in served:
                yield place.problem(
                    f"no counsellor serves {topic!r} in {_LANGUAGE_NAMES[Language(language)]},"
                    f" which the line {name!r} offers; add it to one in counsellors.yaml"
                )


def _foreign(line: Node, to: Node) -> Iterator[Problem]:
    """A line that is to call other countries, to none of which the service calls."""
    abroad = [text for text, _ in to.words() if not text.startswith(_OURS)]
    foreign = line["callback"]["foreign"]
    if foreign.value in (True, "yes") and not abroad:
        yield foreign.problem(
            "the service calls no number abroad; add a beginning, such as +46, to `to` of"
            " calling_back, or write foreign: no"
        )


def _numbers(lines: Node) -> Iterator[Problem]:
    dialled = (
        (dialled_form(number), node)
        for _, line in lines.entries()
        for number, node in line["numbers"].words()
        if dialled_form(number)
    )
    yield from twice(
        dialled,
        lambda number, first: (
            f"the number {number} belongs to the line {first.loc[1]!r} already; give it to one line"
        ),
    )


def _line_topics(line: Node, topics: Node) -> Iterator[Problem]:
    for _, topic in line["topics"].words():
        yield from unknown(topic.text, topic.problem, topics, "topic")
    yield from repeated(line["topics"])
    general = line["general_topic"]
    yield from unknown(general.text, general.problem, topics, "topic")


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
