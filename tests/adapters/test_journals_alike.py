"""The journal in memory, which tests of calls use, answers as the one on disk does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.adapters.outbox import Outbox
from ivr.domain.call import CallId, LineId
from ivr.domain.journal import DutyKind, EventKind, Regained
from ivr.ports import Journal
from tests.adapters.record import ARRIVED, duty_event, event, facts
from tests.fakes.journal import Disk, MemoryJournal

FAMILIES = LineId("families")
NUMBER = "+358401234567"


@pytest.fixture(params=["on disk", "in memory"])
async def journal(request: pytest.FixtureRequest, outbox: Outbox) -> Journal:
    return outbox if request.param == "on disk" else MemoryJournal(Disk())


async def test_the_latest_state_of_each_counsellor_is_known(journal: Journal) -> None:
    journal.record_duty(duty_event(DutyKind.SIGNED_IN, duty='{"n":1}'))
    journal.record_duty(duty_event(DutyKind.PAUSED, step=1, duty='{"n":2}'))
    journal.record_duty(duty_event(DutyKind.SIGNED_IN, duty='{"n":3}'))  # it was there before
    await journal.flush()
    assert await journal.duties() == {"aino": '{"n":2}'}


async def test_a_place_is_given_once_to_the_right_caller_in_time(journal: Journal) -> None:
    urgent = replace(facts(), assessed_urgent=True)
    journal.record(event(EventKind.FINISHED, urgent, step=60, outcome="abandoned_queue"))
    served = facts("n1-2.0")
    journal.record(event(EventKind.FINISHED, served, step=61, outcome="served"))

    async def asked(
        *, line: LineId = FAMILIES, number: str = NUMBER, late_s: float = 0, by: str = "n1-7.0"
    ) -> Regained | None:
        since = ARRIVED + timedelta(seconds=60 + late_s)
        return await journal.left_line(line, number, since, by=CallId(by))

    place = Regained(joined=ARRIVED + timedelta(seconds=30), assessed_urgent=True)
    assert await asked(line=LineId("adults")) is None
    assert await asked(number="+358401234568") is None
    assert await asked(late_s=1) is None
    assert await asked() == place
    assert await asked(by="n1-8.0") is None
    assert await asked() == place  # a call that asks again after a crash
