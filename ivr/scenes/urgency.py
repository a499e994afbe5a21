"""Is help needed today? The caller's word decides who goes first."""

from ivr.domain.call import SceneName
from ivr.domain.journal import EventKind
from ivr.domain.menu import Chosen, NoMatch, Question
from ivr.stage import Call, Desk


async def urgency(call: Call, desk: Desk) -> SceneName:
    """Ask; who does not answer has said nothing of urgency."""
    menu = call.line.menu
    question = Question(
        options={"1": True, "2": False}, timeout_s=menu.timeout_s, retries=menu.retries
    )
    ask = [call.prompt("urgency")]
    answer = await call.ask(
        question,
        ask,
        lambda why: [
            call.prompt("invalid_choice" if isinstance(why, NoMatch) else "no_input"),
            *ask,
        ],
    )
    if isinstance(answer, Chosen) and answer.value:
        call.note(caller_urgent=True)
        call.record(EventKind.URGENT, by="caller")
        await call.say(call.prompt("urgent_ack"))
    return SceneName.WAITING
