"""Who is signed in on which phone, at work, free or out: kept up as the counsellors change."""

import heapq
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date, datetime

from ivr.domain.call import CounsellorId
from ivr.domain.counsellor import Doing, Duty
from ivr.domain.line import Available, Skills
from ivr.domain.schedule import local
from ivr.domain.service import Counsellor


class Attendance:
    """What can be asked of all counsellors together, without looking at each of them.

    `present` are those signed in and reachable, `working` those of them who are not
    paused; both are new objects whenever they change, and only then. `everyone` are
    all, present or not. The skills are the counsellors' own.
    """

    def __init__(self, people: Iterable[Counsellor]) -> None:
        self.everyone: Mapping[CounsellorId, Skills] = {
            person.id: Skills(topics=person.topics, languages=person.languages) for person in people
        }
        self.present: Mapping[CounsellorId, Skills] = {}
        self.working: Mapping[CounsellorId, Skills] = {}
        self._order = {counsellor: order for order, counsellor in enumerate(self.everyone)}
        self._account: dict[CounsellorId, str] = {}
        self._on: dict[str, set[CounsellorId]] = {}
        self._out: set[CounsellorId] = set()
        self._free: dict[CounsellorId, Duty] = {}
        self._as_available: dict[CounsellorId, Available] = {}
        self._day: date | None = None
        self._next: dict[CounsellorId, datetime | None] = {}
        self._changes: list[tuple[datetime, CounsellorId]] = []  # a heap of these and older ones

    def moved(self, counsellor: CounsellorId, duty: Duty) -> None:
        """The counsellor is doing this now."""
        self._follow(counsellor, duty.account)
        here = duty.signed_in and duty.reachable
        works = here and duty.doing is not Doing.PAUSED
        self.present = self._changed(self.present, counsellor, here)
        self.working = self._changed(self.working, counsellor, works)
        (self._out.add if duty.doing is Doing.SIGNED_OUT else self._out.discard)(counsellor)
        self._as_available.pop(counsellor, None)
        self._free.pop(counsellor, None)
        if duty.doing is Doing.FREE:
            self._free[counsellor] = duty
        at = self._next[counsellor] = duty.next_change(duty.since)
        if at is not None:
            heapq.heappush(self._changes, (at, counsellor))

    def at(self, account: str) -> CounsellorId | None:
        """Who is signed in on a phone; of several the first configured."""
        return min(self._on.get(account, ()), key=self._order.__getitem__, default=None)

    def out(self) -> list[CounsellorId]:
        """Those signed out, as configured."""
        return sorted(self._out, key=self._order.__getitem__)

    def due(self, now: datetime) -> Iterator[CounsellorId]:
        """Those of whom time alone has changed something by now; they are not said again."""
        while self._changes and self._changes[0][0] <= now:
            yield heapq.heappop(self._changes)[1]

    def next_change(self) -> datetime | None:
        """When time alone will next change something of anybody who is not due."""
        while self._changes:
            at, counsellor = self._changes[0]
            if self._next.get(counsellor) == at:
                return at
            heapq.heappop(self._changes)  # something else came before it
        return None

    def available(self, now: datetime, *, without: Container[str]) -> list[Available]:
        """Those who can be rung now, but for those on these phones."""
        today = local(now).date()
        if today != self._day:
            self._day = today
            self._as_available.clear()
        return [
            self._as_available.get(counsellor) or self._make(counsellor, duty, now)
            for counsellor, duty in self._free.items()
            if duty.can_be_rung(now) and duty.account not in without
        ]

    def _make(self, counsellor: CounsellorId, duty: Duty, now: datetime) -> Available:
        made = self._as_available[counsellor] = Available(
            id=counsellor,
            skills=self.everyone[counsellor],
            idle_since=duty.since,
            calls=duty.calls_today(now),
            order=self._order[counsellor],
        )
        return made

    def _follow(self, counsellor: CounsellorId, account: str | None) -> None:
        before = self._account.get(counsellor)
        if before == account:
            return
        if before is not None:
            del self._account[counsellor]
            self._on[before].discard(counsellor)
        if account is not None:
            self._account[counsellor] = account
            self._on.setdefault(account, set()).add(counsellor)

    def _changed(
        self, group: Mapping[CounsellorId, Skills], counsellor: CounsellorId, belongs: bool
    ) -> Mapping[CounsellorId, Skills]:
        if (counsellor in group) is belongs:
            return group
        if belongs:
            return {**group, counsellor: self.everyone[counsellor]}
        return {each: skills for each, skills in group.items() if each != counsellor}
