"""Callers who hang up in a line that calls them back for it, and what is kept of them."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ivr.domain.callback import Callback
from ivr.domain.journal import EventKind
from ivr.domain.policy import CallbackPolicy, OnAbandon
from ivr.domain.service import Service
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE, changed, service
from tests.scenes.asking import IN_LINE, OWN, PATIENT
from tests.scenes.world import World

TOLD = "callback_on_hangup"


def config(*, callback: CallbackPolicy | None = None, **waiting: Any) -> Service:
    """The service with a patient line that calls back who hangs up in it."""
    policy = replace(PATIENT, **{"on_abandon": OnAbandon.CALLBACK, **waiting})
    kept = callback or CallbackPolicy(dial=False)
    return changed(service(), "free", waiting=policy, callback=kept)


def world(**waiting: Any) -> World:
    """A running line of that service."""
    running = World(config(**waiting))
    running.start()
    return running


async def in_line(
    world: World,
    number: str = OWN,
    *,
    hidden: bool = False,
    keys: Mapping[str, str] = IN_LINE,
) -> Channel:
    """A caller in the line, who has heard all that is said at once."""
    caller = world.asterisk.call(FREE, number, hidden=hidden)
    with world.habit(caller, keys):
        await _left_to_the_music(world, caller)
    return caller


async def _left_to_the_music(world: World, caller: Channel) -> None:
    """Nothing more is said for now: music stays, where it only comes up between two prompts."""
    stays = False
    while not stays:
        await world.until(lambda: caller.music)
        await asyncio.sleep(0.2)
        stays = caller.music


def told(world: World, caller: Channel) -> list[str]:
    """How often, and in which languages, the caller heard that they are called back."""
    heard = [sound.partition("/") for sound in world.heard(caller)]
    return [language for language, _, prompt in heard if prompt == TOLD]


async def hangs_up(world: World, caller: Channel, cause: int = 16) -> str:
    """The caller's channel ends; the outcome."""
    if caller.id in world.asterisk.channels:
        world.asterisk.end(caller.id, cause=cause)
    await world.until_over(caller)
    (outcome,) = world.outcomes(caller)
    return outcome


def joined(world: World, caller: Channel) -> object:
    """The caller's place in the line."""
    (first, *_) = world.disk.of(EventKind.JOINED, world.house.call_id(caller.id))
    return first.facts.joined


async def kept(world: World, caller: Channel) -> Callback:
    """The one request there is: the caller's, at the place they had."""
    await asyncio.sleep(0.1)
    (request,) = world.disk.callbacks
    assert request.id == str(world.house.call_id(caller.id))
    assert request.joined == joined(world, caller)
    return request
