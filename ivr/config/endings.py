"""Whether what is to happen to callers who cannot be served at once is there to happen."""

from collections.abc import Iterator

from ivr.config.naming import NO_TOPIC, unknown
from ivr.config.problem import Problem
from ivr.config.source import Node
from ivr.config.waiting import ENDINGS
from ivr.domain.policy import Ending, OnAbandon, OnCutOff

_CALLBACKS = frozenset({Ending.OFFER_CALLBACK.value, Ending.KEEP_CALLBACK.value})


def contradictions(line: Node, topics: Node) -> Iterator[Problem]:
    """Endings of a line's waiting that need what the line does not have."""
    waiting = line["waiting"]
    yield from unknown(
        waiting["other_topic"].text, waiting["other_topic"].problem, topics, NO_TOPIC
    )
    for key, node in waiting.entries():
        if key in ENDINGS:
            yield from _callbacks_off(line, key, node)
            yield from _no_other_topic(line, key, node)
    yield from _abandon_off(line)
    yield from _the_same_topic(line)


def overflow(name: str, topic: Node, topics: Node) -> Iterator[Problem]:
    """Whether a topic's callers have somewhere to overflow to."""
    routing = topic["routing"]
    other, after = routing["overflow_topic"], routing["overflow_after_s"]
    yield from unknown(other.text, other.problem, topics, NO_TOPIC)
    if other.text == name:
        yield other.problem("{name!r} overflows to itself; name another topic", name=name)
    if after.value is not None and other.value is None:
        yield after.key_problem("overflow_after_s without overflow_topic; name the topic, too")
    if other.value is not None and after.value is None:
        yield other.key_problem("overflow_topic without overflow_after_s; say after how long")


def other_topics(line: Node) -> dict[str, Node]:
    """The topic that callers of the line are led to when they cannot go on waiting, if any is."""
    waiting = line["waiting"]
    other = waiting["other_topic"]
    led = any(waiting[key].text == Ending.OTHER_TOPIC for key in ENDINGS)
    return {other.text: other} if led and other.text is not None else {}


def _callbacks_off(line: Node, key: str, ending: Node) -> Iterator[Problem]:
    off = line["callback"]["enabled"].value in (False, "no")
    if off and ending.text in _CALLBACKS:
        yield ending.problem(
            "callbacks are off, yet {key} ends in one; write enabled: yes,"
            " or {key}: notice, other_topic or wait",
            key=key,
        )


def _abandon_off(line: Node) -> Iterator[Problem]:
    off = line["callback"]["enabled"].value in (False, "no")
    for name, makes_one in (("on_abandon", OnAbandon.CALLBACK), ("on_cut_off", OnCutOff.CANDIDATE)):
        key = line["waiting"][name]
        if off and key.text == makes_one:
            yield key.problem(
                "callbacks are off, yet {name} makes one; write enabled: yes, or {name}: nothing",
                name=name,
            )


def _no_other_topic(line: Node, key: str, ending: Node) -> Iterator[Problem]:
    if ending.text == Ending.OTHER_TOPIC and line["waiting"]["other_topic"].value is None:
        yield ending.problem(
            "{key} leads to another topic, but there is no other_topic; name it there", key=key
        )


def _the_same_topic(line: Node) -> Iterator[Problem]:
    for name, node in other_topics(line).items():
        if name == line["general_topic"].text:
            yield node.problem(
                "{name!r} is the line's own general topic, where the caller may be waiting"
                " already; name another topic",
                name=name,
            )
