"""The record of a simulated call: kept in memory, told to whoever tells the story."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from ivr.domain.call import CallId, CounsellorId, Facts, LineId
from ivr.domain.callback import Callback, CallbackId
from ivr.domain.journal import (
    PROMISES,
    CallbackEvent,
    DutyEvent,
    Event,
    EventId,
    Promised,
    Recorded,
)
from ivr.domain.place import Regained


class SimulatedJournal:
    """Implements `ivr.ports.Journal` for one call; nobody has called before it.

    `tell` is told of every event of the call, once and in order.
    """

    def __init__(self, tell: Callable[[Event], None]) -> None:
        self._tell = tell
        self._events: dict[EventId, Event] = {}

    def record(self, event: Event) -> None:
        """See `ivr.ports.Journal`."""
        if event.id not in self._events:
            self._events[event.id] = event
            self._tell(event)

    async def promise(self, event: Event) -> None:
        """See `ivr.ports.Journal`."""
        self.record(event)

    async def flush(self) -> None:
        """Nothing is on its way."""

    async def open_calls(self) -> Mapping[CallId, Facts]:
        """None: the simulation begins with nobody on the line."""
        return {}

    async def callback_promised(self, call: CallId) -> Promised | None:
        """See `ivr.ports.Journal`."""
        for event in self._events.values():
            if event.kind in PROMISES and event.call_id == call:
                callback = CallbackId(str(event.data.get("callback", call)))
                return Promised(
                    callback=callback, by=date.fromisoformat(str(event.data["promised_by"]))
                )
        return None

    def record_callback(self, event: CallbackEvent) -> None:
        """Requests are kept by the house; the call says what it was promised."""

    async def promise_callback(self, event: CallbackEvent, said: Event) -> None:
        """See `ivr.ports.Journal`."""
        self.record(said)

    async def change_callback(self, *events: CallbackEvent) -> None:
        """Nobody works through the callbacks here."""

    async def keep_all(self, *events: Recorded) -> None:
        """See `ivr.ports.Journal`."""
        for event in events:
            if isinstance(event, Event):
                self.record(event)

    async def callbacks(self) -> Sequence[Callback]:
        """None yet."""
        return ()

    def record_duty(self, event: DutyEvent) -> None:
        """What counsellors do is not the caller's story."""

    async def duties(self) -> Mapping[CounsellorId, str]:
        """Nothing is known of anybody."""
        return {}

    async def left_line(
        self, line: LineId, number: str, since: datetime, *, by: CallId
    ) -> Regained | None:
        """No place: nobody has called before."""
        return None
