"""The caller cannot go on waiting: they hear why, and what is done for them instead."""

from collections.abc import Mapping
from typing import Final, assert_never

from ivr.domain.call import Limit, Outcome, SceneName
from ivr.domain.closing import closed_notice
from ivr.domain.destination import own_number
from ivr.domain.journal import EventKind
from ivr.domain.limits import ending
from ivr.domain.phrase import Digits
from ivr.domain.policy import Ending, OnBudgetEnd
from ivr.domain.schedule import open_at
from ivr.scenes.callback import Agreed, agreed, keep
from ivr.stage import Call, Desk, Prompt

WHY: Final[Mapping[Limit, str]] = {
    Limit.LONGEST: "wait_longest",
    Limit.FULL: "queue_full",
    Limit.NOBODY: "nobody_present",
    Limit.CLOSING: "closing_now",
    Limit.BUSY: "all_busy",
}


async def limit(call: Call, desk: Desk) -> SceneName | Outcome:
    """Say why, and end the wait as the line is set to; never in silence."""
    because = call.facts.limit
    if because is None:
        return SceneName.WAITING
    how = ending(call.line, call.facts, because)
    call.record(EventKind.LIMIT, because=because, ending=how)
    if how is not Ending.WAIT and because is not Limit.BUSY:  # which they know by now
        await call.say(call.prompt(WHY[because]))
    match how:
        case Ending.OFFER_CALLBACK:
            return await _callback(call, desk, ask=True)
        case Ending.KEEP_CALLBACK:
            return await _callback(call, desk, ask=False)
        case Ending.OTHER_TOPIC:
            return await _other_topic(call)
        case Ending.NOTICE:
            return await notice(call)
        case Ending.WAIT:
            return SceneName.WAITING
        case _:
            assert_never(how)


async def _callback(call: Call, desk: Desk, *, ask: bool) -> SceneName | Outcome:
    """The caller's own number is kept, with `ask` only if they agree; else the notice.

    With `ask` they may also give another one.
    """
    if not call.line.callback.enabled:
        return await notice(call)
    number = own_number(call.facts)
    if number is None:
        return SceneName.NUMBER if ask else await notice(call)
    if await call.promised() is not None:  # by a process that died before it could say so
        return SceneName.FAREWELL
    answer = await agreed(call, "limit_confirm", number) if ask else Agreed.YES
    if answer is Agreed.ANOTHER:
        return SceneName.NUMBER
    if not _to_be_kept(call, answer):
        return await notice(call)
    if not await keep(call, desk, number):
        await call.tell(call.prompt("callback_not_kept"))
        return await notice(call)
    if answer is Agreed.YES:
        return SceneName.FAREWELL
    await call.tell(call.prompt("free_window_end"))
    return Outcome.CALLBACK


def _to_be_kept(call: Call, answer: Agreed) -> bool:
    """Who has no time left to answer is called back if the line keeps numbers at that end.

    Else they hear the notice: nobody begins to pay to be told that they cannot wait.
    """
    match answer:
        case Agreed.YES:
            return True
        case Agreed.NO | Agreed.ANOTHER:
            return False
        case Agreed.TOO_LATE | Agreed.UNASKED:
            return call.line.waiting.on_budget_end is OnBudgetEnd.CALLBACK
        case _:
            assert_never(answer)


async def _other_topic(call: Call) -> SceneName:
    """To the line of another topic, with the first joining if there was one."""
    await call.tell(call.prompt("other_topic"))
    call.note(
        topic=call.line.waiting.other_topic,
        redirected=True,
        waiting_since=call.now(),
        limit=None,
    )
    return SceneName.WAITING


async def notice(call: Call) -> Outcome:
    """When the caller may try again, where help is to be had meanwhile, and goodbye."""
    call.note(assured=False)  # they are to call again themselves
    await call.tell(*_when_and_where(call), call.prompt("goodbye"))
    return Outcome.TURNED_AWAY


def _when_and_where(call: Call) -> list[Prompt]:
    crisis = call.prompt("crisis", crisis_number=Digits(call.service.crisis_number))
    now = call.now()
    if not open_at(call.line.schedule, now):
        name, slots = closed_notice(call.line.schedule, now)
        return [call.prompt(name, **slots), crisis]
    later = call.prompt("call_later")
    needed = call.facts.urgent or call.facts.limit is Limit.BUSY
    return [later, crisis] if needed else [later]
