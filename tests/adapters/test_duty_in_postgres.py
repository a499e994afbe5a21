"""What Postgres makes of the counsellors' events, and of urgency, transfers and dispositions."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations
from pathlib import Path

import asyncpg
import pytest

from ivr.adapters.migrations import migrate
from ivr.adapters.outbox_entry import DutyEntry, Entry
from ivr.adapters.sql import SQL_DIR
from ivr.domain.journal import DutyEvent, DutyKind, Event, EventId, EventKind
from ivr.domain.policy import Disposition
from tests.adapters.record import ARRIVED, duty_event, event, facts, whole_call

APPLY = "SELECT apply_event($1, $2, $3, $4, $5, $6)"
APPLY_DUTY = "SELECT apply_duty_event($1, $2, $3, $4, $5, $6, $7)"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def happen(database: asyncpg.Connection, *events: Event | DutyEvent) -> list[bool]:
    return [await _apply(database, each) for each in events]


async def _apply(database: asyncpg.Connection, event: Event | DutyEvent) -> bool:
    at = event.at
    if isinstance(event, Event):
        of_call = Entry.of(event)
        values = (of_call.id, of_call.call_id, of_call.kind, at, of_call.facts, of_call.data)
        return bool(await database.fetchval(APPLY, *values))
    duty = DutyEntry.of(event)
    return bool(
        await database.fetchval(
            APPLY_DUTY,
            *(duty.id, duty.counsellor, duty.kind, at, duty.call_id, duty.duty, duty.data),
        )
    )


def disposed(code: str, *, step: int, by: str = "aino", call: str | None = None) -> DutyEvent:
    about = call or facts().call_id
    return duty_event(DutyKind.DISPOSITION, by, step=step, call=about, code=code)


async def test_an_event_of_a_counsellor_is_kept_as_it_was(database: asyncpg.Connection) -> None:
    paused = duty_event(DutyKind.PAUSED, reason="lunch")
    assert await happen(database, paused) == [True]
    row = await database.fetchrow("SELECT * FROM counsellor_event")
    assert dict(row or {}) == {
        "id": paused.id,
        "counsellor": "aino",
        "kind": "paused",
        "at": ARRIVED,
        "call_id": None,
        "duty": '{"doing": "paused"}',
        "data": '{"reason": "lunch"}',
    }


@pytest.mark.parametrize("kind", DutyKind)
async def test_every_kind_of_event_is_taken_once(
    database: asyncpg.Connection, kind: DutyKind
) -> None:
    happened = duty_event(kind, call=facts().call_id, code="other", step=9)
    assert await happen(database, *whole_call(facts()), happened) == [True] * 8
    assert await happen(database, happened) == [False]
    assert await database.fetchval("SELECT count(*) FROM counsellor_event") == 1


@pytest.mark.parametrize("code", Disposition)
async def test_every_disposition_is_kept(database: asyncpg.Connection, code: Disposition) -> None:
    await happen(database, *whole_call(facts()), disposed(code, step=9))
    assert await database.fetchval("SELECT code FROM disposition") == code


async def test_what_is_no_disposition_of_a_call_is_refused(database: asyncpg.Connection) -> None:
    await happen(database, *whole_call(facts()))
    for wrong in (
        disposed("solved", step=9),
        disposed("other", step=9, call="n1-9.9"),
        replace(disposed("other", step=9), call_id=None),
        replace(disposed("other", step=9), data={}),
        duty_event(DutyKind.ASSESSED_URGENT),
    ):
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await happen(database, wrong)
    assert await database.fetchval("SELECT count(*) FROM counsellor_event") == 0


async def test_a_pin_cannot_be_kept(database: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await happen(database, duty_event(DutyKind.WRONG_PIN, pin="1234"))


async def test_the_last_disposition_counts_in_whatever_order_they_come(
    database: asyncpg.Connection,
) -> None:
    for number, order in enumerate(permutations([(9, "other"), (12, "resolved"), (10, "other")])):
        call = f"n1-{number}.0"
        said = [disposed(code, step=step, call=call) for step, code in order]
        own = [replace(each, id=EventId(f"{number}/{each.id}")) for each in said]
        await happen(database, *whole_call(facts(call)), *own)
    rows = await database.fetch("SELECT DISTINCT code, at FROM disposition")
    assert [tuple(row) for row in rows] == [("resolved", ARRIVED + timedelta(seconds=12))]


async def test_first_contact_resolution_counts_served_calls_by_their_last_word(
    database: asyncpg.Connection,
) -> None:
    for number, outcome in enumerate(["served", "served", "served", "served", "lost"]):
        await happen(database, *whole_call(facts(f"n1-{number}.0"), outcome))
    await happen(
        database,
        disposed("other", step=9, call="n1-0.0"),
        disposed("resolved", step=11, call="n1-0.0"),  # corrected
        disposed("resolved", step=12, call="n1-1.0"),
        disposed("referred_county", step=13, by="kurt", call="n1-1.0"),  # after a transfer
        disposed("resolved", step=14, call="n1-2.0"),
        disposed("resolved", step=15, call="n1-4.0"),  # not served
    )
    (row,) = await database.fetch("SELECT * FROM first_contact_resolution")
    assert dict(row) == {
        "line": "families",
        "day": date(2026, 11, 23),
        "with_disposition": 3,
        "resolved": 2,
        "share": Decimal("0.667"),
    }


async def test_a_judgement_of_urgency_stays_whenever_it_comes(
    database: asyncpg.Connection,
) -> None:
    judged = duty_event(DutyKind.ASSESSED_URGENT, call=facts().call_id, step=20)
    later = event(EventKind.SCENE, step=21, scene="waiting")
    await happen(database, event(EventKind.ARRIVED), judged, later)
    assert await _urgent(database) == (False, True)


async def test_urgency_is_taken_from_the_newest_facts(database: asyncpg.Connection) -> None:
    urgent = replace(facts(), caller_urgent=True, assessed_urgent=True)
    await happen(database, event(EventKind.URGENT, urgent, step=2, by="caller"))
    assert await _urgent(database) == (True, True)


async def _urgent(database: asyncpg.Connection) -> tuple[bool, bool]:
    row = await database.fetchrow("SELECT caller_urgent, assessed_urgent FROM call")
    assert row is not None
    return tuple(row)


async def test_each_transfer_counts_once(database: asyncpg.Connection) -> None:
    transfers = [event(EventKind.TRANSFERRED, step=step, attended=False) for step in (5, 9)]
    await happen(database, event(EventKind.ARRIVED), *transfers, *transfers)
    assert await database.fetchval("SELECT transfers FROM call") == 2


async def test_a_record_of_the_first_version_is_carried_over(
    empty_database_url: str, tmp_path: Path
) -> None:
    for name in ("0001_calls.sql", "queries.sql"):
        shutil.copy(SQL_DIR / name, tmp_path)
    await migrate(empty_database_url, tmp_path)
    connection = await asyncpg.connect(empty_database_url)
    await happen(connection, *whole_call(facts(), "abandoned_queue"))
    assert (await migrate(empty_database_url))[0] == "0002_line.sql"
    await happen(connection, *whole_call(facts("n1-2.0"), "ghost"))
    calls = await connection.fetch("SELECT outcome, transfers FROM call ORDER BY id")
    balance = await connection.fetchrow("SELECT arrivals, balance FROM outcome_balance")
    await connection.close()
    assert [tuple(row) for row in calls] == [("abandoned_queue", 0), ("ghost", 0)]
    assert balance is not None
    assert tuple(balance) == (2, 0)
