"""Where counsellors sign in and out, pause, and say what became of a call."""

from collections.abc import Callable, Sequence
from contextlib import suppress

from ivr.director.house import House
from ivr.domain.call import CallId, CounsellorId
from ivr.domain.counsellor import Doing, Duty, IllegalTransition
from ivr.domain.journal import DutyKind, EventKind
from ivr.domain.pause import PauseReason
from ivr.domain.policy import Disposition
from ivr.domain.service import Counsellor
from ivr.ports import Because, By, ChannelGone, OnDuty, Refused, SwitchUnavailable
from ivr.stage import Call


class DutyDesk:
    """The desk of the house. Implements `ivr.ports.DutyDesk`.

    `calls` finds a call that is being performed.
    """

    def __init__(self, house: House, calls: Callable[[CallId], Call | None]) -> None:
        self._house = house
        self._duties = house.roster.duties
        self._calls = calls

    def on_duty(self) -> Sequence[OnDuty]:
        """See `ivr.ports.DutyDesk`."""
        people = self._house.service.counsellors
        return [self._seen(person, self._duties[person.id]) for person in people]

    def sign_in(self, counsellor: CounsellorId, account: str, by: By) -> PauseReason | None:
        """See `ivr.ports.DutyDesk`. Whoever was signed in on the phone is signed out."""
        duty = self._duty(counsellor)
        if account not in self._house.service.phones:
            raise Refused(Because.NO_SUCH_PHONE)
        if duty.doing in (Doing.RINGING, Doing.TALKING) and duty.account == account:
            return None  # they are where they want to be
        reachable = self._house.roster.reachable(account)
        signed_in = _legal(lambda: duty.sign_in(self._duties.now(), account, reachable=reachable))
        other = self._house.roster.at(account)
        if other is not None and other != counsellor:
            self.sign_out(other, by)
        data = {"account": account, "by": by}
        self._put(counsellor, signed_in, DutyKind.SIGNED_IN, data)
        return duty.reason if duty.doing is Doing.PAUSED else None

    def sign_out(self, counsellor: CounsellorId, by: By) -> None:
        """See `ivr.ports.DutyDesk`."""
        duty = self._at_work(counsellor)
        signed_out = _legal(lambda: duty.sign_out(self._duties.now()))
        self._put(counsellor, signed_out, DutyKind.SIGNED_OUT, {"by": by})

    def pause(self, counsellor: CounsellorId, reason: PauseReason, by: By) -> bool:
        """See `ivr.ports.DutyDesk`."""
        paused = self._at_work(counsellor).pause(self._duties.now(), reason)
        self._put(counsellor, paused, DutyKind.PAUSED, {"reason": reason, "by": by})
        return paused.doing is Doing.PAUSED

    def resume(self, counsellor: CounsellorId, by: By) -> PauseReason | None:
        """See `ivr.ports.DutyDesk`."""
        duty = self._at_work(counsellor)
        try:
            resumed = duty.resume(self._duties.now())
        except IllegalTransition:
            raise Refused(Because.NOTHING_TO_END) from None
        self._put(counsellor, resumed, DutyKind.RESUMED, {"by": by})
        return duty.reason

    def dispositions(self, counsellor: CounsellorId) -> Sequence[Disposition]:
        """See `ivr.ports.DutyDesk`. A call on the air may be judged, and one wrapped up."""
        duty = self._duty(counsellor)
        if duty.call is None:
            raise Refused(Because.NO_SUCH_CALL)
        if duty.doing not in (Doing.TALKING, Doing.WRAP_UP):
            raise Refused(Because.TOO_LATE)
        line = None if duty.line is None else self._house.service.line(duty.line)
        if line is None or not line.dispositions:
            raise Refused(Because.NO_DISPOSITION)
        return line.dispositions

    def dispose(
        self, counsellor: CounsellorId, disposition: Disposition, call: CallId | None = None
    ) -> None:
        """See `ivr.ports.DutyDesk`."""
        duty = self._of_call(counsellor, call)
        if disposition not in self.dispositions(counsellor):
            raise Refused(Because.NO_DISPOSITION)
        code = {"code": disposition}
        self._duties.put(counsellor, duty, DutyKind.DISPOSITION, call=duty.call, data=code)

    async def assess_urgent(self, counsellor: CounsellorId, call: CallId | None = None) -> None:
        """See `ivr.ports.DutyDesk`."""
        duty = self._of_call(counsellor, call)
        self._duties.put(counsellor, duty, DutyKind.ASSESSED_URGENT, call=duty.call)
        live = self._calls(duty.call) if duty.call is not None else None
        if live is not None:
            with suppress(ChannelGone, SwitchUnavailable):  # it stands on the record all the same
                await live.keep(assessed_urgent=True)
            live.record(EventKind.URGENT, of="/counsellor", by="counsellor")

    def _of_call(self, counsellor: CounsellorId, call: CallId | None) -> Duty:
        """The counsellor's state, if this call, or any for None, is their current or last one."""
        duty = self._duty(counsellor)
        if duty.call is None or call not in (None, duty.call):
            raise Refused(Because.NO_SUCH_CALL)
        return duty

    def _duty(self, counsellor: CounsellorId) -> Duty:
        if counsellor not in self._duties:
            raise Refused(Because.NO_SUCH_COUNSELLOR)
        return self._duties[counsellor]

    def _at_work(self, counsellor: CounsellorId) -> Duty:
        duty = self._duty(counsellor)
        if not duty.signed_in:
            raise Refused(Because.NOT_SIGNED_IN)
        return duty

    def _put(
        self, counsellor: CounsellorId, duty: Duty, kind: DutyKind, data: dict[str, str]
    ) -> None:
        self._duties.put(counsellor, duty, kind, data=data)
        self._house.roster.changed()

    def _seen(self, person: Counsellor, duty: Duty) -> OnDuty:
        return OnDuty(
            counsellor=person.id,
            name=person.name,
            doing=duty.doing,
            since=duty.since,
            reason=duty.reason,
            account=duty.account,
            reachable=duty.reachable,
            wrap_up_until=duty.wrap_up_until,
            call=duty.call,
            calls=duty.calls_today(self._duties.now()),
        )


def _legal(step: Callable[[], Duty]) -> Duty:
    """The next state; a sign-in or a sign-out is refused to those in a call alone."""
    try:
        return step()
    except IllegalTransition:
        raise Refused(Because.IN_CALL) from None
