"""The caller keys in the number at which they want to be called back."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from ivr.domain.call import Outcome, SceneName
from ivr.domain.destination import own_number
from ivr.domain.number import normalised
from ivr.domain.phrase import Digits
from ivr.domain.policy import OnBudgetEnd
from ivr.domain.waiting import after_budget
from ivr.scenes.callback import Agreed, agreed, answer_by, in_time_for, keep, not_called_back
from ivr.scenes.limit import notice
from ivr.stage import Call, Desk, KeyTimers, Prompt

# A number is longer than a code, and is often read from a slip of paper.
TIMERS: Final = KeyTimers(first_s=8.0, between_s=5.0, overall_s=40.0)
ENOUGH_S: Final = 10.0  # most people have keyed a number in by then
RIGHT: Final[Mapping[str, Agreed]] = {"1": Agreed.YES, "2": Agreed.ANOTHER}


async def number(call: Call, desk: Desk) -> SceneName | Outcome:
    """Take a number that may be called; why another may not is said, and who gives none waits on.

    Not beyond the end of the free waiting, if the line acts then.
    """
    prompts = _question(call)
    for _ in range(call.line.menu.retries + 1):
        if not in_time_for(call, prompts, _any_read_back(call)):
            return await _no_time(call)
        with call.alarm(answer_by(call, _any_read_back(call))) as over:
            keyed = await call.key_in(prompts, TIMERS, over)
        if over.done():
            return await _no_time(call)
        if not keyed:
            break
        why = desk.callbacks.refusal(call, keyed)
        if why is None:
            call.note(keyed=normalised(keyed))
            return SceneName.READ_BACK
        await call.say(call.prompt(f"number_{why}"))
        prompts = [call.prompt("number_entry")]
    return await _none_given(call)


async def read_back(call: Call, desk: Desk) -> SceneName | Outcome:
    """Read the number back that was keyed in; if it is right, keep the request."""
    if await call.promised() is not None:
        return SceneName.FAREWELL
    keyed = call.facts.keyed
    if keyed is None:
        return SceneName.NUMBER
    match await agreed(call, "number_readback", keyed, RIGHT):
        case Agreed.YES:
            return SceneName.FAREWELL if await keep(call, desk, keyed) else await _not_kept(call)
        case Agreed.ANOTHER:
            return SceneName.NUMBER
        case Agreed.NO:
            return await _none_given(call)
        case Agreed.TOO_LATE | Agreed.UNASKED:  # nobody is called at a number that may be wrong
            return await _no_time(call)


def time_for_a_number(call: Call) -> bool:
    """Whether most people could still give a number, hear it read back and what is promised."""
    by = answer_by(call, _any_read_back(call))
    needed = timedelta(seconds=call.length(*_question(call)) + ENOUGH_S)
    return by is None or call.now() + needed <= by


def _any_read_back(call: Call) -> Prompt:
    """As long as that of most numbers: with the line's own."""
    return call.prompt("number_readback", number=Digits(call.line.caller_id))


def _question(call: Call) -> list[Prompt]:
    """Who has no number of their own that may be called hears so first, once."""
    facts, entry = call.facts, call.prompt("number_entry")
    if facts.keyed is not None or own_number(facts) is not None:
        return [entry]
    why = facts.caller.unfit or "hidden"
    return [call.prompt(f"number_{why}"), entry]


async def _none_given(call: Call) -> SceneName | Outcome:
    """On waiting; where that cannot be, the end, at a limit with the notice."""
    call.note(keyed=None)
    if call.facts.closed:
        return await not_called_back(call)
    return SceneName.WAITING if call.facts.limit is None else await notice(call)


async def _not_kept(call: Call) -> SceneName | Outcome:
    if call.facts.closed:
        return await not_called_back(call)
    at_limit = call.facts.limit is not None
    await call.tell(call.prompt("callback_not_kept" if at_limit else "callback_failed"))
    return await _none_given(call)


async def _no_time(call: Call) -> SceneName | Outcome:
    """The free waiting is about to end; in the line it is seen to what follows."""
    keeps = call.line.waiting.on_budget_end is OnBudgetEnd.CALLBACK
    if call.facts.limit is not None and keeps:
        own = after_budget(call.line, call.facts) is SceneName.BUDGET_END
        return SceneName.BUDGET_END if own else await notice(call)
    return await _none_given(call)
