"""The journal in memory, which tests of calls use, answers as the one on disk does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.adapters.outbox import Outbox
from ivr.domain.attempt import Result
from ivr.domain.call import CallId, LineId
from ivr.domain.journal import CallbackKind, DutyKind, EventId, EventKind, Recorded
from ivr.domain.place import Regained
from ivr.ports import Journal
from tests.adapters.record import (
    ARRIVED,
    BY,
    callback_request,
    duty_event,
    event,
    facts,
    happened,
    promised,
    request,
    whole_call,
)
from tests.domain.callbacks import ANNA, POLICY
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


async def test_a_request_is_kept_with_what_the_call_is_told_and_is_known_as_it_is_now(
    journal: Journal,
) -> None:
    asked = request("n1-1.0")
    await journal.promise_callback(happened(asked), callback_request(facts("n1-1.0")))
    assert await journal.callback_promised(CallId("n1-1.0")) == promised("n1-1.0")
    assert await journal.callbacks() == [asked]
    again = replace(asked, again=1, caller_urgent=True)
    told = event(
        EventKind.CALLBACK_REPEATED,
        facts("n1-2.0"),
        callback="n1-1.0",
        promised_by=BY.isoformat(),
    )
    await journal.promise_callback(happened(again, CallbackKind.AGAIN, step=8), told)
    assert await journal.callback_promised(CallId("n1-2.0")) == promised("n1-1.0")
    journal.record_callback(happened(asked, step=9))  # it was there before
    await journal.flush()
    assert await journal.callbacks() == [again]


async def test_what_a_person_did_is_kept_as_one(journal: Journal) -> None:
    asked = request("n1-1.0")
    journal.record_callback(happened(asked))
    await journal.flush()
    begun = asked.begin_by_hand(counsellor=ANNA, began=ARRIVED)
    ended = begun.end_attempt(Result.REACHED, now=ARRIVED, policy=POLICY)
    await journal.change_callback(
        happened(begun, CallbackKind.CALLED, step=8), happened(ended, CallbackKind.ENDED, step=8)
    )
    assert await journal.callbacks() == [ended]


async def test_requests_stand_in_the_order_of_their_places(journal: Journal) -> None:
    late = request("n1-1.0", joined=ARRIVED + timedelta(seconds=60))
    early = request("n1-2.0", number="+358401234568")
    for each in (late, early):
        journal.record_callback(happened(each))
    await journal.flush()
    assert await journal.callbacks() == [early, late]


async def test_what_happens_to_a_request_that_is_not_known_brings_none_about(
    journal: Journal,
) -> None:
    over = request("n1-1.0").answered_by_phone(CallId("n1-1.0"))
    journal.record_callback(happened(over, CallbackKind.ANSWERED_BY_PHONE, step=8))
    await journal.flush()
    assert await journal.callbacks() == []


async def test_a_whole_call_is_kept_in_one_piece_and_once(journal: Journal) -> None:
    asked = request("n1-1.0")
    *story, end = whole_call(facts("n1-1.0"), "fallback")
    everything: list[Recorded] = [*story, callback_request(facts("n1-1.0")), end, happened(asked)]
    await journal.keep_all(*everything)
    assert await journal.open_calls() == {}
    assert await journal.callback_promised(CallId("n1-1.0")) == promised("n1-1.0")
    begun = asked.begin_by_hand(counsellor=ANNA, began=ARRIVED)
    journal.record_callback(happened(begun, CallbackKind.CALLED, step=9))
    await journal.flush()
    await journal.keep_all(*everything)  # again, after a crash
    assert await journal.callbacks() == [begun]
    assert await journal.open_calls() == {}


async def test_a_call_that_was_taken_over_keeps_the_outcome_that_it_had(outbox: Outbox) -> None:
    *story, end = whole_call(facts("n1-1.0"))
    await outbox.keep_all(*story, end)
    before = [stored.entry.id for stored in await outbox.unshipped(100)]
    told = whole_call(facts("n1-1.0"), "fallback")
    await outbox.keep_all(*(replace(each, id=EventId(f"{each.id}/alone")) for each in told))
    assert [stored.entry.id for stored in await outbox.unshipped(100)] == before
