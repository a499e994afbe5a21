"""What the outbox has taken is on disk, once, whatever happens to the controller."""

import sqlite3
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.adapters.outbox import Outbox
from ivr.adapters.outbox_observers import Observers
from ivr.domain.call import CallId
from ivr.domain.journal import Event, EventKind
from ivr.ports import Journal
from tests.adapters.kept import kept_ids
from tests.adapters.polling import until
from tests.adapters.record import ARRIVED, callback_request, event, facts, promised, whole_call


async def test_the_outbox_is_the_journal_that_calls_need(outbox: Outbox) -> None:
    journal: Journal = outbox
    await journal.flush()


async def test_events_are_kept_in_the_order_in_which_they_were_taken(outbox: Outbox) -> None:
    events = whole_call(facts())
    for each in events:
        outbox.record(each)
    await outbox.flush()
    assert await kept_ids(outbox) == [each.id for each in events]
    assert outbox.backlog.size == len(events)
    assert outbox.backlog.oldest == ARRIVED


async def test_an_event_is_kept_as_it_was_taken(outbox: Outbox) -> None:
    taken = event(EventKind.JOINED, facts(), step=2, ahead=3, note="Äiti \x00 \ud800 \u2028")
    await outbox.promise(taken)
    (stored,) = await outbox.unshipped(10)
    assert (stored.entry.kind, stored.entry.call_id) == (taken.kind, taken.call_id)
    assert stored.entry.at == "2026-11-23T08:00:02.000000+00:00"
    assert stored.entry.data == ('{"ahead":3,"note":"\\u00c4iti \\u0000 \\ud800 \\u2028"}')


async def test_a_repeated_event_changes_nothing(outbox: Outbox) -> None:
    arrived, joined = event(EventKind.ARRIVED), event(EventKind.JOINED, step=2)
    outbox.record(arrived)
    await outbox.promise(joined)
    await outbox.promise(arrived)
    assert await kept_ids(outbox) == [arrived.id, joined.id]
    assert (await outbox.open_calls())[arrived.call_id].step == 2


async def test_a_repeated_event_changes_nothing_even_after_it_was_shipped(outbox: Outbox) -> None:
    arrived = event(EventKind.ARRIVED)
    await outbox.promise(arrived)
    (stored,) = await outbox.unshipped(10)
    await outbox.shipped(stored.seq)
    await outbox.promise(arrived)
    assert await kept_ids(outbox) == []
    assert outbox.backlog.size == 0


async def test_an_event_that_comes_after_shipping_began_is_not_forgotten(outbox: Outbox) -> None:
    await outbox.promise(event(EventKind.ARRIVED))
    (stored,) = await outbox.unshipped(10)
    late = event(EventKind.JOINED, step=1)
    await outbox.promise(late)
    await outbox.shipped(stored.seq)
    assert await kept_ids(outbox) == [late.id]


async def test_a_call_is_open_from_its_first_event_until_its_outcome(outbox: Outbox) -> None:
    *before, finished = whole_call(facts())
    for each in before:
        outbox.record(each)
    assert await outbox.open_calls() == {finished.call_id: before[-1].facts}
    outbox.record(finished)
    assert await outbox.open_calls() == {}


async def test_a_call_gets_exactly_one_outcome(outbox: Outbox) -> None:
    for each in whole_call(facts()):
        outbox.record(each)
    count = len(await kept_ids(outbox))
    await outbox.promise(event(EventKind.FINISHED, step=9, outcome="lost"))
    await outbox.promise(event(EventKind.FINISHED, again="/2", outcome="abandoned_queue"))
    await outbox.promise(event(EventKind.SCENE, step=10, scene="waiting"))
    assert len(await kept_ids(outbox)) == count
    assert await outbox.open_calls() == {}


async def test_a_call_whose_first_event_was_lost_is_still_known(outbox: Outbox) -> None:
    await outbox.promise(event(EventKind.SCENE, step=4, scene="waiting"))
    assert list(await outbox.open_calls()) == [facts().call_id]


async def test_finished_calls_are_forgotten_after_a_week_and_open_ones_never(
    outbox: Outbox, path: Path
) -> None:
    waiting = facts("n1-1.0")
    await outbox.promise(callback_request(waiting))
    for each in [callback_request(facts("n1-2.0")), *whole_call(facts("n1-2.0"))]:
        outbox.record(each)
    late = event(EventKind.FINISHED, facts("n1-3.0"), step=8, outcome="served")
    await outbox.promise(replace(late, at=ARRIVED + timedelta(days=8)))
    with sqlite3.connect(path) as db:
        finished = db.execute("SELECT call_id FROM finished_call").fetchall()
    db.close()
    assert finished == [("n1-3.0",)]
    assert await outbox.callback_promised(CallId("n1-1.0")) == promised("n1-1.0")
    assert await outbox.callback_promised(CallId("n1-2.0")) is None


