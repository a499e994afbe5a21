"""Whenever the phone hangs up or the controller dies, what was confirmed is done and no more."""

import asyncio

import pytest

from ivr.domain.callback import Callback, Status
from tests.fakes.asterisk import Channel
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.callback_desk import ANNA, desk_of
from tests.scenes.called_back import CalledBack
from tests.scenes.worklist import by_hand, listening

CLOSES = {"desk_back_take": "4", "desk_back_close_settled": "1"}
TAKES = {"desk_backs_1": "1"}
ENOUGH_S = 40.0


async def story(way: str, how: str, strike_at: int | None) -> tuple[int, Callback]:
    """Confirm something; at a step after the key, this strikes. The steps, and the request then."""
    channels: list[Channel] = []
    restarts: list[asyncio.Task[None]] = []

    def struck() -> None:
        if how == "hang up":
            world.asterisk.end(channels[0].id)
            return
        assert world.controller is not None
        world.controller.die()
        restarts.append(asyncio.create_task(world.crash_and_restart(0.5)))

    steps = Steps(None, struck)
    world = await CalledBack.begin({}, steps, config=by_hand())
    world.phone("anna")
    await asyncio.sleep(1)
    channels.append(
        await listening(
            world, *((CLOSES, "desk_back_confirm") if way == "close" else ({}, "desk_backs_1"))
        )
    )
    before = steps.taken
    steps.strike_at(None if strike_at is None else before + strike_at)
    world.asterisk.press(channels[0], "1")
    await asyncio.sleep(1)
    taken = steps.taken - before
    await asyncio.sleep(ENOUGH_S)
    for restart in restarts:
        await restart
    request = world.request
    known = await desk_of(world).listed()
    assert known == ([] if request.status is Status.CLOSED else [request])
    assert not world.asterisk.channels
    await world.close()
    return taken, request


def _done(way: str, request: Callback) -> bool:
    return request.status is Status.CLOSED if way == "close" else request.wanted == ANNA


@pytest.mark.parametrize("way", ["close", "take"])
@pytest.mark.parametrize("how", ["hang up", "crash"])
def test_the_disk_and_the_line_agree_on_what_was_done(way: str, how: str) -> None:
    taken, request = run_in_virtual_time(story(way, how, None))
    assert _done(way, request)
    done = []
    for step in range(1, taken + 1):
        _, request = run_in_virtual_time(story(way, how, step))
        done.append(_done(way, request))
    assert done == sorted(done), "once it is done it stays so"
    assert not done[0]
    assert done[-1]


def test_who_listens_when_the_controller_dies_hears_it_from_the_beginning() -> None:
    async def interrupted() -> None:
        world = await CalledBack.begin({}, config=by_hand())
        world.phone("anna")
        channel = await listening(world, {"desk_back_take": "4"}, "desk_back_close_settled")
        assert world.controller is not None
        world.controller.die()
        heard = len(channel.heard)
        await world.crash_and_restart(0.5)
        await world.until(lambda: "fi/desk_back_take" in world.heard(channel)[heard:], 20)
        assert world.heard(channel)[heard:][:2] == ["fi/desk_backs_1", "fi/desk_back_fi"]
        assert world.request.status is Status.WAITING
        await world.close()

    run_in_virtual_time(interrupted())
