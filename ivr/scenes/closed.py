"""The line is closed: when it opens, and where help is to be had now."""

from ivr.domain.call import Outcome
from ivr.domain.closing import closed_notice
from ivr.domain.phrase import Digits
from ivr.stage import Call, Desk, Prompt


async def closed(call: Call, desk: Desk) -> Outcome:
    """Say it in each language of the line, unanswered and so without charge."""
    name, slots = closed_notice(call.line.schedule, call.now())
    said: list[Prompt] = []
    for lang in call.line.languages:
        said.append(call.prompt(name, lang, **slots))
        said.append(call.prompt("crisis", lang, crisis_number=Digits(call.service.crisis_number)))
    await call.say(*said)
    return Outcome.CLOSED_HOURS
