"""A counsellor works through the callbacks on their phone, in the order of the line."""

from typing import Final

from ivr.domain.call import CounsellorId
from ivr.domain.callback import Callback
from ivr.domain.worklist import Act, following, keys, moved
from ivr.ports import Because, Refused
from ivr.scenes.worklist_deeds import DEEDS
from ivr.scenes.worklist_words import about, choices, how_many, number
from ivr.stage.desk_call import DeskCall, Words

_TELLS_ALL: Final = frozenset({Act.NEXT, Act.PREVIOUS, Act.REPEAT})


async def worklist(call: DeskCall, user: CounsellorId) -> None:
    """Tell what waits, and do what is keyed in, until nothing is keyed or nothing is left.

    The list is looked up anew each time: others work on it too. Raises Refused where it
    cannot be told.
    """
    work = await call.worklist.of(user)
    told, heard, act = how_many(work), None, Act.REPEAT
    while (callback := moved(work, heard, act)) is not None:
        same = heard is not None and callback.id == heard.id
        if act in _TELLS_ALL or not same:
            told = [*told, *about(callback, user, call.worklist.now())]
        elif act is Act.NUMBER:
            told = [number(callback)]
        acts = keys(callback, dials=call.worklist.dials(callback))
        _check_in(call, user)
        chosen = await call.choice([*told, *choices(acts.values())], acts)
        _check_in(call, user)
        if chosen is None:
            await call.say("desk_backs_end")
            return
        answer = await _done(call, user, callback, chosen)
        if answer is None:
            return
        heard, act, work = callback, chosen, await call.worklist.of(user)
        ends = act is Act.NEXT and following(work, heard) is None
        told = ["desk_backs_again"] if ends and work else answer
    await call.say(*told, "desk_backs_0")


def _check_in(call: DeskCall, user: CounsellorId) -> None:
    """Who has been signed out meanwhile hears no number, and does nothing more."""
    if call.user != user:
        raise Refused(Because.NOT_SIGNED_IN)


async def _done(
    call: DeskCall, user: CounsellorId, callback: Callback, act: Act
) -> list[Words] | None:
    """What is told after it; None: the call is over."""
    if act not in DEEDS:
        return []
    try:
        return await DEEDS[act](call, user, callback)
    except Refused as refused:
        return [f"desk_back_{refused.because}"]
