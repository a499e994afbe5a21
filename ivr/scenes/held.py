"""The caller hears music, the counsellor nothing, until the counsellor is back."""

from ivr.domain.call import Outcome, SceneName
from ivr.domain.journal import EventKind
from ivr.domain.transfer import Key
from ivr.scenes.leading import lead, left, lost
from ivr.stage import Call, Commands, Desk


async def held(call: Call, desk: Desk) -> Outcome | SceneName:
    """Hold the caller; the same key, or the one that leads back, ends it."""
    leg = desk.leg(call)
    if leg is None:
        return lost(call)  # while nobody looked
    await call.talk.part()
    call.record(EventKind.HELD)
    commands = Commands(call, leg)
    async with call.music():
        while True:
            match await commands.next():
                case None:
                    return left(call, desk)
                case Key.HOLD | Key.BACK:
                    call.record(EventKind.RESUMED)
                    return SceneName.TALKING
                case command:
                    scene = await lead(call, desk, commands, command)
                    if scene is not None:
                        return scene
