"""A record in which numbers are to be erased, and a request's whole life in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import asyncpg
from asyncpg.pool import Pool

from ivr.adapters.erasing import Eraser
from ivr.adapters.outbox import Outbox
from ivr.adapters.shipping import Shipper
from ivr.domain.attempt import Result
from ivr.domain.call import CallId, LineId
from ivr.domain.callback import CallbackId
from ivr.domain.journal import CallbackEvent, CallbackKind, Event, EventKind
from ivr.domain.retention import Retention
from tests.adapters.record import (
    ARRIVED,
    BY,
    callback_request,
    event,
    facts,
    happened,
    request,
)
from tests.domain.callbacks import ALWAYS, ANNA, POLICY

NUMBER = "401234567"
OTHER = "+358401234568"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
OVER = ARRIVED + timedelta(seconds=13)  # the last event of `life`
KEPT = Retention(days={LineId("families"): 7, LineId("adults"): 1}, otherwise=3)
FIGURES = (
    "SELECT * FROM outcome_balance ORDER BY 1, 2",
    "SELECT * FROM first_contact_resolution ORDER BY 1, 2",
    "SELECT to_jsonb(c) - 'number' FROM callback c ORDER BY id",
    "SELECT * FROM callback_attempt ORDER BY 1, 2",
    "SELECT to_jsonb(c) - 'caller' FROM call c ORDER BY id",
    "SELECT * FROM call_event ORDER BY id",
    "SELECT * FROM callback_event ORDER BY id",
    "SELECT * FROM counsellor_event ORDER BY id",
)


@dataclass(kw_only=True)
class World:
    """A record whose clock stands still; `lapsed` is what was to be closed."""

    outbox: Outbox
    pool: Pool
    at: datetime = OVER
    retention: Retention = KEPT
    lapsed: list[CallbackId] = field(default_factory=list)

    def now(self) -> datetime:
        return self.at

    async def take(self, *events: Event | CallbackEvent, ship: bool = True) -> None:
        for each in events:
            if isinstance(each, Event):
                self.outbox.record(each)
            else:
                self.outbox.record_callback(each)
        await self.outbox.flush()
        if ship:
            assert await Shipper(self.outbox, self.pool).drain(within_s=20) == 0

    async def erase(self, after: timedelta) -> bool:
        self.at = OVER + after
        return await self.eraser().round()

    def eraser(self) -> Eraser:
        async def lapse(callbacks: Sequence[CallbackId]) -> None:
            self.lapsed += callbacks

        return Eraser(self.outbox, self.pool, self, self.retention, lapse)

    async def figures(self) -> list[list[asyncpg.Record]]:
        return [await self.pool.fetch(figure) for figure in FIGURES]

    async def with_numbers(self) -> list[str]:
        """The requests and calls in Postgres that have one."""
        rows = await self.pool.fetch(
            "SELECT id FROM callback WHERE number IS NOT NULL"
            " UNION ALL SELECT 'call ' || id FROM call WHERE caller IS NOT NULL ORDER BY 1"
        )
        return [row["id"] for row in rows]


def life() -> list[Event | CallbackEvent]:
    """A request made by one call, asked for again by another and kept by a third, which we made."""
    asked = request("n1-1.0")
    again = replace(asked, again=1)
    dialled = again.begin_attempt(
        counsellor=ANNA, call=CallId("n1-o.1"), now=ARRIVED, schedule=ALWAYS, policy=POLICY
    )
    reached = dialled.end_attempt(Result.REACHED, now=OVER, policy=POLICY)
    back = replace(facts("n1-o.1"), callback=CallId("n1-1.0"))
    repeated = facts("n1-2.0")
    return [
        event(EventKind.ARRIVED, facts("n1-1.0")),
        callback_request(facts("n1-1.0")),
        happened(asked),
        event(EventKind.FINISHED, facts("n1-1.0"), step=8, outcome="callback"),
        event(EventKind.ARRIVED, repeated),
        event(
            EventKind.CALLBACK_REPEATED,
            repeated,
            step=9,
            callback="n1-1.0",
            promised_by=BY.isoformat(),
        ),
        replace(happened(again, CallbackKind.AGAIN, step=9), call_id=CallId("n1-2.0")),
        event(EventKind.FINISHED, repeated, step=10, outcome="callback"),
        event(EventKind.ARRIVED, back),
        replace(
            happened(dialled, CallbackKind.CALLED, step=11, attempt=1), call_id=CallId("n1-o.1")
        ),
        event(EventKind.CONNECTED, back, step=12, counsellor="anna"),
        replace(
            happened(reached, CallbackKind.ENDED, step=13, attempt=1), call_id=CallId("n1-o.1")
        ),
        event(EventKind.FINISHED, back, step=13, outcome="served"),
    ]


def asking(call: str, **changes: object) -> list[Event | CallbackEvent]:
    """A call that asks, and the request, which is like this from the first."""
    return [event(EventKind.ARRIVED, facts(call)), happened(request(call, **changes))]
