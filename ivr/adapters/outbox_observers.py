"""Who is told of an event once it is on disk."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from ivr.domain.journal import CallbackEvent, DutyEvent, Event, Recorded

_log = structlog.get_logger(__name__)


def _unobserved(_: Recorded) -> None:
    """Nobody looks."""


@dataclass(frozen=True, kw_only=True)
class Observers:
    """Told of each new event once, in order, by whom it is about.

    `callbacks` are the requests to be called back.
    """

    calls: Callable[[Event], None] = _unobserved
    counsellors: Callable[[DutyEvent], None] = _unobserved
    callbacks: Callable[[CallbackEvent], None] = _unobserved

    def tell(self, event: Recorded) -> None:
        """This is on disk; an observer that fails harms neither the record nor the others."""
        try:
            self._tell(event)
        except Exception:  # noqa: BLE001 - a screen that fails must not harm the record
            _log.exception("outbox.observer_failed", event_id=event.id)

    def _tell(self, event: Recorded) -> None:
        match event:
            case Event():
                self.calls(event)
            case DutyEvent():
                self.counsellors(event)
            case CallbackEvent():
                self.callbacks(event)


NOBODY = Observers()
