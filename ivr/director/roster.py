"""The counsellors on duty: who is at work, on which phone, and who can be rung."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from ivr.director.attendance import Attendance
from ivr.director.duties import Duties
from ivr.director.phones_on import PhonesOn
from ivr.domain.call import CallId, CounsellorId, LineId
from ivr.domain.counsellor import Doing
from ivr.domain.journal import DutyKind
from ivr.domain.line import Available, Skills
from ivr.domain.renewal import leaving, staying
from ivr.domain.service import Service
from ivr.ports import Clock, Journal


class Roster:
    """What every counsellor is doing. Only the director of the moment and the desk change it.

    Every change is on the record, and a new process goes on from there. A
    counsellor whom the configuration no longer has is no error: a call begun
    under an older configuration may still end with them. `on_change` are told
    after a change that may let somebody be rung, or keep somebody from it.
    """

    def __init__(self, service: Service, clock: Clock, journal: Journal) -> None:
        self._service = service
        self._people = {c.id: c for c in service.counsellors}
        self._attendance = Attendance(service.counsellors)
        self.duties = Duties(self._people, clock, journal, self._attendance.moved)
        self._phones = PhonesOn(self._people, self._attendance, self.duties, service.phones)
        self._dialling: Counter[str] = Counter()
        self._elsewhere: frozenset[str] = frozenset()
        self.on_change: list[Callable[[], None]] = []
        self.resumed = False  # set once the record and the switch have been asked

    def renew(self, service: Service) -> None:
        """Go on with the counsellors, skills and phones of another configuration.

        Who is no counsellor any more, or whose own phone is another one, is signed out. Who is
        rung or talks ends that first, and is given nobody else.
        """
        before, people = self._people, {c.id: c for c in service.counsellors}
        duties = {c: self.duties[c] for c in before}
        self._phones.leave(leaving(before, people, duties))
        self._service = service
        self._people = people | {c.id: c for c in staying(before, people, duties)}
        self._attendance = Attendance(self._people.values())
        self.duties.renew(self._people, self._attendance.moved)
        self._phones.renew(self._people, self._attendance, service.phones)
        self.changed()

    def resume(
        self,
        written: Mapping[CounsellorId, str],
        *,
        reachable: frozenset[str],
        talking: frozenset[CounsellorId],
        owed: Mapping[CounsellorId, float],
    ) -> None:
        """Go on from the record, the phones registered and the legs found on the air.

        `written` are the latest states on the record, `talking` those whose leg is
        on the air, `owed` the seconds of wrap-up of those whose call may have ended
        while nobody looked.
        """
        now = self.duties.now()
        self._phones.found(reachable)
        for c in self._people:
            self.duties.recall(c, written.get(c))
            duty = self.duties[c]
            if duty.doing is Doing.RINGING:
                self.duties.put(c, duty.withdrawn(now), DutyKind.WITHDRAWN)
            elif duty.doing is Doing.TALKING and c not in talking:
                self.duties.arrive(c, duty.end(now, wrap_up_s=owed.get(c, 0.0)))
            self._phones.follow(c)
        self._phones.sign_in_who_is_there()
        self.resumed = True

    def phone(self, account: str, *, reachable: bool) -> None:
        """A phone registered, or went; accounts of nobody are ignored."""
        self._phones.turned(account, on=reachable)
        self.changed()

    def ring(self, counsellor: CounsellorId, *, call: CallId | None = None) -> None:
        """A caller is offered to the counsellor."""
        duty = self.duties[counsellor].ring(self.duties.now())
        self.duties.put(counsellor, duty, DutyKind.RINGING, call=call)

    def miss(self, counsellor: CounsellorId, *, call: CallId | None = None) -> None:
        """The phone rang out unanswered."""
        duty = self.duties[counsellor].miss(self.duties.now(), most=self._service.desk.misses)
        self.duties.put(counsellor, duty, DutyKind.MISSED, call=call)
        if duty.doing is Doing.PAUSED:
            self.duties.arrive(counsellor, duty)
        self.changed()

    def decline(self, counsellor: CounsellorId, *, call: CallId | None = None) -> None:
        """The counsellor refused the caller offered: no miss, but they are not rung at once."""
        duty = self.duties[counsellor].decline(self.duties.now())
        self.duties.put(counsellor, duty, DutyKind.DECLINED, call=call)
        self.changed()

    def withdraw(
        self, counsellor: CounsellorId, *, call: CallId | None = None, rest: bool = False
    ) -> None:
        """The call was taken back before an answer; `rest`: the phone could not be rung at all."""
        duty = self.duties[counsellor].withdrawn(self.duties.now(), rest=rest)
        self.duties.put(counsellor, duty, DutyKind.WITHDRAWN, call=call)
        self.changed()

    def talk(
        self, counsellor: CounsellorId, *, call: CallId | None = None, line: LineId | None = None
    ) -> None:
        """The counsellor has answered, or is found talking; nothing if that is known."""
        if counsellor in self.duties and self.duties[counsellor].doing is not Doing.TALKING:
            duty = self.duties[counsellor].talk(self.duties.now(), call=call, line=line)
            self.duties.put(counsellor, duty, DutyKind.TALKING, call=call)

    def talks_in(self, counsellor: CounsellorId, *, call: CallId, line: LineId | None) -> None:
        """What the counsellor has answered has become this call."""
        if counsellor in self.duties and self.duties[counsellor].doing is Doing.TALKING:
            duty = replace(self.duties[counsellor], call=call, line=line)
            self.duties.put(counsellor, duty, DutyKind.TALKING, call=call)

    def release(self, counsellor: CounsellorId, *, wrap_up_s: float) -> None:
        """The counsellor's call is over, and they wrap up; nothing if it was over already."""
        if counsellor in self.duties and self.duties[counsellor].doing is Doing.TALKING:
            duty = self.duties[counsellor].end(self.duties.now(), wrap_up_s=wrap_up_s)
            self.duties.arrive(counsellor, duty)
            self.changed()

    def account(self, counsellor: CounsellorId) -> str:
        """The SIP account of the phone signed in on. Raises KeyError for nobody."""
        return self.duties[counsellor].account or ""

    @property
    def everyone(self) -> Mapping[CounsellorId, Skills]:
        """The skills of all counsellors, present or not."""
        return self._attendance.everyone

    def present(self) -> Mapping[CounsellorId, Skills]:
        """Those signed in and reachable, paused included; the same object until it changes."""
        return self._attendance.present

    def working(self) -> Mapping[CounsellorId, Skills]:
        """Those present who take calls, now or when theirs is over; the same until it changes."""
        self._settle(self.duties.now())
        return self._attendance.working

    def at_work(self) -> list[tuple[CounsellorId, Skills, Doing]]:
        """Those who are signed in and reachable, paused included, and what they are doing."""
        present = self._attendance.present
        return [(c, present[c], self.duties[c].doing) for c in self._people if c in present]

    def catch_up(self) -> datetime:
        """Let happen what time alone brings: ends of wrap-ups, a new day. What time it is, UTC."""
        now = self.duties.now()
        self._settle(now)
        self._phones.sign_in_who_is_there()
        return now

    def available(self) -> list[Available]:
        """Those who can be rung now."""
        now = self.catch_up()
        dialling = {account for account, times in self._dialling.items() if times}
        return self._attendance.available(now, without=dialling | self._elsewhere)

    def _settle(self, now: datetime) -> None:
        for c in self._attendance.due(now):
            self.duties.settle(c, now)

    def next_change(self, now: datetime) -> datetime | None:
        """When time alone will next let somebody be rung: a rest, a wrap-up or a day ends."""
        changes = (self._attendance.next_change(), self._phones.next_change(now))
        return min((at for at in changes if at is not None), default=None)

    def reachable(self, account: str) -> bool:
        """Whether a phone is registered."""
        return self._phones.on(account)

    def at(self, account: str) -> CounsellorId | None:
        """Who is signed in on a phone."""
        return self._attendance.at(account)

    @contextmanager
    def dialling(self, account: str) -> Iterator[None]:
        """This phone is not rung for as long as the block lasts: its user is dialling a code."""
        self._dialling[account] += 1
        try:
            yield
        finally:
            self._dialling[account] -= 1
            self.changed()

    def talk_elsewhere(self, accounts: frozenset[str]) -> None:
        """On these phones somebody talks in a call that is none of ours; they are not rung."""
        if accounts != self._elsewhere:
            self._elsewhere = accounts
            self.changed()

    def changed(self) -> None:
        """Tell those who ask to be told."""
        self._phones.let_leave()
        for tell in list(self.on_change):
            tell()
