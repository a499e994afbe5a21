"""Where a caller is led at the counsellor's wish, and what becomes of them when the latter goes."""

from ivr.domain.call import ChannelId, Outcome, SceneName
from ivr.domain.journal import EventKind
from ivr.domain.service import Charging
from ivr.domain.transfer import (
    Colleague,
    Command,
    Consult,
    HandOver,
    Key,
    Outside,
    Refusal,
    Transfer,
)
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
        case HandOver(line=line):
            return await _hand_over(call, desk, commands, line)
        case Key.URGENT:
            await assess_urgent(call, commands)
            return None
        case _:
            await commands.refuse(Refusal.NOT_NOW)
            return None


async def _hand_over(
    call: Call, desk: Desk, commands: Commands, line: ChannelId
) -> SceneName | None:
    """The colleague on the phone's second line goes on with the caller; both lines end.

    Written down first: from then on the call is the colleague's, after a crash as well.
    """
    taker = desk.consulted(call, line)
    if taker is None:
        await commands.refuse(Refusal.NOT_ALLOWED)
        return None
    first, target = call.facts.leg, str(Colleague(counsellor=taker.counsellor))
    try:
        await call.keep(
            scene=SceneName.TALKING,
            step=call.facts.step + 1,  # the scene may be restarted from here
            counsellor=taker.counsellor,
            leg=taker.leg,
            target=target,
        )
        await commands.done()  # before the lines end: their end would say that it failed
        await call.talk.part()
    finally:  # also when the caller hangs up meanwhile
        desk.end_line(line)
        desk.dismiss(call, first)
    return SceneName.TALKING


def left(call: Call, desk: Desk) -> Outcome | SceneName:
    """The counsellor's leg has ended with the caller still there.

    Who hangs up has served the caller. Whose phone or network failed has not: the
    caller goes back to the line, where they first joined it.
    """
    return lost(call) if desk.cut_off(call) else Outcome.SERVED


def lost(call: Call) -> SceneName:
    """Nobody is with the caller any more, and nobody knows that they were done.

    So also after a crash: the leg may have been hung up at the end of the talk, or have
    failed in the middle of it. A caller who was done hangs up.
    """
    call.note(target=None)
    return SceneName.RETURNING


def pays_after_all(call: Call) -> bool:
    """Whether a caller who was told that waiting is free has been answered since."""
    called_us = call.facts.callback is None  # whom we have called pays nothing
    return called_us and call.line.charging is Charging.EARLY_MEDIA and call.facts.answered


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
