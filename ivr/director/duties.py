"""The states of the counsellors: each change takes its place in memory and on the record."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

import structlog

from ivr.domain import duty as codec
from ivr.domain.call import CallId, CounsellorId
from ivr.domain.counsellor import Doing, Duty
from ivr.domain.journal import Data, DutyEvent, DutyKind, EventId
from ivr.ports import Clock, Journal

log = structlog.get_logger(__name__)

# The event that says that a counsellor is in this state now, with nothing else to say.
_ARRIVED_AT: Mapping[Doing, DutyKind] = {
    Doing.SIGNED_OUT: DutyKind.SIGNED_OUT,
    Doing.AWAY: DutyKind.UNREACHABLE,
    Doing.FREE: DutyKind.FREE,
    Doing.RINGING: DutyKind.RINGING,
    Doing.TALKING: DutyKind.TALKING,
    Doing.WRAP_UP: DutyKind.WRAP_UP,
    Doing.PAUSED: DutyKind.PAUSED,
}

# What every call brings; it stands on the record, and a log line each would cost more
# than the matching.
_OF_EVERY_CALL = frozenset(
    {
        DutyKind.RINGING,
        DutyKind.WITHDRAWN,
        DutyKind.TALKING,
        DutyKind.WRAP_UP,
        DutyKind.FREE,
    }
)


class Duties:
    """What each of these counsellors is doing."""

    def __init__(
        self,
        people: Iterable[CounsellorId],
        clock: Clock,
        journal: Journal,
        moved: Callable[[CounsellorId, Duty], None],
    ) -> None:
        """`moved` is told every state as it is taken over, the first ones included."""
        self._clock = clock
        self._journal = journal
        self._states: dict[CounsellorId, Duty] = {}
        self._people: frozenset[CounsellorId] = frozenset()
        self.renew(people, moved)

    def renew(
        self, people: Iterable[CounsellorId], moved: Callable[[CounsellorId, Duty], None]
    ) -> None:
        """Go on with these counsellors: those known go on as they are.

        Of others the last state is kept: who comes back goes on from there.
        """
        self._moved = moved
        now, order = self._clock.now(), tuple(people)
        self._people = frozenset(order)
        for counsellor in order:
            self._take(counsellor, self._states.get(counsellor) or Duty.begin(now))

    def __contains__(self, counsellor: CounsellorId) -> bool:
        return counsellor in self._people

    def __getitem__(self, counsellor: CounsellorId) -> Duty:
        """What the counsellor is doing now. Raises KeyError for one who is not configured."""
        duty = self._states[counsellor]
        if duty.wrap_up_until is not None:
            self.settle(counsellor, self.now())
        return self._states[counsellor]

    def settle(self, counsellor: CounsellorId, now: datetime) -> None:
        """Let a wrap-up end whose time is over."""
        duty = self._states[counsellor]
        settled = duty.settled(now)
        if settled is not duty:
            self.arrive(counsellor, settled, at=settled.since)

    def now(self) -> datetime:
        """The present instant, UTC."""
        return self._clock.now()

    def recall(self, counsellor: CounsellorId, written: str | None) -> None:
        """Take the state on the record, if it is later than the one in memory and readable."""
        if written is None:
            return
        try:
            duty = codec.decode(written)
        except ValueError:
            log.exception("counsellor.record_unreadable", counsellor=counsellor)
            return
        if duty.serial > self._states[counsellor].serial:
            self._take(counsellor, duty)

    def put(
        self,
        counsellor: CounsellorId,
        duty: Duty,
        kind: DutyKind,
        *,
        call: CallId | None = None,
        data: Data | None = None,
        at: datetime | None = None,
    ) -> None:
        """Take over a new state, and put on the record what led to it."""
        duty = replace(duty, serial=self._states[counsellor].serial + 1)
        self._take(counsellor, duty)
        at = at or self.now()
        self._journal.record_duty(
            DutyEvent(
                id=EventId(f"{counsellor}/{at:%Y%m%dT%H%M%S%f}/{duty.serial}"),
                counsellor=counsellor,
                kind=kind,
                at=at,
                call_id=call,
                data=data or {},
                duty=codec.encode(duty),
            )
        )
        if kind not in _OF_EVERY_CALL:
            log.info("counsellor.changed", counsellor=counsellor, kind=kind, doing=duty.doing)

    def arrive(self, counsellor: CounsellorId, duty: Duty, *, at: datetime | None = None) -> None:
        """Take over a new state that says itself what happened."""
        until = duty.wrap_up_until
        data: Mapping[Doing, Data] = {
            Doing.WRAP_UP: {"until": None if until is None else until.isoformat()},
            Doing.PAUSED: {"reason": duty.reason},
            Doing.AWAY: {"account": duty.account},
        }
        call = duty.call if duty.doing is Doing.WRAP_UP else None
        self.put(
            counsellor,
            duty,
            _ARRIVED_AT[duty.doing],
            call=call,
            data=data.get(duty.doing, {}),
            at=at,
        )

    def _take(self, counsellor: CounsellorId, duty: Duty) -> None:
        self._states[counsellor] = duty
        self._moved(counsellor, duty)
