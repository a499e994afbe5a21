"""The counsellors on duty: the controller's memory of what each is doing."""

from collections.abc import Iterable
from datetime import datetime

from ivr.domain.call import CounsellorId
from ivr.domain.counsellor import Doing, Duty
from ivr.domain.line import Available, Skills
from ivr.domain.service import Counsellor
from ivr.ports import Clock


class Roster:
    """What every counsellor is doing. Only the director of the moment changes it.

    A counsellor whom the configuration no longer has is no error: a call begun
    under an older configuration may still end with them.
    """

    def __init__(self, counsellors: Iterable[Counsellor], clock: Clock) -> None:
        self._people = {c.id: c for c in counsellors}
        self._clock = clock
        now = clock.now()
        self._duties = {c: Duty.begin(now, reachable=False) for c in self._people}

    def resume(self, reachable: frozenset[str]) -> None:
        """Begin anew with the phones that are registered; how long each was idle is kept."""
        for person in self._people.values():
            since = self._duties[person.id].since
            self._duties[person.id] = Duty.begin(since, reachable=person.account in reachable)

    def phone(self, account: str, *, reachable: bool) -> None:
        """A phone registered, or went; accounts of nobody are ignored."""
        for person in self._people.values():
            if person.account == account:
                duty = self._duties[person.id]
                self._duties[person.id] = duty.phone(self._now(), reachable=reachable)

    def ring(self, counsellor: CounsellorId) -> None:
        """A caller is offered to the counsellor."""
        self._duties[counsellor] = self._duties[counsellor].ring(self._now())

    def miss(self, counsellor: CounsellorId) -> None:
        """The counsellor did not take the caller offered."""
        self._duties[counsellor] = self._duties[counsellor].miss(self._now())

    def withdraw(self, counsellor: CounsellorId) -> None:
        """The caller offered has gone before the counsellor could answer."""
        self._duties[counsellor] = self._duties[counsellor].withdrawn(self._now())

    def talk(self, counsellor: CounsellorId) -> None:
        """The counsellor has answered, or is found talking."""
        if counsellor in self._duties:
            self._duties[counsellor] = self._duties[counsellor].talk(self._now())

    def release(self, counsellor: CounsellorId) -> None:
        """The counsellor's call is over; nothing if it was already."""
        duty = self._duties.get(counsellor)
        if duty is not None and duty.doing is Doing.TALKING:
            self._duties[counsellor] = duty.end(self._now())

    def account(self, counsellor: CounsellorId) -> str:
        """The SIP account of the counsellor's phone. Raises KeyError for nobody."""
        return self._people[counsellor].account

    def everyone(self) -> list[Skills]:
        """The skills of all counsellors, present or not."""
        return [_skills(person) for person in self._people.values()]

    def available(self) -> list[Available]:
        """Those who can be rung now."""
        now = self._now()
        return [
            Available(id=person.id, skills=_skills(person), idle_since=duty.since)
            for person in self._people.values()
            if (duty := self._duties[person.id]).can_be_rung(now)
        ]

    def _now(self) -> datetime:
        return self._clock.now()


def _skills(person: Counsellor) -> Skills:
    return Skills(topics=person.topics, languages=person.languages)
