"""Scenes that hang by a fault of ours, and what their callers hear meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

from ivr.domain.call import Outcome, SceneName
from ivr.domain.policy import Ending, WaitingPolicy
from ivr.scenes import SCENES
from ivr.stage import Call, Desk
from tests.fakes.asterisk import Channel
from tests.fakes.service import changed, service
from tests.scenes.world import World

FINNISH = {"lang_choice": "1", "topic_menu": "2"}
PATIENT = WaitingPolicy(longest_s=14400, on_nobody=Ending.WAIT, offer_after_s=3000)
SILENCE_S = 40.0  # nobody hears nothing for longer
Scene = Callable[[Call, Desk], Awaitable[SceneName | Outcome]]


async def for_ever(*_: object, **__: object) -> Any:
    """A bug: something is awaited that never comes."""
    await asyncio.get_running_loop().create_future()


def hangs_once(then: Scene) -> Scene:
    calls = []

    async def scene(call: Call, desk: Desk) -> SceneName | Outcome:
        calls.append(call)
        return await (for_ever() if len(calls) == 1 else then(call, desk))

    return scene


def patient() -> World:
    """A toll-free line in which people may wait for hours."""
    return World(changed(service(), "toll_free", waiting=PATIENT))


async def close(world: World) -> None:
    for channel in list(world.asterisk.channels):
        world.asterisk.end(channel)
    await asyncio.sleep(2)
    await world.stop()


def silences(channel: Channel, until: float) -> list[float]:
    """The pauses between one sound's beginning and the next, up to this instant (loop time)."""
    times = [at for at, _ in channel.heard] + [until]
    return [after - before for before, after in pairwise(times)]


def names(world: World, channel: Channel) -> list[str]:
    return [sound.rpartition("/")[2] for sound in world.heard(channel)]


def dict_of_scenes() -> dict[SceneName, Scene]:
    assert isinstance(SCENES, dict)
    return SCENES
