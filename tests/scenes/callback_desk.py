"""A desk at which people work through callbacks, in a world where a citizen asked for one."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.director import CallbackDesk
from ivr.domain.attempt import Result
from ivr.domain.call import CounsellorId
from ivr.domain.callback import Callback, CallbackId, Status
from ivr.domain.policy import CallbackPolicy
from ivr.domain.service import Service
from ivr.ports import Because as Why
from ivr.ports import MadeByHand, Refused
from tests.fakes.service import counsellor
from tests.fakes.time import run_in_virtual_time
from tests.scenes.asking import ASKS, IN_LINE, asked, close
from tests.scenes.asking import config as one_counsellor
from tests.scenes.world import World

ANNA, BERTIL, NOBODY = CounsellorId("anna"), CounsellorId("bertil"), CounsellorId("nobody")
HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)  # Tuesday, 12 in Finland; the lines are open
EVENING = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)


def config() -> Service:
    """Two counsellors, and patient lines."""
    people = (counsellor("anna"), counsellor("bertil"))
    return replace(one_counsellor(), counsellors=people)


def told(story: Callable[[World, CallbackDesk, Callback], Awaitable[None]]) -> None:
    """A world in which one citizen has asked to be called back, and what people do then."""

    async def whole() -> None:
        world = World(config())
        world.start()
        await asked(world, {**IN_LINE, **ASKS})
        await story(world, desk_of(world), world.disk.callbacks[0])
        await close(world)

    run_in_virtual_time(whole())


def desk_of(world: World) -> CallbackDesk:
    return CallbackDesk(
        lambda: world.house.service, world.house.callbacks, world.house.clock, world.on_air
    )


async def refused(wish: Awaitable[Callback], why: Why) -> None:
    with pytest.raises(Refused) as refusal:
        await wish
    assert refusal.value.because is why


def by_hand(result: Result, began: datetime | None = None) -> MadeByHand:
    return MadeByHand(counsellor=ANNA, result=result, began=began)


async def give_up(desk: CallbackDesk, callback: CallbackId) -> Callback:
    """Attempts are made until they are used up."""
    for _ in range(CallbackPolicy().attempts):
        given_up = await desk.attempted(callback, by_hand(Result.NO_ANSWER))
    assert given_up.status is Status.UNREACHED
    return given_up
