"""Callers who ask to be called back, with their keys, and what becomes of them."""

import asyncio
from dataclasses import replace

from ivr.domain.policy import CallbackPolicy, Ending, WaitingPolicy
from ivr.domain.service import Service
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE, changed, service
from tests.scenes.world import World

IN_LINE = {"lang_choice": "1", "topic_menu": "1"}
SWEDISH = {"lang_choice": "2", "topic_menu": "1"}
ASKS = {"queue_next": "1", "queue_pos_1": "1", "number_confirm": "1"}
KEYS = {"queue_next": "1", "queue_pos_1": "1", "number_confirm": "3"}
PATIENT = WaitingPolicy(
    offer_after_s=3600, announce_every_s=600, budget_s=3600, on_nobody=Ending.WAIT
)
OWN, OTHER = "+358401234567", "+358451112222"


def config(**callback: bool) -> Service:
    """A service with two patient lines; one calls back by this policy."""
    policy = replace(CallbackPolicy(dial=False), **callback)
    free = changed(service(), "free", waiting=PATIENT, callback=policy)
    return changed(free, "paid", waiting=PATIENT)


async def asked(world: World, keys: dict[str, str], dialled: str = FREE) -> Channel:
    """A caller who does this, and whose call ends with a promise."""
    caller = world.asterisk.call(dialled)
    with world.habit(caller, keys):
        await world.until(lambda: world.outcomes(caller) == ["callback"])
    return caller


async def waits_on(world: World, keys: dict[str, str], prompt: str) -> Channel:
    """A caller who does this, hears the prompt and is in the line after it."""
    caller = world.asterisk.call(FREE)
    with world.habit(caller, {**IN_LINE, **keys}):
        await world.until(lambda: f"fi/{prompt}" in world.heard(caller))
    await world.until(lambda: caller.music)
    return caller


async def close(world: World) -> None:
    """Everybody hangs up, and the controller ends."""
    for channel in list(world.asterisk.channels):
        world.asterisk.end(channel)
    await asyncio.sleep(2)
    await world.stop()
