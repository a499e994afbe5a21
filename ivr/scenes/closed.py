"""The line is closed: when it opens, and where help is to be had now."""

from ivr.domain.call import Outcome
from ivr.domain.closing import closed_notice
from ivr.domain.phrase import Digits
from ivr.stage import Call, Desk


async def closed(call: Call, desk: Desk) -> Outcome:
    """Say it in each language of the line, unanswered and so without charge."""
    name, slots = closed_notice(call.line.schedule, call.now())
    crisis_number = Digits(call.service.crisis_number)
    for lang in call.line.languages:
        # One by one: each sends a 183, and both together may last over a minute.
        await call.say(
            call.prompt(name, lang, **slots),
            call.prompt("crisis", lang, crisis_number=crisis_number),
        )
    return Outcome.CLOSED_HOURS
