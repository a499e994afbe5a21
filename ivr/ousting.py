"""How a controller that runs the line is made to leave it to another one, alive or hanging."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import structlog

from ivr.adapters.outbox_lock import has
from ivr.errors import Refusal

ORDERLY_S = 5.0  # from the wish to the end of a controller that does not hang

log = structlog.get_logger(__name__)


class Ousting:
    """Asks the owner of the outbox to end, and ends it where it does not. Its calls stay."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._since: dict[int | None, float] = {}
        self._sent: set[tuple[int, signal.Signals]] = set()

    def press(self, owner: int | None, now: float) -> None:
        """Do what is due at this time (monotonic, seconds); to be called again and again.

        Raises Refusal for an owner who cannot be ended from here.
        """
        late = now - self._since.setdefault(owner, now) > ORDERLY_S
        if owner is not None and has(owner, self._path):
            self._send(owner, signal.SIGKILL if late else signal.SIGTERM)
        elif late:
            raise Refusal(
                f"The controller that has {self._path} (process {owner or 'unknown'}) cannot be"
                " ended from here: it is another user's, or in another container or on another"
                " host; end it there."
            )

    def _send(self, owner: int, number: signal.Signals) -> None:
        if (owner, number) in self._sent:
            return
        self._sent.add((owner, number))
        log.warning("standby.ends_the_other", process=owner, signal=number.name)
        with suppress(ProcessLookupError):
            os.kill(owner, number)
