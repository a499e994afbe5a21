"""How often each number has been called lately, over all lines, by the line and by people."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from ivr.domain.callback import Callback, CallbackId

# As long as the disk keeps requests that are over, whatever the clock does meanwhile.
KEPT = timedelta(days=7)
_LOOKED_EVERY = timedelta(days=1)


class CallsMade:
    """The beginnings of the attempts of all requests, those that are over as well."""

    def __init__(self) -> None:
        self._began: dict[str, dict[CallbackId, tuple[datetime, ...]]] = {}
        self._looked: datetime | None = None

    def note(self, callback: Callback) -> None:
        """The request has these attempts now."""
        began = tuple(attempt.began for attempt in callback.attempts)
        if began:
            self._began.setdefault(callback.number, {})[callback.id] = began
            self._forget(max(began))
        else:
            self._began.get(callback.number, {}).pop(callback.id, None)

    def learn(self, callback: Callback) -> None:
        """What is on disk, unless the request is known here."""
        if callback.id not in self._began.get(callback.number, {}):
            self.note(callback)

    def to(self, number: str) -> Sequence[datetime]:
        """When the number was called, in no order; UTC."""
        return [at for began in self._began.get(number, {}).values() for at in began]

    def _forget(self, now: datetime) -> None:
        """Numbers that nobody has called for long are known here no longer."""
        if self._looked is not None and abs(now - self._looked) < _LOOKED_EVERY:
            return
        self._looked = now
        for number in list(self._began):
            if all(at < now - KEPT for at in self.to(number)):
                del self._began[number]
