"""How a question is put: the prompts, the silence after them, and once more where that is due."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ivr.domain.menu import AskAgain, Chosen, NoAnswer, NoMatch, Question, judge
from ivr.stage.heard import Asked, Finished, Interrupted, Pressed
from ivr.stage.party import Party, Prompt

T = TypeVar("T")


async def ask(
    party: Party,
    question: Question[T],
    prompts: Sequence[Prompt],
    again: Callable[[NoMatch | NoAnswer], Sequence[Prompt]],
    until: asyncio.Future[Any] | None,
) -> Chosen[T] | NoMatch | NoAnswer:
    """See `ivr.stage.Call.ask`."""
    attempt = 0
    while True:
        key = await _one_key(party, prompts, question.timeout_s, until)
        if key is None and until is not None and until.done():
            return NoAnswer()
        verdict = judge(question, attempt=attempt, key=key)
        if not isinstance(verdict, AskAgain):
            return verdict
        attempt += 1
        prompts = again(verdict.because)
        if not prompts:
            return verdict.because


async def _one_key(
    party: Party,
    prompts: Sequence[Prompt],
    timeout_s: float,
    until: asyncio.Future[Any] | None,
) -> str | None:
    party.forget_keys()
    heard = await party.say(prompts, keys=True, until=until)
    if isinstance(heard, Finished):
        heard = await party.listen(timeout_s, until=until)
    match heard:
        case Pressed():
            return heard.key
        case Finished() | Interrupted() | Asked():
            return None
