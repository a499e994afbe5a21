"""What the outbox has taken is on disk, once, whatever happens to the controller."""

import asyncio
import os
import signal
import sqlite3
import sys
import textwrap
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from ivr.adapters.outbox import Outbox
from ivr.domain.call import CallId
from ivr.domain.journal import Event, EventKind
from ivr.errors import Refusal
from ivr.ports import Journal, JournalUnavailable
from tests.adapters.polling import until
from tests.adapters.record import ARRIVED, callback_request, event, facts, whole_call

BY = date(2026, 11, 23)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "outbox.sqlite"


@pytest.fixture
async def outbox(path: Path) -> AsyncIterator[Outbox]:
    async with await Outbox.open(path) as outbox:
        yield outbox


async def test_the_outbox_is_the_journal_that_calls_need(outbox: Outbox) -> None:
    journal: Journal = outbox
    await journal.flush()


async def kept_ids(outbox: Outbox) -> list[str]:
    return [stored.entry.id for stored in await outbox.unshipped(1000)]


@contextmanager
def refusing_disk(path: Path) -> Iterator[None]:
    """While another connection holds the write lock, nothing can be written."""
    thief = sqlite3.connect(path, isolation_level=None)
    thief.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        thief.execute("ROLLBACK")
        thief.close()


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
    assert await outbox.callback_promised(CallId("n1-1.0")) == BY
    assert await outbox.callback_promised(CallId("n1-2.0")) is None


async def test_a_callback_is_known_as_kept_even_after_its_call_and_its_shipping(
    outbox: Outbox,
) -> None:
    requested = callback_request(facts())
    assert await outbox.callback_promised(requested.call_id) is None
    await outbox.promise(requested)
    await outbox.promise(event(EventKind.FINISHED, step=9, outcome="callback"))
    await outbox.shipped((await outbox.unshipped(10))[-1].seq)
    assert await outbox.callback_promised(requested.call_id) == BY


async def test_observers_see_each_new_event_once_in_order_when_it_is_on_disk(path: Path) -> None:
    seen: list[Event] = []
    async with await Outbox.open(path, observe=seen.append) as outbox:
        events = whole_call(facts())
        for each in [*events, *events]:
            outbox.record(each)
        await until(lambda: len(seen) >= len(events))
        await outbox.promise(events[0])
    assert seen == events


async def test_an_observer_that_fails_harms_nobody(path: Path) -> None:
    def fail(_: Event) -> None:
        raise LookupError("no such screen")

    async with await Outbox.open(path, observe=fail) as outbox:
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


async def test_a_refusing_disk_fails_the_promise_and_not_the_call(
    outbox: Outbox, path: Path
) -> None:
    with refusing_disk(path):
        outbox.record(event(EventKind.ARRIVED))
        with pytest.raises(JournalUnavailable, match="locked"):
            await outbox.promise(callback_request(facts()))
        with pytest.raises(JournalUnavailable, match="locked"):
            await outbox.flush()
        assert outbox.faults > 0
        assert "locked" in (outbox.fault or "")


async def test_plain_events_wait_in_memory_until_the_disk_takes_them(
    outbox: Outbox, path: Path
) -> None:
    arrived = event(EventKind.ARRIVED)
    with refusing_disk(path):
        outbox.record(arrived)
        await until(lambda: outbox.fault is not None)
    await until(lambda: outbox.fault is None)
    assert await kept_ids(outbox) == [arrived.id]


async def test_a_promise_that_failed_is_not_kept_behind_the_callers_back(
    outbox: Outbox, path: Path
) -> None:
    requested = callback_request(facts())
    with refusing_disk(path), pytest.raises(JournalUnavailable):
        await outbox.promise(requested)
    assert await outbox.callback_promised(requested.call_id) is None
    await outbox.promise(requested)
    assert await outbox.callback_promised(requested.call_id) == BY


async def test_a_promise_given_up_by_the_caller_is_still_kept(outbox: Outbox) -> None:
    requested = callback_request(facts())
    waiting = asyncio.create_task(outbox.promise(requested))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await outbox.callback_promised(requested.call_id) == BY


