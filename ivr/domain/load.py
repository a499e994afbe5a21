"""How many calls the service takes at the same time, so that those inside do not suffer."""

from typing import Final

from ivr.domain.call import SceneName

MOST_CALLS: Final = 400
# Who is told that all lines are busy, and may ask to be called back, is a call as well. Beyond
# this many times the most, callers are only told.
HARDER: Final = 1.25


def at_the_door(calls: int, most: int) -> SceneName:
    """Where a new caller begins whom an open line has got, with so many calls inside."""
    if calls < most:
        return SceneName.LANGUAGE
    return SceneName.BUSY if calls < most * HARDER else SceneName.BUSY_NOTICE
