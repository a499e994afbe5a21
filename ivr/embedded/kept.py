"""A server of our own that has died is started again, until it is to end."""

import asyncio
import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import structlog

log = structlog.get_logger(__name__)

LOOK_EVERY_S = 0.5

Access = TypeVar("Access")
Found_co = TypeVar("Found_co", covariant=True)


class Server(Protocol[Found_co]):
    """An embedded server; all of it blocks."""

    def runs(self) -> bool:
        """Whether its process lives."""
        ...

    def ensure_running(self) -> Found_co:
        """Start it unless it runs; how to reach it. Raises Refusal."""
        ...

    def stop(self) -> None:
        """End it."""
        ...


class KeptServer(Generic[Access]):
    """Implements `ivr.running.OwnServer`. `again` is told how it is reached after each start."""

    def __init__(self, name: str, server: Server[Access], again: Callable[[Access], None]) -> None:
        self.name = name
        self._server = server
        self._again = again
        # A start that goes on in a thread cannot be called off: the end waits for it.
        self._one_at_a_time = threading.Lock()
        self._ending = False

    async def keep(self) -> None:
        """Look after it, for ever; end it by cancelling. Raises Refusal when it does not start."""
        while True:
            access = await asyncio.to_thread(self._start_if_dead)
            if access is not None:
                self._again(access)
                log.warning("server.started_again", server=self.name)
            await asyncio.sleep(LOOK_EVERY_S)

    def stop(self) -> None:
        """End it for good; blocking."""
        with self._one_at_a_time:
            self._ending = True
            self._server.stop()

    def _start_if_dead(self) -> Access | None:
        with self._one_at_a_time:
            if self._ending or self._server.runs():
                return None
            log.error("server.died", server=self.name)
            return self._server.ensure_running()
