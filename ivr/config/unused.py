"""What the files define and no caller ever meets: doubtful, for it is seldom meant so."""

from collections.abc import Collection, Iterator
from difflib import get_close_matches
from itertools import product

from ivr.config.naming import skills
from ivr.config.problem import Problem
from ivr.config.references import Files
from ivr.config.source import Document, Node
from ivr.domain.call import Language
from ivr.domain.prompts import OWN_NOTICE, REQUIRED_PROMPTS

_OWN_MENU = "topic_"  # as the menus that come with the line are named
_ALIKE = 0.8  # of 1: a slip of the pen, and no name of its own


def doubts(files: Files) -> Iterator[Problem]:
    """Topics and schedules that no line has, and counsellors to whom no call leads."""
    lines = [line for _, line in files.lines.root["lines"].entries()]
    topics = dict(files.lines.root["topics"].entries())
    led = {name for line in lines for name in _led_to(line)}
    led |= {topic["routing"]["overflow_topic"].text or "" for topic in topics.values()}
    for name, topic in topics.items():
        if name not in led:
            yield topic.key_problem(
                "no line leads to the topic {topic!r}; add it to the topics of a line, or take it"
                " away",
                topic=name,
            )
    used = {line["schedule"].text for line in lines}
    for name, schedule in files.schedule.root["schedules"].entries():
        if name not in used:
            yield schedule.key_problem(
                "no line has the schedule {schedule!r}; name it in lines.yaml, or take it away",
                schedule=name,
            )
    yield from _idle(files, lines)


def misspelt(prompts: Document, files: Files) -> Iterator[Problem]:
    """Prompts of the folder's own that are named almost as one of the line's."""
    for name, node in _of_no_use(prompts, files):
        if near := _near(name):
            yield node.key_problem(
                "the line has no prompt {name!r}; did you mean {near!r}?", name=name, near=near
            )


def unsaid(prompts: Document, language: Language, files: Files) -> Iterator[Problem]:
    """Prompts of the folder's own that nothing has the line say, or that one language lacks."""
    for name, node in _of_no_use(prompts, files):
        if _near(name) is None:
            yield node.key_problem(
                "nothing has the line say the prompt {name!r}; name it in a topic_prompt or an"
                " exception, or take it away",
                name=name,
            )
    for name, node in prompts.root.entries():
        for other, texts in files.prompts.items():
            if other is not language and name not in texts:
                yield node.key_problem(
                    "the prompt {name!r} is not in {file}; write it there, too",
                    name=name,
                    file=f"prompts.{other}.yaml",
                )


def _led_to(line: Node) -> Iterator[str]:
    """The topics that callers of the line can come to."""
    yield from (name for name, _ in line["topics"].words())
    yield from (node.text or "" for node in (line["general_topic"], line["waiting"]["other_topic"]))


def _idle(files: Files, lines: Collection[Node]) -> Iterator[Problem]:
    """Counsellors who serve nothing that a line leads to in a language of theirs."""
    asked = {pair for line in lines for pair in product(_led_to(line), _languages(line))}
    anybody = {
        language
        for line in lines
        for topic in _led_to(line)
        for language in _languages(line)
        if files.lines.root["topics"][topic]["routing"]["anyone_after_s"].value is not None
    }
    overflows = {
        (topic["routing"]["overflow_topic"].text or "", language)
        for name, topic in files.lines.root["topics"].entries()
        for asked_topic, language in asked
        if asked_topic == name
    }
    for name, counsellor in files.counsellors.root["counsellors"].entries():
        topics = [topic for topic, _ in skills(counsellor["topics"])]
        languages = {language for language, _ in skills(counsellor["languages"])}
        served = set(product(topics, languages))
        if not served & (asked | overflows) and not languages & anybody:
            yield counsellor.key_problem(
                "no call leads to {counsellor!r}: no line has one of these topics in one of these"
                " languages; check topics and languages",
                counsellor=name,
            )


def _languages(line: Node) -> Iterator[str]:
    yield from (name for name, _ in line["languages"].words())


def _of_no_use(prompts: Document, files: Files) -> Iterator[tuple[str, Node]]:
    """Prompts that are none of the line's, and that no line and no exception names."""
    lines = (line for _, line in files.lines.root["lines"].entries())
    schedules = (schedule for _, schedule in files.schedule.root["schedules"].entries())
    said = {line["topic_prompt"].text for line in lines}
    said |= {each["prompt"].text for one in schedules for each in one["exceptions"].items()}
    for name, node in prompts.root.entries():
        ours = name in REQUIRED_PROMPTS or name.startswith((_OWN_MENU, OWN_NOTICE))
        if not ours and name not in said:
            yield name, node


def _near(name: str) -> str | None:
    return next(iter(get_close_matches(name, REQUIRED_PROMPTS, n=1, cutoff=_ALIKE)), None)