async def test_a_callback_is_known_as_kept_even_after_its_call_and_its_shipping(
    outbox: Outbox,
) -> None:
    requested = callback_request(facts())
    assert await outbox.callback_promised(requested.call_id) is None
    await outbox.promise(requested)
    await outbox.promise(event(EventKind.FINISHED, step=9, outcome="callback"))
    await outbox.shipped((await outbox.unshipped(10))[-1].seq)
    assert await outbox.callback_promised(requested.call_id) == promised(requested.call_id)


async def test_observers_see_each_new_event_once_in_order_when_it_is_on_disk(path: Path) -> None:
    seen: list[Event] = []
    async with await Outbox.open(path, observers=Observers(calls=seen.append)) as outbox:
        events = whole_call(facts())
        for each in [*events, *events]:
            outbox.record(each)
        await until(lambda: len(seen) >= len(events))
        await outbox.promise(events[0])
    assert seen == events


async def test_an_observer_that_fails_harms_nobody(path: Path) -> None:
    def fail(_: Event) -> None:
        raise LookupError("no such screen")

    async with await Outbox.open(path, observers=Observers(calls=fail)) as outbox:
        await outbox.promise(event(EventKind.ARRIVED))
        await outbox.promise(event(EventKind.JOINED, step=1))
        assert outbox.backlog.size == 2


async def test_plain_events_reach_the_disk_without_being_asked_for(
    outbox: Outbox, path: Path
) -> None:
    outbox.record(event(EventKind.ARRIVED))
    reader = sqlite3.connect(path)
    await until(lambda: reader.execute("SELECT count(*) FROM event").fetchone() == (1,))
    reader.close()


async def test_events_taken_together_are_committed_together(outbox: Outbox, path: Path) -> None:
    reader = sqlite3.connect(path)
    before = reader.execute("PRAGMA data_version").fetchone()[0]
    busy = threading.Event()
    outbox._commit.ask(lambda _: busy.wait(10))
    for step in range(200):
        outbox.record(event(EventKind.SCENE, step=step, scene="waiting"))
    busy.set()
    await outbox.flush()
    after = reader.execute("PRAGMA data_version").fetchone()[0]
    count = reader.execute("SELECT count(*) FROM event").fetchone()[0]
    reader.close()
    assert (count, after - before) == (200, 1)


async def test_every_commit_waits_for_the_disk(outbox: Outbox) -> None:
    def pragma(name: str) -> object:
        return outbox._commit._store._db.execute(f"PRAGMA {name}").fetchone()[0]

    assert (pragma("synchronous"), pragma("journal_mode")) == (2, "wal")


async def test_nobody_else_may_read_the_file(outbox: Outbox, path: Path) -> None:
    await outbox.promise(event(EventKind.ARRIVED))
    kept = list(path.parent.iterdir())
    assert {each.name for each in kept} >= {"outbox.sqlite", "outbox.sqlite-wal"}
    assert {each.stat().st_mode & 0o077 for each in kept} == {0}


async def test_closing_puts_everything_on_disk(path: Path) -> None:
    events = whole_call(facts())
    async with await Outbox.open(path) as outbox:
        for each in events:
            outbox.record(each)
    async with await Outbox.open(path) as again:
        assert await kept_ids(again) == [each.id for each in events]
        assert again.backlog.size == len(events)


async def test_a_closed_outbox_takes_nothing(path: Path) -> None:
    outbox = await Outbox.open(path)
    await outbox.close()
    await outbox.close()
    with pytest.raises(RuntimeError, match="closed"):
        outbox.record(event(EventKind.ARRIVED))


async def test_an_outbox_knows_whether_it_was_ever_used(path: Path) -> None:
    async with await Outbox.open(path) as outbox:
        assert not await outbox.ever_used()
        outbox.record(event(EventKind.ARRIVED))
        assert await outbox.ever_used()
        (stored,) = await outbox.unshipped(10)
        await outbox.shipped(stored.seq)
    async with await Outbox.open(path) as again:
        assert await again.ever_used()
