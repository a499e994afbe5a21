"""Whether the lines, topics and counsellors fit together.

The checks read the files as they stand, whether or not the rest of an entry is
right, so that one run shows every mistake.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from ivr.config import endings, menus, staff, timing
from ivr.config.message import told
from ivr.config.naming import NO_SCHEDULE, NO_TOPIC, repeated, skills, twice, unknown
from ivr.config.problem import Problem
from ivr.config.source import Document, Node
from ivr.domain.call import Language
from ivr.domain.number import FINLAND, dialled_form

_OURS = f"+{FINLAND}"
_IN_LANGUAGE = {Language.FI: told("in Finnish"), Language.SV: told("in Swedish")}


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
        yield from unknown(line["schedule"].text, line["schedule"].problem, schedules, NO_SCHEDULE)
        yield from menus.contradictions(line, topics, files.prompts)
        yield from endings.contradictions(line, topics)
        yield from timing.contradictions(line, files.prompts)
        yield from _foreign(line, files.lines.root["calling_back"]["to"])
    yield from staff.outside_numbers(files.lines.root)
    yield from staff.contradictions(files.counsellors.root, files.lines.root)


def unserved(files: Files) -> Iterator[Problem]:
    """Topics of a line that nobody answers in one of its languages.

    Only for lines.yaml and counsellors.yaml without fault: with one in a counsellor's entry it
    would blame lines that are right.
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
                    "no counsellor serves {topic!r} {in_language},"
                    " which the line {line!r} offers; add it to one in counsellors.yaml",
                    topic=topic,
                    in_language=_IN_LANGUAGE[Language(language)],
                    line=name,
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
    for number, node, first in twice(dialled):
        yield node.problem(
            "the number {number} belongs to the line {line!r} already; give it to one line",
            number=number,
            line=first.loc[1],
        )


def _line_topics(line: Node, topics: Node) -> Iterator[Problem]:
    for _, topic in line["topics"].words():
        yield from unknown(topic.text, topic.problem, topics, NO_TOPIC)
    yield from repeated(line["topics"])
    general = line["general_topic"]
    yield from unknown(general.text, general.problem, topics, NO_TOPIC)
