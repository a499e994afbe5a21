"""What the outbox does when the disk refuses, a file is not ours, or the controller is killed."""

import asyncio
import errno
import os
import signal
import sqlite3
import sys
import textwrap
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from ivr.adapters.outbox import Outbox
from ivr.adapters.outbox_store import Backlog, OutboxStore
from ivr.domain.call import CallId
from ivr.domain.callback import Because, Status
from ivr.domain.journal import EventKind
from ivr.errors import Refusal
from ivr.ports import JournalUnavailable
from tests.adapters.kept import kept_ids, refusing_disk
from tests.adapters.polling import BOUND_S, until
from tests.adapters.record import (
    ARRIVED,
    callback_request,
    event,
    facts,
    happened,
    promised,
    request,
)


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
    assert await outbox.callback_promised(requested.call_id) == promised(requested.call_id)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_when_its_thread_dies_by_a_fault_that_is_told_and_nothing_waits_for_it(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox = await Outbox.open(path)

    def fault(_: OutboxStore) -> Backlog:
        raise KeyError("a fault of the program")

    monkeypatch.setattr(OutboxStore, "backlog", fault)
    outbox.record(event(EventKind.ARRIVED))
    async with asyncio.timeout(BOUND_S):
        await outbox.ended()
    assert outbox.fault == "nothing is written any more"
    with pytest.raises(JournalUnavailable):
        await outbox.close()


async def test_a_disk_whose_room_cannot_be_told_takes_events_and_its_thread_lives(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: OutboxStore) -> Backlog:
        raise OSError(errno.ESTALE, "Stale file handle")

    monkeypatch.setattr(OutboxStore, "backlog", gone)
    requested = callback_request(facts())
    await outbox.promise(requested)
    monkeypatch.undo()
    assert await outbox.callback_promised(requested.call_id) == promised(requested.call_id)
    assert (outbox.fault, outbox.backlog.size) == (None, 1)


async def test_of_a_request_and_what_the_call_is_told_both_are_kept_or_neither(
    outbox: Outbox, path: Path
) -> None:
    told, asked = callback_request(facts()), happened(request())
    with refusing_disk(path), pytest.raises(JournalUnavailable):
        await outbox.promise_callback(asked, told)
    assert (await outbox.callbacks(), await outbox.callback_promised(told.call_id)) == ([], None)
    await outbox.promise_callback(asked, told)
    assert await outbox.callbacks() == [asked.callback]
    assert await kept_ids(outbox) == [told.id, asked.id]


async def test_requests_that_are_over_are_forgotten_after_a_week_and_others_never(
    outbox: Outbox,
) -> None:
    given_up = request("n1-1.0", status=Status.UNREACHED)
    over = request("n1-2.0", number="+358401234568").close(Because.SETTLED)
    for each in (given_up, over):
        outbox.record_callback(happened(each))
    assert await outbox.callbacks() == [given_up, over]
    late = happened(request("n1-3.0", number="+358401234569"))
    outbox.record_callback(replace(late, at=ARRIVED + timedelta(days=8)))
    assert await outbox.callbacks() == [given_up, late.callback]


async def test_a_request_that_cannot_be_read_is_left_out(outbox: Outbox, path: Path) -> None:
    for call in ("n1-1.0", "n1-2.0"):
        outbox.record_callback(happened(request(call)))
    await outbox.flush()
    with sqlite3.connect(path) as db:
        db.execute("UPDATE callback_state SET state = '{}' WHERE callback = 'n1-1.0'")
    db.close()
    assert await outbox.callbacks() == [request("n1-2.0")]


async def test_a_promise_given_up_by_the_caller_is_still_kept(outbox: Outbox) -> None:
    requested = callback_request(facts())
    waiting = asyncio.create_task(outbox.promise(requested))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await outbox.callback_promised(requested.call_id) == promised(requested.call_id)


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
    told = [(await controller.stdout.readline()).decode().strip() for _ in range(20)]
    controller.send_signal(signal.SIGKILL)
    told += (await controller.stdout.read()).decode().split()
    await controller.wait()
    async with await Outbox.open(path) as outbox:
        kept = [stored.entry.call_id for stored in await outbox.unshipped(1_000_000)]
        assert kept[: len(told)] == told
        assert set(kept) == set(await outbox.open_calls())
        assert [await outbox.callback_promised(CallId(call)) for call in told] == [
            promised(call) for call in told
        ]
