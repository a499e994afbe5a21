"""Somebody is rung for the counsellor, who may change their mind meanwhile."""

import asyncio
from typing import Any

from ivr.domain.transfer import Colleague, Key, Outside, Refusal
from ivr.stage import Call, Commands, Desk, Party


async def reach(
    call: Call, desk: Desk, target: Colleague | Outside, leg: Party | None, *, goes_on: bool
) -> Party | Refusal | None:
    """Ring the target; who has answered is in the facts from then on, and on the channel.

    None when the counsellor wants the caller back, or has hung up: unless it `goes_on`
    without them.
    """
    async with desk.colleagues.ringing(call, target) as rang:
        if leg is not None:
            back = await _back(call, leg, rang)
            if back or (leg.gone.done() and not goes_on):
                return None
        answer = await rang
        if isinstance(answer, Refusal):
            return answer
        colleague = target.counsellor if isinstance(target, Colleague) else None
        await call.keep(colleague=colleague, colleague_leg=answer)
    return desk.colleagues.leg(call) or Refusal.NO_ANSWER


async def _back(call: Call, leg: Party, rang: asyncio.Future[Any]) -> bool:
    """The counsellor hears the ringing until it ends or they go; whether they want to be back."""
    commands = Commands(call, leg, quiet=True)
    async with call.talk.ringback(leg):
        while (command := await commands.next(until=rang)) is not None:
            if command is Key.BACK:
                return True
            await commands.refuse(Refusal.NOT_NOW)
    return False
