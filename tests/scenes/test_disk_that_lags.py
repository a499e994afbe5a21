"""While the disk refuses, what it has of a request may be older than what is known here."""

import pytest

from ivr.domain.attempt import Result
from ivr.domain.call import CallId, LineId
from ivr.domain.callback import Because, Callback, CallbackId, Status
from ivr.ports import Because as Why
from ivr.ports import Refused
from tests.fakes.journal import Disk
from tests.scenes.made_up_life import Clock, Office, at_once, lines_that_dial

ASKED, OTHER, MADE = CallbackId("n1-1.1"), CallbackId("n1-2.1"), CallId("n1-o.1")


def an_attempt_on_the_air() -> tuple[Office, Disk]:
    """Two have asked; the first is being called."""
    disk = Disk()
    office = Office(lines_that_dial(), disk, Clock(), {MADE})
    line = office.config.line(LineId("free"))
    assert line is not None
    for asked, number in ((ASKED, "+358401234567"), (OTHER, "+358451112222")):
        office.ask(CallId(asked), line, number, urgent=False)
    assert office.begin(office.ledger.latest()[ASKED], MADE)
    return office, disk


def refused_by_the_disk(office: Office, callback: CallbackId) -> None:
    with pytest.raises(Refused) as refused:
        at_once(office.desk.close(callback, Because.SETTLED))
    assert refused.value.because is Why.NOT_KEPT


def listed(office: Office) -> dict[CallbackId, Callback]:
    """Whoever looks at the list reads the disk, after it has refused something."""
    return {it.id: it for it in at_once(office.desk.listed())}


@pytest.mark.parametrize("closing", [ASKED, OTHER])
def test_an_attempt_that_has_ended_is_not_on_the_air_again_after_a_refusal(
    closing: CallbackId,
) -> None:
    office, disk = an_attempt_on_the_air()
    disk.full = True
    office.attempts.end(MADE, Result.BUSY)
    refused_by_the_disk(office, closing)
    assert disk.callbacks[0].status is Status.CALLING
    it = listed(office)[ASKED]
    assert (it.status, it.attempts[-1].result) == (Status.WAITING, Result.BUSY)


def test_whom_we_have_reached_is_not_called_again_after_a_refusal() -> None:
    office, disk = an_attempt_on_the_air()
    disk.full = True
    office.attempts.end(MADE, Result.REACHED)
    refused_by_the_disk(office, OTHER)
    assert set(listed(office)) == {OTHER}
    disk.full = False
    office.ledger.arrive()
    assert disk.callbacks[0].status is Status.REACHED
