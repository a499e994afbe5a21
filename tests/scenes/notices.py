"""An administrator who makes a notice by phone, and what is held of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from ivr.domain.call import LineId
from ivr.domain.notice import Notice
from ivr.domain.service import Service
from tests.fakes.asterisk import Channel
from tests.fakes.time import BEGIN
from tests.scenes.desks import dial, house
from tests.scenes.world import ADMINISTRATORS, World

FREE_LINE = LineId("free")
# The fake phone's owner is spoken to in Finnish. What is recorded is ended by `#`.
RECORDED = {
    "desk_pin": f"{ADMINISTRATORS}#",
    "desk_notice_which": "1#",
    "desk_notice_good": "1 1",
}
AGREED = {
    **RECORDED,
    "desk_notice_close": "2",
    "desk_notice_how_long": "1",
    "desk_notice_confirm": "1",
}
SPEAKS_S = 3.0


def one_line() -> Service:
    return replace(house(), lines=house().lines[:1])


async def speak(world: World, answers: Mapping[str, str], account: str = "anna") -> list[str]:
    """Dial *9, key in the answers, and speak for three seconds wherever one is to; what was heard.

    What is said ends with the key `#`.
    """
    speaking(world)
    return await dial(world, account, "*9", answers)


def speaking(world: World, seconds: float = SPEAKS_S) -> None:
    def react(channel: Channel, sound: str) -> None:
        if "desk_notice_speak" in sound:
            loop = asyncio.get_running_loop()
            # A prompt lasts a second, and what was asked for begins after it.
            loop.call_later(1.5 + seconds, world.asterisk.press, channel, "#")

    world.asterisk.listeners.append(react)


def held(world: World) -> Notice | None:
    return world.board.notices.get(FREE_LINE)


def minutes(until: datetime) -> float:
    return (until - BEGIN) / timedelta(minutes=1)
