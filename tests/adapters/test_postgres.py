"""What Postgres makes of the events: one row a call, one outcome, whatever is repeated or late."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import asyncpg
import pytest

from ivr.adapters.outbox_entry import Entry
from ivr.domain.call import CallId, Facts, Language, Outcome, SceneName
from ivr.domain.journal import Event, EventId, EventKind
from tests.adapters.record import ARRIVED, callback_request, event, facts, whole_call

_ALL = "SELECT * FROM {} ORDER BY 1, 2"
APPLY = "SELECT apply_event($1, $2, $3, $4, $5, $6)"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def apply(database: asyncpg.Connection, *events: Event) -> list[bool]:
    return [await _apply(database, Entry.of(each)) for each in events]


async def _apply(database: asyncpg.Connection, entry: Entry) -> bool:
    at = datetime.fromisoformat(entry.at)
    return bool(
        await database.fetchval(
            APPLY, entry.id, entry.call_id, entry.kind, at, entry.facts, entry.data
        )
    )


async def rows(database: asyncpg.Connection, table: str) -> Sequence[Mapping[str, object]]:
    return [dict(row) for row in await database.fetch(_ALL.format(table))]


async def test_a_call_is_known_by_its_newest_facts(database: asyncpg.Connection) -> None:
    await apply(database, *whole_call(facts()))
    (call,) = await rows(database, "call")
    assert call == {
        "id": "n1-1795294388.0",
        "dialled": "0291512360",
        "line": "families",
        "caller": "+358401234567",
        "hidden": False,
        "arrived": ARRIVED,
        "language": "sv",
        "topic": "children",
        "joined": ARRIVED + timedelta(seconds=30),
        "connected": ARRIVED + timedelta(seconds=4),
        "answered": ARRIVED + timedelta(seconds=5),
        "counsellor": "aino",
        "scene": "waiting",
        "step": 6,
        "seen": ARRIVED + timedelta(seconds=6),
        "ended": ARRIVED + timedelta(seconds=6),
        "outcome": "served",
        "caller_urgent": False,
        "assessed_urgent": False,
        "transfers": 0,
        "callback": None,
    }


async def test_events_that_come_twice_change_nothing(database: asyncpg.Connection) -> None:
    events = [*whole_call(facts()), callback_request(facts(), step=3)]
    assert all(await apply(database, *events))
    before = [await rows(database, table) for table in ("call", "call_event")]
    assert not any(await apply(database, *events, *reversed(events)))
    assert [await rows(database, table) for table in ("call", "call_event")] == before


async def test_events_make_the_same_call_in_whatever_order_they_come(
    database: asyncpg.Connection,
) -> None:
    known = set()
    arrived, *_, connected, _, finished = whole_call(facts())
    moved = event(EventKind.SCENE, replace(facts(), language=Language.FI), step=2, scene="waiting")
    for number, order in enumerate(permutations([arrived, moved, connected, finished])):
        call = f"n1-{number}.0"
        await apply(database, *(_of_call(each, call) for each in order))
        row = await database.fetchrow("SELECT * FROM call WHERE id = $1", call)
        assert row is not None
        known.add(tuple(row.values())[1:])
    assert len(known) == 1


def _of_call(of: Event, call: str) -> Event:
    return replace(
        of,
        id=EventId(f"{call}/{of.facts.step}/{of.kind}"),
        call_id=CallId(call),
        facts=replace(of.facts, call_id=CallId(call)),
    )


async def test_a_call_gets_exactly_one_outcome_the_first(database: asyncpg.Connection) -> None:
    await apply(database, *whole_call(facts()))
    late = event(EventKind.FINISHED, step=9, outcome="abandoned_queue")
    other = event(EventKind.FINISHED, step=9, again="/2", outcome="abandoned_queue")
    assert await apply(database, late, other) == [False, False]
    assert await database.fetchval("SELECT outcome FROM call") == "served"


async def test_an_outcome_is_always_named(database: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await apply(database, event(EventKind.FINISHED))


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.NOT_REACHED])
async def test_every_outcome_of_an_arrival_has_its_column_in_the_balance(
    database: asyncpg.Connection, outcome: Outcome
) -> None:
    await apply(database, *whole_call(facts(), outcome))
    (line,) = await rows(database, "outcome_balance")
    assert (line["arrivals"], line[outcome], line["open"], line["balance"]) == (1, 1, 0, 0)


async def test_only_a_call_that_we_made_can_fail_to_reach_anybody(
    database: asyncpg.Connection,
) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await apply(database, *whole_call(facts(), Outcome.NOT_REACHED))


@pytest.mark.parametrize("kind", EventKind)
async def test_every_kind_of_event_is_taken(database: asyncpg.Connection, kind: EventKind) -> None:
    taken = {**callback_request(facts()).data, "outcome": "served"}
    assert await apply(database, replace(event(EventKind.FAULT), kind=kind, data=taken)) == [True]


@pytest.mark.parametrize("scene", SceneName)
async def test_every_scene_and_language_is_taken(
    database: asyncpg.Connection, scene: SceneName
) -> None:
    for number, language in enumerate([*Language, None]):
        known = replace(facts(f"n1-{number}.0"), scene=scene, language=language)
        assert await apply(database, event(EventKind.SCENE, known)) == [True]


async def test_an_invented_outcome_is_refused(database: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.CheckViolationError):
        await apply(database, event(EventKind.FINISHED, outcome="vanished"))
    assert await rows(database, "call") == []


async def test_a_hidden_caller_leaves_nothing_identifying(database: asyncpg.Connection) -> None:
    await apply(database, *whole_call(facts(hidden=True)))
    (call,) = await rows(database, "call")
    assert (call["hidden"], call["caller"]) == (True, None)
    with pytest.raises(asyncpg.CheckViolationError):
        await database.execute("UPDATE call SET caller = '+358401234567'")


async def test_a_number_stands_with_the_call_and_the_callback_and_nowhere_else(
    database: asyncpg.Connection,
) -> None:
    await apply(database, event(EventKind.ARRIVED), callback_request(facts()))
    events = await database.fetch("SELECT call_event::text FROM call_event")
    assert len(events) == 2
    assert not any("401234567" in row["call_event"] for row in events)


def _stranger(call: str) -> Facts:
    return replace(facts(call), line=None, language=None, topic=None, joined=None)


async def test_the_balance_is_zero_when_no_call_is_open(database: asyncpg.Connection) -> None:
    await apply(database, *whole_call(facts("n1-1.0")))
    await apply(database, *whole_call(facts("n1-2.0"), "abandoned_queue"))
    await apply(database, *whole_call(_stranger("n1-3.0"), "unknown_number"))
    still_open, *_ = whole_call(facts("n1-4.0"))
    await apply(database, still_open)
    balance = {row["line"]: row for row in await rows(database, "outcome_balance")}
    assert {line: row["balance"] for line, row in balance.items()} == {"families": 1, None: 0}
    assert (balance["families"]["arrivals"], balance["families"]["open"]) == (3, 1)
    await apply(database, *whole_call(facts("n1-4.0"), "lost"))
    assert [row["balance"] for row in await rows(database, "outcome_balance")] == [0, 0]


async def test_a_call_counts_on_the_day_of_its_arrival_in_helsinki(
    database: asyncpg.Connection,
) -> None:
    late_evening = datetime(2026, 11, 22, 21, 59, 59, tzinfo=UTC)
    past_midnight = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
    for number, arrived in enumerate([late_evening, past_midnight]):
        known = replace(facts(f"n1-{number}.0"), arrived=arrived)
        await apply(database, *whole_call(known))
    days = [row["day"] for row in await rows(database, "outcome_balance")]
    assert days == [date(2026, 11, 22), date(2026, 11, 23)]
