"""How the running service is, as the web port shows it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from ivr.adapters.outbox import Outbox
from ivr.adapters.outbox_store import Backlog
from ivr.adapters.shipping import Shipper
from ivr.adapters.steady_clock import SteadyClock
from ivr.configuring import Configuration
from ivr.director import CallbackDesk, Conductor, DutyDesk, House
from ivr.domain.call import CallId, LineId
from ivr.domain.callback import Callback, expected_by
from ivr.domain.counsellor import Doing
from ivr.domain.promise import overdue
from ivr.registration import Registration
from ivr.succession import Succession
from ivr.upkeep import Upkeep
from ivr.web.status import TRUNK, Promises

_EMPTY = Backlog(size=0, oldest=None, rejected=0, room_bytes=0, filling=False)


class Condition:
    """Implements `ivr.web.status.Status` for as much of the service as there is yet."""

    def __init__(self, clock: SteadyClock) -> None:
        self.succession: Succession | None = None
        self.conductor: Conductor | None = None
        self.shipper: Shipper | None = None
        self.house: House | None = None
        self.configuration: Configuration | None = None
        self.registration: Registration | None = None
        self.upkeep = Upkeep()
        self._clock = clock

    @property
    def waits(self) -> str | None:
        """See Status."""
        return None if self.succession is None else self.succession.waits

    @property
    def switch_connected(self) -> bool:
        """See Status."""
        return self.conductor is not None and self.conductor.connected

    @property
    def switch_answer_s(self) -> float | None:
        """See Status."""
        return self.conductor.answer_s if self.conductor is not None else None

    @property
    def journal_fault(self) -> str | None:
        """See Status."""
        return None if self._outbox is None else self._outbox.fault

    @property
    def shipping_fault(self) -> str | None:
        """See Status."""
        return "not connected yet" if self.shipper is None else self.shipper.problem

    @property
    def faults(self) -> Mapping[str, str]:
        """See Status."""
        parts = {"configuration": self.configuration, TRUNK: self.registration}
        own = {name: part.fault for name, part in parts.items() if part is not None}
        return {**self.upkeep.faults, **{name: why for name, why in own.items() if why}}

    @property
    def backlog(self) -> int:
        """See Status."""
        return self._backlog.size

    @property
    def oldest_s(self) -> float:
        """See Status."""
        oldest: datetime | None = self._backlog.oldest
        return 0.0 if oldest is None else (self._clock.now() - oldest).total_seconds()

    @property
    def set_aside(self) -> int:
        """See Status."""
        return self._backlog.rejected

    @property
    def _backlog(self) -> Backlog:
        return _EMPTY if self._outbox is None else self._outbox.backlog

    @property
    def _outbox(self) -> Outbox | None:
        """None while it is another controller's."""
        return None if self.succession is None else self.succession.outbox

    @property
    def details_lost(self) -> int:
        """See Status."""
        return 0 if self._outbox is None else self._outbox.details_lost

    @property
    def room_bytes(self) -> int:
        """See Status."""
        return self._backlog.room_bytes

    @property
    def filling(self) -> bool:
        """See Status."""
        return self._backlog.filling

    @property
    def clock_ahead_s(self) -> float:
        """See Status."""
        return self._clock.ahead_s

    @property
    def promises(self) -> Mapping[LineId, Promises]:
        """See Status."""
        if self.house is None or not self.house.roster.resumed:
            return {}
        found: dict[LineId, list[Callback]] = {line.id: [] for line in self.house.service.lines}
        for callback in self.house.callbacks.known:
            found.setdefault(callback.line, []).append(callback)
        return {line: self._counted(callbacks) for line, callbacks in found.items()}

    def _counted(self, callbacks: Sequence[Callback]) -> Promises:
        still_open = [each for each in callbacks if each.open]
        now = self._clock.now()
        return Promises(
            open=len(still_open),
            overdue=sum(overdue(expected_by(each), now) for each in still_open),
            given_up=len(callbacks) - len(still_open),
        )

    @property
    def counsellors(self) -> Mapping[Doing, int]:
        """See Status."""
        return {} if self.desk is None else Counter(each.doing for each in self.desk.on_duty())

    @property
    def desk(self) -> DutyDesk | None:
        """The counsellors' desk; None until the record has said what they were doing."""
        if self.conductor is None or self.house is None or not self.house.roster.resumed:
            return None
        return DutyDesk(self.house, self.conductor.call)

    @property
    def callbacks(self) -> CallbackDesk | None:
        """Where people work through the callbacks; None until the house is there."""
        if self.house is None:
            return None
        house = self.house
        return CallbackDesk(lambda: house.service, house.callbacks, self._clock, self._called_back)

    def _called_back(self) -> frozenset[CallId]:
        return frozenset() if self.conductor is None else self.conductor.called_back