async def test_whoever_is_ended_as_the_answer_comes_is_ended(outbox: Outbox) -> None:
    asking = asyncio.create_task(outbox.unshipped(10))
    await asyncio.sleep(0)
    outbox._commit.flush().result(10)  # the loop stands still: the answer is on its way
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_an_event_that_cannot_be_written_down_is_refused_at_once(outbox: Outbox) -> None:
    naive = replace(event(EventKind.ARRIVED), at=ARRIVED.replace(tzinfo=None))
    with pytest.raises(ValueError, match="zone"):
        outbox.record(naive)
    with pytest.raises(ValueError, match="fit"):
        outbox.record(event(EventKind.ARRIVED, replace(facts(), dialled="1" * 3000)))
    with pytest.raises(ValueError, match="ASCII"):
        outbox.record(event(EventKind.ARRIVED, facts("Ä")))
    with pytest.raises(ValueError, match="JSON"):
        outbox.record(event(EventKind.JOINED, ahead=float("nan")))
    with pytest.raises(ValueError, match="isoformat"):
        await outbox.promise(event(EventKind.CALLBACK_REQUESTED, number="+358401234567"))
    await outbox.flush()
    assert outbox.backlog.size == 0


async def test_a_second_controller_is_refused(outbox: Outbox, path: Path) -> None:
    await outbox.flush()
    with pytest.raises(Refusal, match=rf"process {os.getpid()}.*IVR_STATE_DIR"):
        await Outbox.open(path)


async def test_the_outbox_is_free_again_when_its_owner_has_left(path: Path) -> None:
    async with await Outbox.open(path):
        pass
    async with await Outbox.open(path) as again:
        assert again.backlog.size == 0


async def test_a_damaged_file_is_refused_by_name(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"this is no database at all" * 100)  # noqa: ASYNC240
    with pytest.raises(Refusal, match=str(path)):
        await Outbox.open(path)


async def test_a_folder_that_cannot_be_made_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")
    with pytest.raises(Refusal, match="IVR_STATE_DIR"):
        await Outbox.open(tmp_path / "state" / "outbox.sqlite")


async def test_a_file_of_another_format_is_refused(path: Path) -> None:
    async with await Outbox.open(path):
        pass
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 7")
    db.close()
    with pytest.raises(Refusal, match="format 7"):
        await Outbox.open(path)


async def test_unreadable_facts_of_one_call_do_not_hide_the_others(
    outbox: Outbox, path: Path
) -> None:
    for call in ("n1-1.0", "n1-2.0"):
        await outbox.promise(event(EventKind.ARRIVED, facts(call)))
    with sqlite3.connect(path) as db:
        db.execute("UPDATE open_call SET facts = '{}' WHERE call_id = 'n1-1.0'")
    db.close()
    assert list(await outbox.open_calls()) == ["n1-2.0"]


PROMISER = """
    import asyncio, sys
    from pathlib import Path
    from ivr.adapters.outbox import Outbox
    from tests.adapters.record import callback_request, facts

    async def promise_for_ever():
        outbox = await Outbox.open(Path(sys.argv[1]))
        for call in range(1_000_000):
            await outbox.promise(callback_request(facts(f"n1-{call}.0")))
            print(f"n1-{call}.0", flush=True)

    asyncio.run(promise_for_ever())
"""


async def test_what_was_promised_is_there_after_kill_9(path: Path) -> None:
    controller = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        textwrap.dedent(PROMISER),
        str(path),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    assert controller.stdout is not None
    promised = [(await controller.stdout.readline()).decode().strip() for _ in range(20)]
    controller.send_signal(signal.SIGKILL)
    promised += (await controller.stdout.read()).decode().split()
    await controller.wait()
    async with await Outbox.open(path) as outbox:
        kept = [stored.entry.call_id for stored in await outbox.unshipped(1_000_000)]
        assert kept[: len(promised)] == promised
        assert set(kept) == set(await outbox.open_calls())
        assert {await outbox.callback_promised(CallId(call)) for call in promised} == {BY}
