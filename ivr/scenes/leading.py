"""Where a caller is led at the counsellor's wish, and what becomes of them when the latter goes."""

from ivr.domain.call import Outcome, SceneName
from ivr.domain.journal import EventKind
from ivr.domain.transfer import Colleague, Command, Consult, Key, Outside, Refusal, Transfer
from ivr.stage import Call, Commands, Desk


async def lead(call: Call, desk: Desk, commands: Commands, command: Command) -> SceneName | None:
    """Do what a counsellor who has the caller to themselves asks for; None: nothing changes."""
    match command:
        case Consult(target=target) | Transfer(target=target):
            why = desk.colleagues.absent(target)
            if why is not None:
                await commands.refuse(why)
                return None
            call.note(target=str(target))
            if isinstance(command, Consult):
                return SceneName.CONSULTING
            if isinstance(target, Outside):
                return SceneName.OUTSIDE
            await commands.done()
            return SceneName.RETURNING
        case Key.URGENT:
            await assess_urgent(call, commands)
            return None
        case _:
            await commands.refuse(Refusal.NOT_NOW)
            return None


def left(call: Call, desk: Desk) -> Outcome | SceneName:
    """The counsellor's leg has ended with the caller still there.

    Who hangs up has served the caller. Whose phone or network failed has not: the
    caller goes back to the line, where they first joined it.
    """
    if not desk.cut_off(call):
        return Outcome.SERVED
    call.note(target=None)
    return SceneName.RETURNING


def complete(call: Call, desk: Desk) -> SceneName:
    """The counsellor leaves; the colleague, or the outside party, goes on with the caller."""
    facts = call.facts
    if facts.colleague is None:
        call.note(target=None)  # they are on the line already
        return SceneName.OUTSIDE
    desk.dismiss(call)
    call.note(
        counsellor=facts.colleague,
        leg=facts.colleague_leg,
        colleague=None,
        colleague_leg=None,
        target=str(Colleague(counsellor=facts.colleague)),
    )
    return SceneName.TALKING


def alone_again(call: Call, desk: Desk) -> SceneName:
    """The colleague goes, or has gone; the counsellor is back with the caller."""
    desk.colleagues.dismiss(call)
    call.note(colleague=None, colleague_leg=None, target=None)
    return SceneName.TALKING


async def assess_urgent(call: Call, commands: Commands) -> None:
    """The counsellor's judgement: in a transfer the caller goes first."""
    call.note(assessed_urgent=True)
    call.record(EventKind.URGENT, of="/counsellor", by="counsellor")
    await call.keep()
    await commands.tell("desk_urgent")
