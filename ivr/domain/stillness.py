"""How long a scene may do nothing with its caller before it is taken to hang."""

from typing import Final

from ivr.domain.call import TALK_SCENES, Facts, SceneName
from ivr.domain.service import ServiceLine

# Longer than all that is asked of Asterisk and of the disk between two sounds, 5 s each at the
# most, and no longer than people bear silence.
STILL_S: Final = 30.0
# The counsellor hears who calls, and the caller music.
WHISPER_S: Final = 30.0
# What ends the ringing is later than the time for it.
RING_SLACK_S: Final = 5.0


def stillness_s(facts: Facts, line: ServiceLine | None) -> float | None:
    """Seconds of nothing, after what was last said or listened for; None: as long as people talk.

    Who waits is not still: the wait looks round every 45 s at the latest.
    """
    scene = facts.scene
    if scene is SceneName.OUTSIDE or (scene in TALK_SCENES and facts.connected):
        return None
    if scene is SceneName.DIALLING and line is not None:
        return line.callback.ring_s + RING_SLACK_S + STILL_S
    return WHISPER_S + STILL_S if scene is SceneName.CONNECTING else STILL_S
