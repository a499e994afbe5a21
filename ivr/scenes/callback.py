"""The caller leaves their number to be called back, and hears so only once it is kept."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import Enum, auto

import structlog

from ivr.domain.call import Outcome, SceneName
from ivr.domain.destination import own_number
from ivr.domain.menu import Chosen, NoAnswer, NoMatch, Question
from ivr.domain.phrase import Day, Digits
from ivr.domain.policy import OnBudgetEnd
from ivr.domain.promise import promised_by
from ivr.domain.schedule import local
from ivr.domain.waiting import acts_at
from ivr.ports import JournalUnavailable
from ivr.stage import Call, Desk, Prompt

log = structlog.get_logger(__name__)


async def callback(call: Call, desk: Desk) -> SceneName:
    """Read the caller's own number back; if it is right, keep the request."""
    if await call.promised() is not None:
        return SceneName.FAREWELL
    number = own_number(call.facts)
    if number is None:
        return SceneName.NUMBER
    match await agreed(call, "number_confirm", number):
        case Agreed.YES | Agreed.UNASKED:  # they have asked for it, before there was no more time
            return await _keep_or_wait_on(call, desk, number)
        case Agreed.NO | Agreed.TOO_LATE:
            return SceneName.WAITING
        case Agreed.ANOTHER:
            return SceneName.NUMBER


async def budget_end(call: Call, desk: Desk) -> SceneName | Outcome:
    """The free waiting is over, and the line's own rule says what follows."""
    call.note(budget_over=True)
    if call.facts.answered:  # by a process that died before it could write so
        return SceneName.WAITING
    if call.line.waiting.on_budget_end is OnBudgetEnd.ANSWER:
        await call.say(call.prompt("free_window_answer"))
        await call.answer(because="free waiting over")
        return SceneName.WAITING
    number = own_number(call.facts)
    if number is None:
        return SceneName.WAITING
    kept = await call.promised() is not None
    if kept or await _keep_or_wait_on(call, desk, number) is SceneName.FAREWELL:
        await call.tell(call.prompt("free_window_end"))
        return Outcome.CALLBACK
    return SceneName.WAITING


async def farewell(call: Call, desk: Desk) -> Outcome:
    """Say what was promised, by when, and from which number we shall call."""
    promised = await call.promised()
    by = promised.by if promised is not None else promised_by(call.line, call.now())
    said = [_saved(call, by), call.prompt("goodbye")]
    if promised is not None and promised.callback != str(call.facts.call_id):
        said.insert(0, call.prompt("callback_exists"))
    await call.tell(*said)
    return Outcome.CALLBACK


class Agreed(Enum):
    """Whether the caller wants to be called back at the number read out."""

    YES = auto()
    NO = auto()
    ANOTHER = auto()  # at another number
    TOO_LATE = auto()  # they were asked, and the free waiting left no time for more
    UNASKED = auto()  # it left no time to ask them at all


ASKED: Mapping[str, Agreed] = {"1": Agreed.YES, "2": Agreed.NO, "3": Agreed.ANOTHER}


async def agreed(
    call: Call,
    prompt: str,
    number: str,
    keys: Mapping[str, Agreed] = ASKED,
    *,
    insist: bool = True,
) -> Agreed:
    """Ask whether this number is to be called, and by which key what is answered.

    Without `insist` who keeps silent is not asked again: their keys may not reach us.
    Not beyond the end of the free waiting, if the line acts then: a strict carrier
    may take the call away during the question, and with it the number. What cannot be
    said to its end by then is not begun, neither the question nor the question again.
    """
    question = Question(
        options=keys,
        timeout_s=call.line.menu.timeout_s,
        retries=call.line.menu.retries,
    )
    confirm = [call.prompt(prompt, number=Digits(number))]
    if not in_time_for(call, confirm):
        return Agreed.UNASKED
    no_more = False

    def again(why: NoMatch | NoAnswer) -> list[Prompt]:
        nonlocal no_more
        if not insist and isinstance(why, NoAnswer):
            return []
        said = _again(call, why, confirm)
        no_more = not in_time_for(call, said)
        return [] if no_more else said

    with call.alarm(answer_by(call)) as over:
        answer = await call.ask(question, confirm, again, over)
    match answer:
        case Chosen(value=value):
            return value
        case NoAnswer() | NoMatch():
            return Agreed.TOO_LATE if no_more or over.done() else Agreed.NO


async def keep(call: Call, desk: Desk, number: str) -> bool:
    """Put the request on disk; until it is there, nothing is promised. False: it is not."""
    try:
        await desk.callbacks.ask(call, number)
    except JournalUnavailable:
        log.exception("callback.not_kept")
        return False
    return True


async def _keep_or_wait_on(call: Call, desk: Desk, number: str) -> SceneName:
    if await keep(call, desk, number):
        return SceneName.FAREWELL
    await call.tell(call.prompt("callback_failed"))
    return SceneName.WAITING


def _saved(call: Call, by: date) -> Prompt:
    today = local(call.now()).date()
    ours = Digits(call.line.caller_id)
    if by == today:
        return call.prompt("callback_saved_today", own_number=ours)
    return call.prompt("callback_saved_next", day=Day(by, today), own_number=ours)


def _again(call: Call, why: NoMatch | NoAnswer, question: Sequence[Prompt]) -> list[Prompt]:
    name = "invalid_choice" if isinstance(why, NoMatch) else "no_input"
    return [call.prompt(name), *question]


def answer_by(call: Call, *then: Prompt) -> datetime | None:
    """When what is asked must have been answered (UTC); None: that does not end.

    When the line acts at the end of the free waiting. On a closed line so long before it
    that after `then` the promise can be said to its end.
    """
    acts = acts_at(call.line, call.facts)
    if acts is None or not call.facts.closed:
        return acts
    promise = _saved(call, promised_by(call.line, call.now()))
    return acts - timedelta(seconds=call.length(*then, promise, call.prompt("goodbye")))


def in_time_for(call: Call, said: Sequence[Prompt], *then: Prompt) -> bool:
    """Whether there is time to say this before it must have been answered, as `answer_by` says."""
    by = answer_by(call, *then)
    return by is None or call.now() + timedelta(seconds=call.length(*said)) <= by


async def not_called_back(call: Call) -> Outcome:
    """Who has called a closed line and wanted to be called back hears that they are not."""
    await call.tell(call.prompt("callback_not_kept"), call.prompt("goodbye"))
    return Outcome.CLOSED_HOURS
