"""One director after another, for as long as the line runs."""

import asyncio

import structlog

from ivr.director.director import Director
from ivr.director.house import House
from ivr.domain.call import CallId, LineId
from ivr.ports import (
    Connection,
    Connections,
    JournalUnavailable,
    SwitchRefused,
    SwitchUnavailable,
)
from ivr.stage import Call

log = structlog.get_logger(__name__)

# Between two connections, so that one that fails at once does not spin.
PAUSE_S = 0.2


class Conductor:
    """Connects, lets a director work until the connection is lost, and connects again.

    `ready` is set once, when calls are taken for the first time.
    """

    def __init__(self, connections: Connections, house: House) -> None:
        self.ready = asyncio.Event()
        self._connections = connections
        self._house = house
        self._connection: Connection | None = None
        self._director: Director | None = None
        self._closing = False

    @property
    def connected(self) -> bool:
        """Whether calls are being taken now."""
        return self._director is not None and self._director.ready

    @property
    def answer_s(self) -> float | None:
        """How long the switch took lately to answer, seconds; None: not connected, or unasked."""
        return self._connection.answer_s if self._connection is not None else None

    @property
    def calls(self) -> int:
        """How many calls are being performed."""
        return len(self._director.on_air) if self._director is not None else 0

    @property
    def called_back(self) -> frozenset[CallId]:
        """The calls back that are being performed."""
        return self._director.on_air.called_back if self._director is not None else frozenset()

    @property
    def lines(self) -> frozenset[LineId] | None:
        """The lines that somebody is on; None while that is not known."""
        director = self._director
        return director.on_air.lines if director is not None and director.ready else None

    def call(self, call_id: CallId) -> Call | None:
        """The call that is being performed under this id."""
        return self._director.on_air.call(call_id) if self._director is not None else None

    async def conduct(self) -> None:
        """Work until cancelled; end it with `leave`, so that calls stay on the switch."""
        while True:
            async with self._connections.connect() as connection:
                await self._direct(connection)
            log.warning("switch.connection_lost")
            await asyncio.sleep(PAUSE_S)

    async def finish(self) -> None:
        """Take no new calls, and return when those in progress have ended.

        A connection lost meanwhile is waited for: its calls are still on the switch.
        """
        self._closing = True
        while True:
            director = self._director
            if director is not None and director.ready:
                await director.finish()
                if director is self._director:
                    return
            await asyncio.sleep(PAUSE_S)

    async def leave(self) -> None:
        """Let go of the switch at once; the calls stay there for the next controller.

        The connection goes first: from then on nothing that ends here can
        disturb a caller.
        """
        if self._connection is not None:
            await self._connection.close()

    async def _direct(self, connection: Connection) -> None:
        director = Director(self._house, connection)
        self._connection, self._director = connection, director
        if self._closing:
            director.close_doors()
        try:
            await director.run(self.ready.set)
        except (SwitchUnavailable, SwitchRefused, JournalUnavailable) as error:
            log.warning("switch.not_taken_up", reason=str(error))
        finally:
            self._connection = self._director = None
