"""A counsellor says when a citizen is to be called: a day by key, and a time in four digits."""

from datetime import date, datetime
from typing import Final

from ivr.domain.agreed_time import agreed, keyed_time, next_day
from ivr.domain.callback import Callback
from ivr.domain.schedule import Schedule, local, open_at
from ivr.ports import Because, Refused
from ivr.scenes.worklist_words import when
from ivr.stage.desk_call import DeskCall, Said

TRIES: Final = 3
_RIGHT: Final = {"1": True, "2": False}


async def agree_time(call: DeskCall, callback: Callback) -> datetime | None:
    """The time (UTC) that was read back and confirmed; None where none was.

    Why a time cannot be is said, and it is asked for anew. Raises Refused without a line.
    """
    schedule = call.worklist.schedule(callback)
    if schedule is None:
        raise Refused(Because.NO_SUCH_LINE)
    day = await _day(call, schedule)
    for _ in range(TRIES if day is not None else 0):
        keyed = await call.digits("desk_back_time")
        if not keyed or day is None:
            break
        until = _instant(call, day, keyed)
        if until is None:
            await call.say(f"desk_back_{Because.IMPOSSIBLE_TIME}")
        elif not open_at(schedule, until):
            await call.say(f"desk_back_{Because.LINE_CLOSED}")
        elif (right := await _is_right(call, until)) is not False:
            return until if right else None
    return None


async def _day(call: DeskCall, schedule: Schedule) -> date | None:
    now = call.worklist.now()
    days, names = {"1": local(now).date()}, ["desk_back_today"]
    later = next_day(schedule, now)
    if later is not None:
        days["2"] = later
        names.append("desk_back_next_day")
    return await call.choice(names, days)


def _instant(call: DeskCall, day: date, keyed: str) -> datetime | None:
    at = keyed_time(keyed)
    return None if at is None else agreed(day, at, call.worklist.now())


async def _is_right(call: DeskCall, until: datetime) -> bool | None:
    read_back = Said(id="desk_back_agreed", slots=when(until, call.worklist.now()))
    return await call.choice([read_back], _RIGHT)
