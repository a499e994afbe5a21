"""The evidence is gathered: what the record says, and what is left when the calls are over."""

import json
import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from tests.bench.polling import until
from tests.chaos.evidence import CallbackRow, CallRow, Happened, Leftovers
from tests.chaos.ground import Ground
from tests.e2e.at_work import ari_list

_SETTLED_WITHIN_S = 40.0

# What the disk's refusing and the other faults make the controller say, as it should.
_FORESEEN = {
    "outbox.not_written",
    "callback.not_kept",
    "callback.attempt_not_kept",
    "caller.not_assured",
    "call.promise_unknown",
    "line.earlier_place_unknown",
    "callback.earlier_requests_unknown",
}


async def at_rest(ground: Ground) -> Leftovers:
    """How much there is of what is counted before the first call."""
    return Leftovers(tasks_at_rest=await _tasks(ground), handles_at_rest=_handles(ground))


async def leftovers(ground: Ground, rest: Leftovers) -> Leftovers:
    """What is left once nothing changes any more, or after a while."""
    found = rest

    async def nothing() -> bool:
        nonlocal found
        listed = await ari_list(ground.access)
        found = Leftovers(
            channels=listed["channels"],
            bridges=listed["bridges"],
            backlog=await _metric(ground, "ivr_outbox_backlog"),
            set_aside=await _metric(ground, "ivr_outbox_set_aside"),
            tasks=await _tasks(ground),
            tasks_at_rest=rest.tasks_at_rest,
            handles=_handles(ground),
            handles_at_rest=rest.handles_at_rest,
            complaints=_complaints(ground),
        )
        return not (found.channels or found.bridges or found.backlog)

    with suppress(TimeoutError):  # something is left, then
        await until(nothing, _SETTLED_WITHIN_S)
    return found


async def calls(ground: Ground) -> list[CallRow]:
    """All calls on record, with their events."""
    connection = await asyncpg.connect(ground.line.database_url)
    try:
        events: dict[str, list[Happened]] = {}
        for row in await connection.fetch("SELECT * FROM call_event ORDER BY at, step"):
            events.setdefault(row["call_id"], []).append(
                Happened(
                    kind=row["kind"],
                    at=row["at"].timestamp(),
                    scene=row["scene"],
                    data=json.loads(row["data"]),
                )
            )
        return [
            _call(row, events.get(row["id"], []))
            for row in await connection.fetch("SELECT * FROM call ORDER BY arrived")
        ]
    finally:
        await connection.close()


async def callbacks(ground: Ground) -> list[CallbackRow]:
    """All requests to be called back on record, with their attempts."""
    connection = await asyncpg.connect(ground.line.database_url)
    try:
        attempts: dict[str, list[tuple[float, str | None]]] = {}
        for row in await connection.fetch("SELECT * FROM callback_attempt ORDER BY began"):
            attempt = row["began"].timestamp(), row["result"]
            attempts.setdefault(row["callback"], []).append(attempt)
        return [
            CallbackRow(
                id=row["id"],
                number=row["number"],
                status=row["status"],
                attempts=attempts.get(row["id"], []),
            )
            for row in await connection.fetch("SELECT * FROM callback ORDER BY requested_at")
        ]
    finally:
        await connection.close()


def _call(row: asyncpg.Record, events: list[Happened]) -> CallRow:
    return CallRow(
        id=row["id"],
        number=row["caller"],
        line=row["line"],
        topic=row["topic"],
        language=row["language"],
        arrived=row["arrived"].timestamp(),
        joined=_time(row["joined"]),
        connected=_time(row["connected"]),
        answered=_time(row["answered"]),
        ended=_time(row["ended"]),
        outcome=row["outcome"],
        callback=row["callback"],
        events=events,
    )


def _time(at: datetime | None) -> float | None:
    return None if at is None else at.timestamp()


def _handles(ground: Ground) -> dict[str, int]:
    """The file handles of the processes that calls go through."""
    pids = {"controller": ground.controller_pid, "Asterisk": ground.asterisk_pid}
    return {name: len(list(Path(f"/proc/{pid}/fd").iterdir())) for name, pid in pids.items()}


async def _tasks(ground: Ground) -> int:
    """The controller's tasks, without those of open callbacks: each stands in the line by one."""
    return await _metric(ground, "ivr_tasks") - await _metric(ground, "ivr_callbacks_open")


async def _metric(ground: Ground, name: str) -> int:
    """A gauge, summed over its labels."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://{ground.line.http}/metrics") as answer,
    ):
        found = re.findall(rf"^{name}(?:{{.*}})? (\S+)$", await answer.text(), re.MULTILINE)
    assert found, f"there is no {name}"
    return round(sum(float(value) for value in found))


def _complaints(ground: Ground) -> list[tuple[float, str]]:
    """The errors that the controllers of this run have logged and that no fault explains."""
    found = []
    for file in sorted((ground.state_dir / "log").iterdir()):
        for line in file.read_text(errors="replace").splitlines():
            said = _read(line)
            if said.get("level") in {"error", "critical"} and said["event"] not in _FORESEEN:
                at = datetime.fromisoformat(said["timestamp"]).timestamp()
                found.append((at, f"{said['event']} {said.get('task') or said.get('scene') or ''}"))
    return found


def _read(line: str) -> dict[str, Any]:
    try:
        return dict(json.loads(line))
    except ValueError:
        return {}  # the disk was full in the middle of it
