"""The configuration in force, as far as a person may ask to have it looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Reloaded:
    """What a reload has changed, and what is doubtful about the configuration; a line each."""

    changes: Sequence[str]
    doubts: Sequence[str]


class Reloads(Protocol):
    """Which configuration is in force; see `ivr.configuring`."""

    fault: str | None

    async def reload(self) -> Reloaded:
        """Look at the files now, saved or not. Raises Refusal, with every mistake."""
        ...
