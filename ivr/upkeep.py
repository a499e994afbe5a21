"""Work that goes on for as long as the line does: after a fault it is begun again, and shown."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from ivr.errors import Refusal
from ivr.tasks import Tasks

log = structlog.get_logger(__name__)

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 10.0
# Work that has gone on for so long again is in order.
STEADY_S = 60.0

Work = Callable[[], Coroutine[Any, Any, None]]


class Upkeep:
    """No call waits for such work, so that its fault is no reason to let go of the calls.

    `faults` says of each work that has ended why, until it has gone on for a minute again.
    Without personal data: a cause that was not written for people is named by its kind alone,
    and stands in the log.
    """

    def __init__(self) -> None:
        self.faults: dict[str, str] = {}

    async def keep(self, name: str, work: Work, tasks: Tasks) -> None:
        """Do the work among the tasks, for ever; end it with them."""
        ended = 0
        while True:
            task = tasks.start(work(), name)
            done, _ = await asyncio.wait({task}, timeout=STEADY_S)
            if not done:
                ended = 0
                self.faults.pop(name, None)
                await asyncio.wait({task})
            ended += 1
            pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(ended - 1, 10))
            self.faults[name] = _why(task)
            log.error("work.begun_again", work=name, why=_why(task), in_s=pause_s)
            await asyncio.sleep(pause_s)


def _why(task: asyncio.Task[None]) -> str:
    if task.cancelled() or (error := task.exception()) is None:
        return "ended by itself"
    return str(error) if isinstance(error, Refusal) else f"{type(error).__name__}, see the log"
