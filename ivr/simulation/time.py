"""Time that passes only when nothing can run, and then at once."""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")


class _Selector(selectors.SelectSelector):
    def __init__(self) -> None:
        super().__init__()
        self.elapsed = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("everything waits for ever: nothing is left that could happen")
        self.elapsed += max(timeout, 0.0)
        # By its own socket alone the loop is woken, which never sleeps: nobody need look there.
        return super().select(0) if len(self.get_map()) > 1 else []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose clock begins at 0 and jumps to the next timer."""

    def __init__(self) -> None:
        self._jumping = _Selector()
        super().__init__(self._jumping)

    def time(self) -> float:
        """Seconds that have passed in this loop."""
        return self._jumping.elapsed


class VirtualClock:
    """The loop's time as instants from `begin` (UTC) on. Implements `ivr.ports.Clock`."""

    def __init__(self, begin: datetime) -> None:
        self._begin = begin

    def now(self) -> datetime:
        """The present instant, UTC."""
        return self._begin + timedelta(seconds=asyncio.get_running_loop().time())


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end in virtual time."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
