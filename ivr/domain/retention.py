"""How long the numbers of requests to be called back are kept after they are over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ivr.domain.call import LineId
from ivr.domain.policy import CallbackPolicy
from ivr.domain.service import Service

LEFT_ALONE_DAYS = 90  # one that was given up and that nobody touches for so long is over


@dataclass(frozen=True, kw_only=True)
class Retention:
    """Days of 24 hours by the line; `otherwise` for lines that are no longer configured."""

    days: Mapping[LineId, int] = field(default_factory=dict)
    otherwise: int = CallbackPolicy().erase_after_days

    @classmethod
    def of(cls, service: Service) -> "Retention":
        """As the lines are configured."""
        return cls(days={line.id: line.callback.erase_after_days for line in service.lines})

    def until(self, now: datetime) -> Mapping[LineId, datetime]:
        """By the line: what was over by then is erased."""
        return {line: now - timedelta(days=days) for line, days in self.days.items()}

    def until_otherwise(self, now: datetime) -> datetime:
        """The same for every other line."""
        return now - timedelta(days=self.otherwise)
