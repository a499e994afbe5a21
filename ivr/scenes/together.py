"""A counsellor and a colleague are on the line: how it goes on, and when one of them leaves."""

from ivr.domain.call import Outcome, SceneName
from ivr.domain.transfer import Key, Refusal
from ivr.scenes.leading import alone_again, assess_urgent, complete, left, lost
from ivr.stage import Call, Commands, Desk, Party


async def together(
    call: Call, desk: Desk, leg: Party, colleague: Party, *, three: bool
) -> Outcome | SceneName:
    """Until one of the two leaves, or the counsellor says how it goes on; `three`: all talk."""
    commands = Commands(call, leg)
    while True:
        match await commands.next(until=colleague.gone):
            case None:
                return _somebody_left(call, desk, leg, colleague, three=three)
            case Key.COMPLETE:
                return complete(call, desk)
            case Key.BACK:
                return alone_again(call, desk)
            case Key.ADD if not three:
                return SceneName.CONFERENCE
            case Key.URGENT:
                await assess_urgent(call, commands)
            case _:
                await commands.refuse(Refusal.NOT_NOW)


def _somebody_left(
    call: Call, desk: Desk, leg: Party, colleague: Party, *, three: bool
) -> Outcome | SceneName:
    """Who hangs up while the colleague is there has transferred the caller, as on any phone.

    A phone that failed has said nothing. A colleague has the caller all the same, and so has
    whoever talks with them already; but nobody outside is given a caller unasked.
    """
    if colleague.gone.done():
        return left(call, desk) if leg.gone.done() else alone_again(call, desk)
    unasked = call.facts.colleague is None and not three
    return lost(call) if unasked and desk.cut_off(call) else complete(call, desk)
