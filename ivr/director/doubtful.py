"""Requests that callers were told are not kept, though the disk may have kept them too late."""

from collections.abc import Sequence

from ivr.domain.callback import Callback, Key
from ivr.stage import Call


class Doubtful:
    """The latest of each number and line, until it is known what the disk has."""

    def __init__(self) -> None:
        self._asked: dict[Key, Callback] = {}

    def note(self, asked: Callback) -> None:
        """The disk did not say that it has this one."""
        self._asked[asked.key] = asked

    def settled(self, asked: Callback) -> None:
        """What became of it is on disk, or on its way there after it."""
        self._asked.pop(asked.key, None)

    def of(self, call: Call) -> Sequence[Callback]:
        """Those that this call asked for, or that are for the number it comes from."""
        facts = call.facts
        number = None if facts.caller.hidden else facts.caller.number
        key = facts.line, number
        asked = self._asked.values()
        return [each for each in asked if each.key == key or each.id == str(facts.call_id)]

    def clear(self) -> None:
        """It is known what the disk has."""
        self._asked.clear()
