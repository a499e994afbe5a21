"""Who somebody at a phone is: number and PIN, and a wait for those who guess."""

import hmac
from collections.abc import Mapping
from typing import NoReturn

import structlog

from ivr.director.roster import Roster
from ivr.domain.call import CounsellorId, Language
from ivr.domain.code import ADMINISTRATORS
from ivr.domain.guesses import Guesses
from ivr.domain.journal import DutyKind
from ivr.domain.service import Counsellor, Service
from ivr.ports import Barred, Clock, WrongPin

log = structlog.get_logger(__name__)

# Compared where nobody has the number, so that the time taken tells nothing.
_NOBODYS = "not a PIN"


class Door:
    """Implements `ivr.ports.Door`; what was guessed is forgotten when the process ends.

    `pins` are those of the counsellors, and that of the ADMINISTRATORS: without it, nobody is
    let in by their code.
    """

    def __init__(
        self,
        service: Service,
        roster: Roster,
        clock: Clock,
        pins: Mapping[CounsellorId, str],
    ) -> None:
        self._service = service
        self._roster = roster
        self._clock = clock
        self._pins = pins
        self._by_phone: dict[str, Guesses] = {}
        self._by_person: dict[CounsellorId, Guesses] = {}

    def renew(self, service: Service, pins: Mapping[CounsellorId, str]) -> None:
        """Go on with other counsellors and other PINs; who guessed wrong waits on."""
        self._service = service
        self._pins = pins

    def at(self, account: str) -> CounsellorId | None:
        """See `ivr.ports.Door`."""
        return self._roster.at(account)

    def language(self, account: str, number: str | None = None) -> Language | None:
        """See `ivr.ports.Door`."""
        user = self._roster.at(account)
        for person in (
            self._with_number(number),
            next((p for p in self._service.counsellors if p.id == user), None),
            next((p for p in self._service.counsellors if p.account == account), None),
        ):
            if person is not None:
                return person.own_language
        return None

    def check_open(self, account: str) -> None:
        """See `ivr.ports.Door`."""
        if self._by_phone.get(account, Guesses()).barred(self._clock.now()):
            raise Barred

    def admit_administrator(self, account: str, pin: str) -> None:
        """See `ivr.ports.Door`."""
        self.check_open(account)
        if self._guesses(ADMINISTRATORS).barred(self._clock.now()):
            raise Barred
        known = self._pins.get(ADMINISTRATORS)
        right = hmac.compare_digest(pin.encode(), (known or _NOBODYS).encode())
        if known is None or not right:
            self._wrong(account, ADMINISTRATORS)
        self._by_phone.pop(account, None)
        self._by_person.pop(ADMINISTRATORS, None)
        log.info("desk.administrator", account=account)

    def admit(self, account: str, number: str, pin: str) -> CounsellorId:
        """See `ivr.ports.Door`."""
        self.check_open(account)
        person = self._with_number(number)
        if person is not None and self._guesses(person.id).barred(self._clock.now()):
            raise Barred
        known = self._pins.get(person.id) if person is not None else None
        right = hmac.compare_digest(pin.encode(), (known or _NOBODYS).encode())
        if person is None or known is None or not right:
            if person is not None:
                duties, said = self._roster.duties, {"account": account}
                duties.put(person.id, duties[person.id], DutyKind.WRONG_PIN, data=said)
            self._wrong(account, None if person is None else person.id)
        self._by_phone.pop(account, None)
        self._by_person.pop(person.id, None)
        return person.id

    def _wrong(self, account: str, person: CounsellorId | None) -> NoReturn:
        """Count it. Raises WrongPin, and Barred where it was one too many."""
        log.warning("desk.wrong_pin", account=account, counsellor=person)
        policy, now = self._service.desk, self._clock.now()
        of_phone = self._by_phone.get(account, Guesses())
        of_person = self._guesses(person) if person is not None else Guesses()
        too_many = of_phone.too_many(policy) or of_person.too_many(policy)
        for_phone = of_phone.bar(now, policy) if too_many else of_phone.wrong_again()
        self._by_phone[account] = for_phone
        if person is not None:
            for_person = of_person.bar(now, policy) if too_many else of_person.wrong_again()
            self._by_person[person] = for_person
        raise Barred if too_many else WrongPin

    def _guesses(self, person: CounsellorId) -> Guesses:
        return self._by_person.get(person, Guesses())

    def _with_number(self, number: str | None) -> Counsellor | None:
        return next((p for p in self._service.counsellors if p.number == number), None)
