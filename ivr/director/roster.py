"""The counsellors on duty: who is at work, on which phone, and who can be rung."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from ivr.director.attendance import Attendance
from ivr.director.duties import Duties
from ivr.domain.call import CallId, CounsellorId, LineId
from ivr.domain.counsellor import Doing
from ivr.domain.journal import DutyKind
from ivr.domain.line import Available, Skills
from ivr.domain.renewal import leaving, staying
from ivr.domain.schedule import local
from ivr.domain.service import Service, SignsIn
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
        self._known_phones = frozenset(service.phones)
        self._phones: set[str] = set()
        self._dialling: Counter[str] = Counter()
        self._elsewhere: frozenset[str] = frozenset()
        self._leaving: set[CounsellorId] = set()  # they are signed out once their call is over
        self.on_change: list[Callable[[], None]] = []
        self.resumed = False  # set once the record and the switch have been asked

    def renew(self, service: Service) -> None:
        """Go on with the counsellors, skills and phones of another configuration.

        Who is no counsellor any more, or whose own phone is another one, is signed out. Who is
        rung or talks ends that first, and is given nobody else.
        """
        before, people = self._people, {c.id: c for c in service.counsellors}
        duties = {c: self.duties[c] for c in before}
        self._leaving |= leaving(before, people, duties)
        self._let_leave()
        self._service = service
        self._known_phones = frozenset(service.phones)
        self._people = people | {c.id: c for c in staying(before, people, duties)}
        self._attendance = Attendance(self._people.values())
        self.duties.renew(self._people, self._attendance.moved)
        for c in self._people:
            self._follow_phone(c)
        self._sign_in_who_is_there()
        self.changed()

    def _let_leave(self) -> None:
        """Sign out whom the configuration takes from their phone, unless they are in a call."""
        for c in [c for c in self._leaving if not self.duties[c].in_call]:
            self._leaving.discard(c)
            self._sign_out(c)

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
        self._phones = set(reachable)
        for c in self._people:
            self.duties.recall(c, written.get(c))
            duty = self.duties[c]
            if duty.doing is Doing.RINGING:
                self.duties.put(c, duty.withdrawn(now), DutyKind.WITHDRAWN)
            elif duty.doing is Doing.TALKING and c not in talking:
                self.duties.arrive(c, duty.end(now, wrap_up_s=owed.get(c, 0.0)))
            self._follow_phone(c)
        self._sign_in_who_is_there()
        self.resumed = True

    def phone(self, account: str, *, reachable: bool) -> None:
        """A phone registered, or went; accounts of nobody are ignored."""
        (self._phones.add if reachable else self._phones.discard)(account)
        for c in self._people:
            self._follow_phone(c)
        self._sign_in_who_is_there()
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
        self._sign_in_who_is_there()
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
        changes = [self._attendance.next_change()]
        out = self._out_with_their_phone_on()
        if out:
            today = local(now).date()
            if any(self.duties[c].left_on == today for c in out):
                midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
                changes.append((midnight + timedelta(days=1)).astimezone(now.tzinfo))
        return min((at for at in changes if at is not None), default=None)

    def reachable(self, account: str) -> bool:
        """Whether a phone is registered."""
        return account in self._phones

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

    def _follow_phone(self, counsellor: CounsellorId) -> None:
        """Bring the state in line with the phone signed in on."""
        duty = self.duties[counsellor]
        if duty.account is None:
            return
        if duty.account not in self._known_phones and duty.in_call:
            self._leaving.add(counsellor)
        elif duty.account not in self._known_phones:
            self._sign_out(counsellor)
            return
        reachable = duty.account in self._phones
        if reachable is not duty.reachable:
            kind = DutyKind.REACHABLE if reachable else DutyKind.UNREACHABLE
            changed = duty.phone(self.duties.now(), reachable=reachable)
            self.duties.put(counsellor, changed, kind, data={"account": duty.account})

    def _sign_out(self, counsellor: CounsellorId) -> None:
        duty = self.duties[counsellor]
        if duty.signed_in:
            out = replace(duty.sign_out(self.duties.now()), left_on=None)  # not their doing
            self.duties.put(counsellor, out, DutyKind.SIGNED_OUT, data={"by": "configuration"})

    def _sign_in_who_is_there(self) -> None:
        """Whose own phone is on is at work, unless they signed out today."""
        now = self.duties.now()
        for c in self._out_with_their_phone_on():
            account = self._people[c].account or ""
            # Again, for each: one who has just signed in may be on the phone of another.
            if self.duties[c].left_on != local(now).date() and self.at(account) is None:
                duty = self.duties[c].sign_in(now, account, reachable=True)
                data = {"account": account, "by": "phone"}
                self.duties.put(c, duty, DutyKind.SIGNED_IN, data=data)

    def _out_with_their_phone_on(self) -> list[CounsellorId]:
        """Those whom their phone alone would sign in; nobody else may be signed in on it."""
        people = ((c, self._people[c]) for c in self._attendance.out())
        return [
            c
            for c, person in people
            if person.signs_in is SignsIn.WITH_PHONE
            and person.account in self._phones
            and self.at(person.account) is None
        ]

    def changed(self) -> None:
        """Tell those who ask to be told."""
        self._let_leave()
        for tell in list(self.on_change):
            tell()
