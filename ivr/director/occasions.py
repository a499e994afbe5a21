"""When to look whether somebody can be served: after a change, and when time alone brings one."""

import asyncio
from collections.abc import Callable
from datetime import datetime

# A clock that was moved is noticed at the latest after so long.
LONGEST_SLEEP_S = 30.0


class Occasions:
    """The occasions of one connection; at each, `look` is called in the event loop."""

    def __init__(self, look: Callable[[], None]) -> None:
        self._look = look
        self._soon: asyncio.Handle | None = None
        self._later: asyncio.TimerHandle | None = None
        self._over = False

    def soon(self) -> None:
        """Look once everything that happens in this instant has happened."""
        if self._soon is None and not self._over:
            self._soon = asyncio.get_running_loop().call_soon(self._now)

    def at(self, instant: datetime | None, now: datetime) -> None:
        """Look then at the latest, in place of any instant said before; None: at none."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
        if instant is not None:
            left_s = min((instant - now).total_seconds(), LONGEST_SLEEP_S)
            self._later = asyncio.get_running_loop().call_later(left_s, self.soon)

    def end(self) -> None:
        """Look no more, whatever happens."""
        self._over = True
        for handle in (self._soon, self._later):
            if handle is not None:
                handle.cancel()

    def _now(self) -> None:
        self._soon = None
        self._look()
