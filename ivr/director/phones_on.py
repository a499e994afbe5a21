"""Which phones are on, and whom that signs in, puts away or signs out."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from ivr.director.attendance import Attendance
from ivr.director.duties import Duties
from ivr.domain.call import CounsellorId
from ivr.domain.journal import DutyKind
from ivr.domain.schedule import local
from ivr.domain.service import Counsellor, SignsIn


class PhonesOn:
    """The phones that are registered, and the counsellors' states as they follow from it."""

    def __init__(
        self,
        people: Mapping[CounsellorId, Counsellor],
        attendance: Attendance,
        duties: Duties,
        known: Iterable[str],
    ) -> None:
        """`known` are the accounts of the service's phones."""
        self._people = people
        self._attendance = attendance
        self._duties = duties
        self._known = frozenset(known)
        self._on: set[str] = set()
        self._leaving: set[CounsellorId] = set()  # they are signed out once their call is over

    def renew(
        self,
        people: Mapping[CounsellorId, Counsellor],
        attendance: Attendance,
        known: Iterable[str],
    ) -> None:
        """Go on with the counsellors and the phones of another configuration."""
        self._people, self._attendance = people, attendance
        self._known = frozenset(known)
        self._follow_all()

    def found(self, accounts: Iterable[str]) -> None:
        """These are registered, as the switch says; see `follow`."""
        self._on = set(accounts)

    def turned(self, account: str, *, on: bool) -> None:
        """A phone registered, or went; accounts of nobody are ignored."""
        (self._on.add if on else self._on.discard)(account)
        self._follow_all()

    def on(self, account: str) -> bool:
        """Whether a phone is registered."""
        return account in self._on

    def leave(self, counsellors: Iterable[CounsellorId]) -> None:
        """Sign these out, each once they are in no call."""
        self._leaving |= set(counsellors)
        self.let_leave()

    def let_leave(self) -> None:
        """Sign out whom the configuration takes from their phone, unless they are in a call."""
        for c in [c for c in self._leaving if not self._duties[c].in_call]:
            self._leaving.discard(c)
            self._sign_out(c)

    def follow(self, counsellor: CounsellorId) -> None:
        """Bring the state in line with the phone signed in on."""
        duty = self._duties[counsellor]
        if duty.account is None:
            return
        if duty.account not in self._known and duty.in_call:
            self._leaving.add(counsellor)
        elif duty.account not in self._known:
            self._sign_out(counsellor)
            return
        reachable = duty.account in self._on
        if reachable is not duty.reachable:
            kind = DutyKind.REACHABLE if reachable else DutyKind.UNREACHABLE
            changed = duty.phone(self._duties.now(), reachable=reachable)
            self._duties.put(counsellor, changed, kind, data={"account": duty.account})

    def sign_in_who_is_there(self) -> None:
        """Whose own phone is on is at work, unless they signed out today."""
        now = self._duties.now()
        for c in self._out_with_their_phone_on():
            account = self._people[c].account or ""
            # Again, for each: one who has just signed in may be on the phone of another.
            taken = self._attendance.at(account) is not None
            if self._duties[c].left_on != local(now).date() and not taken:
                duty = self._duties[c].sign_in(now, account, reachable=True)
                data = {"account": account, "by": "phone"}
                self._duties.put(c, duty, DutyKind.SIGNED_IN, data=data)

    def next_change(self, now: datetime) -> datetime | None:
        """When a day ends after which somebody is signed in by their phone, without more."""
        out = self._out_with_their_phone_on()
        if not out or all(self._duties[c].left_on != local(now).date() for c in out):
            return None
        midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
        return (midnight + timedelta(days=1)).astimezone(now.tzinfo)

    def _follow_all(self) -> None:
        for c in self._people:
            self.follow(c)
        self.sign_in_who_is_there()

    def _sign_out(self, counsellor: CounsellorId) -> None:
        duty = self._duties[counsellor]
        if duty.signed_in:
            out = replace(duty.sign_out(self._duties.now()), left_on=None)  # not their doing
            self._duties.put(counsellor, out, DutyKind.SIGNED_OUT, data={"by": "configuration"})

    def _out_with_their_phone_on(self) -> list[CounsellorId]:
        """Those whom their phone alone would sign in; nobody else may be signed in on it."""
        people = ((c, self._people[c]) for c in self._attendance.out())
        return [
            c
            for c, person in people
            if person.signs_in is SignsIn.WITH_PHONE
            and person.account in self._on
            and self._attendance.at(person.account) is None
        ]
