"""What a counsellor does about one callback on their phone, and what they hear of it."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from ivr.domain.attempt import Result
from ivr.domain.call import CounsellorId
from ivr.domain.callback import BY_PEOPLE, Callback, Status
from ivr.domain.worklist import Act
from ivr.ports import MadeByHand
from ivr.scenes.worklist_time import agree_time
from ivr.scenes.worklist_words import number
from ivr.stage.desk_call import DeskCall, Words

Deed = Callable[[DeskCall, CounsellorId, Callback], Awaitable[list[Words] | None]]
"""Returns what is told after it; None: the call is over. Raises Refused."""

_REASONS: Final = {str(n): each for n, each in enumerate(BY_PEOPLE, 1)}
_RESULTS: Final = {str(n): each for n, each in enumerate(Result, 1)}
_SURE: Final = {"1": True, "2": False}
_NOTHING: Final = "desk_nothing_keyed"


async def _take(call: DeskCall, user: CounsellorId, callback: Callback) -> list[Words] | None:
    """Theirs from now on; where the line dials, their phone rings once this call is over."""
    work = call.worklist
    if not work.dials(callback):
        taken = await work.done(lambda: work.desk.take(callback.id, user))
        return [number(taken, "desk_back_yours")]
    if not work.takes_calls(user):  # then the line would ring somebody else
        return ["desk_back_not_free"]
    taken = await work.done(lambda: work.desk.take(callback.id, user))
    if not work.rings_next(taken, user):
        return ["desk_back_yours_later"]
    await call.say("desk_back_rings")
    return None


async def _reopen(call: DeskCall, user: CounsellorId, callback: Callback) -> list[Words]:
    await call.worklist.done(lambda: call.worklist.desk.reopen(callback.id, user))
    return ["desk_back_reopened"]


async def _postpone(call: DeskCall, user: CounsellorId, callback: Callback) -> list[Words]:
    until = await agree_time(call, callback)
    if until is None:
        return [_NOTHING]
    await call.worklist.done(lambda: call.worklist.desk.postpone(callback.id, until, user))
    return ["desk_back_postponed"]


async def _close(call: DeskCall, user: CounsellorId, callback: Callback) -> list[Words]:
    because = await call.choice([f"desk_back_close_{each}" for each in BY_PEOPLE], _REASONS)
    if because is None or not await _sure(call, f"desk_back_because_{because}"):
        return [_NOTHING]
    await call.worklist.done(lambda: call.worklist.desk.close(callback.id, because, user))
    return ["desk_back_closed"]


async def _attempt(call: DeskCall, user: CounsellorId, callback: Callback) -> list[Words]:
    result = await call.choice([f"desk_back_result_{each}" for each in Result], _RESULTS)
    if result is None or not await _sure(call, f"desk_back_was_{result}"):
        return [_NOTHING]
    made = MadeByHand(counsellor=user, result=result)
    after = await call.worklist.done(lambda: call.worklist.desk.attempted(callback.id, made))
    given_up = after.status is Status.UNREACHED
    return ["desk_noted", "desk_back_given_up"] if given_up else ["desk_noted"]


async def _sure(call: DeskCall, what: str) -> bool:
    """Nobody is taken off the list by a slip of the finger."""
    return bool(await call.choice([what, "desk_back_confirm"], _SURE))


DEEDS: Final[Mapping[Act, Deed]] = {
    Act.TAKE: _take,
    Act.REOPEN: _reopen,
    Act.POSTPONE: _postpone,
    Act.CLOSE: _close,
    Act.ATTEMPT: _attempt,
}
