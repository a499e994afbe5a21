"""What the outbox keeps of the counsellors and of the places of callers who were cut off."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.adapters.outbox import Outbox
from ivr.adapters.outbox_observers import Observers
from ivr.domain.call import CallId, Facts, LineId, Outcome, SceneName
from ivr.domain.journal import CallbackEvent, DutyEvent, DutyKind, Event, EventKind
from ivr.domain.place import Regained
from tests.adapters.kept import kept_ids
from tests.adapters.polling import until
from tests.adapters.record import ARRIVED, duty_event, event, facts, happened, request, whole_call

FAMILIES = LineId("families")
NUMBER = "+358401234567"
JOINED = ARRIVED + timedelta(seconds=30)
PLACE = Regained(joined=JOINED)


def ended(of: Facts | None = None, outcome: str = "abandoned_queue", *, step: int = 60) -> Event:
    return event(EventKind.FINISHED, of or facts(), step=step, outcome=outcome)


async def _left(
    outbox: Outbox, *, number: str = NUMBER, since_s: float = 0, by: str = "n1-9.0"
) -> Regained | None:
    since = ARRIVED + timedelta(seconds=since_s)
    return await outbox.left_line(FAMILIES, number, since, by=CallId(by))


# The counsellors.


async def test_events_of_calls_and_counsellors_stand_in_one_order(outbox: Outbox) -> None:
    arrived, joined = event(EventKind.ARRIVED), event(EventKind.JOINED, step=2)
    ringing = duty_event(DutyKind.RINGING, call=arrived.call_id)
    outbox.record(arrived)
    outbox.record_duty(ringing)
    outbox.record(joined)
    await outbox.flush()
    assert await kept_ids(outbox) == [arrived.id, ringing.id, joined.id]
    assert outbox.backlog.size == 3


async def test_the_latest_state_of_every_counsellor_is_kept_when_all_is_shipped(
    outbox: Outbox,
) -> None:
    assert await outbox.duties() == {}
    outbox.record_duty(duty_event(DutyKind.SIGNED_IN, step=1, duty='{"n":1}'))
    outbox.record_duty(duty_event(DutyKind.SIGNED_IN, "kurt", step=2, duty='{"n":2}'))
    outbox.record_duty(duty_event(DutyKind.PAUSED, step=3, duty='{"n":3}'))
    await outbox.flush()
    await outbox.shipped((await outbox.unshipped(10))[-1].seq)
    assert await outbox.duties() == {"aino": '{"n":3}', "kurt": '{"n":2}'}


async def test_states_outlive_the_controller(path: Path) -> None:
    async with await Outbox.open(path) as outbox:
        outbox.record_duty(duty_event(duty='{"doing":"paused"}'))
    async with await Outbox.open(path) as again:
        assert await again.duties() == {"aino": '{"doing":"paused"}'}


async def test_a_repeated_event_of_a_counsellor_changes_nothing(outbox: Outbox) -> None:
    paused = duty_event(duty='{"n":1}')
    outbox.record_duty(paused)
    outbox.record_duty(duty_event(DutyKind.RESUMED, step=1, duty='{"n":2}'))
    await outbox.flush()
    await outbox.shipped((await outbox.unshipped(10))[-1].seq)
    outbox.record_duty(paused)
    assert await outbox.duties() == {"aino": '{"n":2}'}
    assert await kept_ids(outbox) == []


async def test_a_disposition_is_taken_after_the_end_of_its_call(outbox: Outbox) -> None:
    for each in whole_call(facts()):
        outbox.record(each)
    said = duty_event(DutyKind.DISPOSITION, step=20, call=facts().call_id, code="resolved")
    outbox.record_duty(said)
    await outbox.flush()
    assert (await kept_ids(outbox))[-1] == said.id
    assert await outbox.open_calls() == {}


async def test_observers_of_requests_see_each_new_event_once(path: Path) -> None:
    seen: list[CallbackEvent] = []
    asked = happened(request())
    async with await Outbox.open(path, observers=Observers(callbacks=seen.append)) as outbox:
        outbox.record_callback(asked)
        outbox.record_callback(asked)
        await outbox.flush()
        await until(lambda: bool(seen))
    assert seen == [asked]


async def test_observers_of_counsellors_see_each_new_event_once(path: Path) -> None:
    seen: list[DutyEvent] = []
    calls: list[Event] = []
    observers = Observers(calls=calls.append, counsellors=seen.append)
    async with await Outbox.open(path, observers=observers) as outbox:
        paused, resumed = duty_event(), duty_event(DutyKind.RESUMED, step=1)
        for each in (paused, resumed, paused):
            outbox.record_duty(each)
        await outbox.flush()
        await until(lambda: len(seen) >= 2)
    assert (seen, calls) == ([paused, resumed], [])


@pytest.mark.parametrize(
    "wrong",
    [
        replace(duty_event(), at=ARRIVED.replace(tzinfo=None)),
        duty_event(counsellor="\xe4iti"),
        duty_event(call="\xe4"),
        duty_event(duty="no JSON"),
        duty_event(duty='"\xe4"'),
        duty_event(score=float("nan")),
    ],
)
async def test_what_cannot_be_written_down_is_refused_at_once(
    outbox: Outbox, wrong: DutyEvent
) -> None:
    with pytest.raises(ValueError, match=r"zone|ASCII|JSON|Expecting"):
        outbox.record_duty(wrong)
    await outbox.flush()
    assert outbox.backlog.size == 0


async def test_ids_of_counsellors_events_are_forgotten_after_a_week(
    outbox: Outbox, path: Path
) -> None:
    outbox.record_duty(duty_event())
    outbox.record_duty(duty_event(step=8 * 86_400))
    await outbox.flush()
    with sqlite3.connect(path) as db:
        (count,) = db.execute("SELECT count(*) FROM seen_duty").fetchone()
    db.close()
    assert count == 1


# The places of callers who were cut off.


@pytest.mark.parametrize(
    "outcome", ["abandoned_queue", "carrier_released", "ghost", "fallback", "lost"]
)
async def test_who_was_cut_off_has_left_a_place_once(outbox: Outbox, outcome: str) -> None:
    outbox.record(ended(outcome=outcome))
    assert await _left(outbox) == PLACE
    assert await _left(outbox, by="n1-9.1") is None


@pytest.mark.parametrize(
    "outcome", sorted(set(Outcome) - {"abandoned_queue", "carrier_released", "ghost",
                                      "fallback", "lost"})
)  # fmt: skip
async def test_who_was_helped_or_told_has_left_no_place(outbox: Outbox, outcome: str) -> None:
    outbox.record(ended(outcome=outcome))
    assert await _left(outbox) is None


async def test_who_was_talking_when_asterisk_died_has_left_no_place(outbox: Outbox) -> None:
    outbox.record(ended(replace(facts(), scene=SceneName.TALKING, connected=True), "lost"))
    assert await _left(outbox) is None


async def test_who_was_transferred_back_into_the_line_has_a_place_to_leave(
    outbox: Outbox,
) -> None:
    outbox.record(ended(replace(facts(), connected=True)))
    assert await _left(outbox) == PLACE


@pytest.mark.parametrize(
    "of",
    [facts(hidden=True), replace(facts(), joined=None), replace(facts(), line=None)],
    ids=["hidden", "never joined", "no line"],
)
async def test_there_is_no_place_without_a_number_a_joining_and_a_line(
    outbox: Outbox, path: Path, of: Facts
) -> None:
    await outbox.promise(ended(of))
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT * FROM left_line").fetchall() == []
    db.close()


@pytest.mark.parametrize(("caller", "counsellor"), [(True, False), (False, True), (True, True)])
async def test_urgency_is_regained_with_the_place_as_the_word_of_who_gave_it(
    outbox: Outbox, caller: bool, counsellor: bool
) -> None:
    outbox.record(ended(replace(facts(), caller_urgent=caller, assessed_urgent=counsellor)))
    assert await _left(outbox) == replace(PLACE, caller_urgent=caller, assessed_urgent=counsellor)


async def test_a_place_belongs_to_its_number_and_its_line(outbox: Outbox) -> None:
    outbox.record(ended())
    assert await _left(outbox, number="+358401234568") is None
    other = await outbox.left_line(LineId("adults"), NUMBER, ARRIVED, by=CallId("n1-9.0"))
    assert other is None
    assert await _left(outbox) == PLACE


async def test_who_left_too_long_ago_has_lost_the_place(outbox: Outbox) -> None:
    outbox.record(ended(step=60))
    assert await _left(outbox, since_s=60.001) is None
    assert await _left(outbox, since_s=60) == PLACE


async def test_of_two_who_left_from_one_number_the_first_to_join_comes_first(
    outbox: Outbox,
) -> None:
    later = replace(facts("n1-2.0"), joined=JOINED + timedelta(seconds=10))
    outbox.record(ended(later, step=61))
    outbox.record(ended(step=62))
    second = Regained(joined=JOINED + timedelta(seconds=10))
    assert await _left(outbox, by="n1-9.0") == PLACE
    assert await _left(outbox, by="n1-9.1") == second
    assert await _left(outbox, by="n1-9.2") is None


async def test_a_call_that_asks_again_after_a_crash_is_given_the_same_place(
    outbox: Outbox,
) -> None:
    later = replace(facts("n1-2.0"), joined=JOINED + timedelta(seconds=10))
    outbox.record(ended(step=60))
    assert await _left(outbox, by="n1-9.0") == PLACE
    outbox.record(ended(later, step=61))
    assert await _left(outbox, by="n1-9.0") == PLACE


async def test_a_place_outlives_the_controller(path: Path) -> None:
    async with await Outbox.open(path) as outbox:
        outbox.record(ended())
    async with await Outbox.open(path) as again:
        assert await _left(again) == PLACE


async def test_the_number_of_one_who_left_is_gone_with_the_first_event_after_an_hour(
    outbox: Outbox, path: Path
) -> None:
    outbox.record(ended(step=60))
    outbox.record_duty(duty_event(step=60 + 3601))
    await outbox.flush()
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT number FROM left_line").fetchall() == []
    db.close()
