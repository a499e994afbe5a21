"""An outbox that an older version of the program wrote goes on with all that was in it."""

import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from unittest.mock import ANY

import pytest

from ivr.adapters.outbox import Outbox
from ivr.adapters.outbox_entry import CallbackEntry, Entry, instant
from ivr.adapters.sql import SQL_DIR, named_queries
from ivr.domain.call import CallId, LineId
from ivr.domain.journal import EventKind
from ivr.domain.place import Regained
from tests.adapters.kept import kept_ids
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
)

NUMBER = "+358401234567"


@pytest.fixture
def of_version_1(path: Path) -> Path:
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        _write_as_version_1(db)
    db.close()
    return path


def _write_as_version_1(db: sqlite3.Connection) -> None:
    db.executescript(named_queries(SQL_DIR / "outbox.sql")["schema_1"])
    for place, each in enumerate([event(EventKind.ARRIVED), event(EventKind.JOINED, step=2)], 40):
        kept = Entry.of(each)
        values = (place, kept.id, kept.call_id, kept.kind, kept.at, kept.facts, kept.data)
        db.execute("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", values)
        db.execute("INSERT INTO seen VALUES (?, ?)", (kept.id, kept.call_id))
    db.execute("INSERT INTO open_call VALUES (?, ?)", (kept.call_id, kept.facts))
    db.execute("INSERT INTO event VALUES (99, 'gone', 'n1-9.0', 'arrived', '', '{}', '{}')")
    db.execute("INSERT INTO rejected SELECT *, 'no number' FROM event WHERE seq = 99")
    db.execute("DELETE FROM event WHERE seq = 99")


async def test_what_version_1_had_not_shipped_survives(of_version_1: Path) -> None:
    arrived, joined = event(EventKind.ARRIVED), event(EventKind.JOINED, step=2)
    async with await Outbox.open(of_version_1) as outbox:
        assert [stored.seq for stored in await outbox.unshipped(10)] == [40, 41]
        assert await kept_ids(outbox) == [arrived.id, joined.id]
        assert await outbox.open_calls() == {arrived.call_id: joined.facts}
        assert (outbox.backlog.size, outbox.backlog.rejected) == (2, 1)
        outbox.record(joined)
        outbox.record_duty(duty_event())
        await outbox.flush()
        assert await kept_ids(outbox) == [arrived.id, joined.id, duty_event().id]


async def test_an_event_refused_later_does_not_take_the_place_of_one_refused_by_version_1(
    of_version_1: Path,
) -> None:
    async with await Outbox.open(of_version_1) as outbox:
        await outbox.promise(event(EventKind.SCENE, step=3))
        seq = (await outbox.unshipped(10))[-1].seq
        assert seq == 100
        await outbox.set_aside(seq, "again")
        assert outbox.backlog.rejected == 2


async def test_a_file_brought_up_has_the_tables_of_a_new_one(
    of_version_1: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new.sqlite"
    for each in (of_version_1, new):
        async with await Outbox.open(each):
            pass
    assert _tables(of_version_1) == _tables(new)


async def test_a_place_left_under_version_2_is_regained_with_its_urgency(path: Path) -> None:
    path.parent.mkdir()
    queries = named_queries(SQL_DIR / "outbox.sql")
    left, joined = (ARRIVED + timedelta(seconds=s) for s in (60, 30))
    values = ("n1-1.0", "families", NUMBER, instant(left, of=""), instant(joined, of=""), 1, None)
    with sqlite3.connect(path) as db:
        for schema in ("schema_1", "schema_2"):
            db.executescript(queries[schema])
        db.execute("INSERT INTO left_line VALUES (?, ?, ?, ?, ?, ?, ?)", values)
    db.close()
    async with await Outbox.open(path) as outbox:
        place = await outbox.left_line(LineId("families"), NUMBER, left, by=CallId("n1-9.0"))
    assert place == Regained(joined=joined, caller_urgent=True)


@pytest.fixture
def of_version_3(path: Path) -> Path:
    """Three callbacks are promised there, two to one number and line; one was shipped."""
    path.parent.mkdir()
    sql = named_queries(SQL_DIR / "outbox.sql")
    with sqlite3.connect(path) as db:
        db.executescript(sql["schema_1"])
        db.executescript(sql["schema_2"])
        db.executescript(sql["schema_3"])
        for place, call in enumerate(["n1-1.0", "n1-2.0", "n1-3.0"], 40):
            urgent = replace(facts(call), caller_urgent=call == "n1-1.0")
            line = "adults" if call == "n1-3.0" else "families"
            asked = callback_request(urgent)
            kept = Entry.of(replace(asked, data={**asked.data, "line": line}))
            values = (kept.id, kept.call_id, kept.kind, kept.at, kept.facts, kept.data)
            db.execute("INSERT INTO event VALUES (?, ?, NULL, ?, ?, ?, ?, ?)", (place, *values))
            db.execute("INSERT INTO callback VALUES (?, ?, ?)", (call, kept.at, BY.isoformat()))
        db.execute("INSERT INTO callback VALUES ('n1-0.0', ?, ?)", (kept.at, BY.isoformat()))
    db.close()
    return path


async def test_what_version_3_had_promised_waits_to_be_called(of_version_3: Path) -> None:
    async with await Outbox.open(of_version_3) as outbox:
        first, other_line = await outbox.callbacks()
        assert first == replace(request("n1-1.0"), caller_urgent=True)
        assert (other_line.id, other_line.line) == ("n1-3.0", "adults")
        for call in ("n1-0.0", "n1-1.0", "n1-2.0", "n1-3.0"):
            assert await outbox.callback_promised(CallId(call)) == promised(call)


async def test_what_version_3_had_promised_reaches_postgres_after_its_calls(
    of_version_3: Path,
) -> None:
    async with await Outbox.open(of_version_3) as outbox:
        outbox.record_callback(happened(request("n1-1.0")))  # it is there already
        await outbox.flush()
        ids = await kept_ids(outbox)
        assert ids[3:] == ["n1-1.0/requested", "n1-3.0/requested"]
        entry = (await outbox.unshipped(10))[3].entry
        assert entry == replace(CallbackEntry.of(happened(request("n1-1.0"))), state=ANY)


async def test_a_file_of_version_3_brought_up_has_the_tables_of_a_new_one(
    of_version_3: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new.sqlite"
    for each in (of_version_3, new):
        async with await Outbox.open(each):
            pass
    assert _tables(of_version_3) == _tables(new)


def _tables(path: Path) -> list[tuple[str, str]]:
    with sqlite3.connect(path) as db:
        tables = db.execute("SELECT name, sql FROM sqlite_schema ORDER BY name").fetchall()
    db.close()
    return tables
