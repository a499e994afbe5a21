"""Whoever hangs up or dies while a notice is made: what was not confirmed is heard by nobody."""

import asyncio

import pytest

from ivr.domain.notice import Notice
from tests.fakes.service import service
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.notices import (
    AGREED,
    held,
    one_line,
    speak,
)
from tests.scenes.world import ADMINISTRATORS, World


async def story(how: str, strike_at: int | None) -> tuple[int, Notice | None]:
    """Somebody makes a notice; at a step of the controller's this strikes."""
    restarts: list[asyncio.Task[None]] = []

    def struck() -> None:
        if how == "hang up":
            for channel in list(world.asterisk.channels):
                world.asterisk.end(channel)
            return
        assert world.controller is not None
        world.controller.die()
        restarts.append(asyncio.create_task(world.crash_and_restart(0.5)))

    steps = Steps(None, struck)
    world = World(one_line())
    world.start(steps)
    await asyncio.sleep(0.1)
    before = steps.taken
    steps.strike_at(None if strike_at is None else before + strike_at)
    heard = await speak(world, AGREED)
    await asyncio.sleep(1)
    taken = steps.taken - before
    steps.strike_at(None)
    for restart in restarts:
        await restart
    await asyncio.sleep(5)
    notice = held(world)
    kept = {} if notice is None else notice.spoken
    names = {each.sound.removeprefix("recording:") for each in kept.values()}
    assert names <= world.asterisk.recordings, "a notice is heard that was not recorded"
    assert not any("draft" in name for name in names)
    assert notice is None or "fi/desk_notice_confirm" in heard
    assert notice is not None or "fi/desk_notice_live" not in heard
    assert not world.asterisk.channels
    await world.stop()
    return taken, notice


@pytest.mark.parametrize("how", ["hang up", "crash"])
def test_at_every_await_what_was_not_confirmed_is_heard_by_nobody(how: str) -> None:
    taken, notice = run_in_virtual_time(story(how, None))
    assert notice is not None
    done = []
    for step in range(1, taken + 1):
        _, notice = run_in_virtual_time(story(how, step))
        done.append(notice is not None)
    assert done[-1]
    # Who hangs up has done with it; who is greeted anew after a crash may go through with it.
    assert how == "crash" or done == sorted(done)
    assert not all(done)


def test_who_records_as_the_controller_dies_begins_anew_and_holds_up_nobody() -> None:
    async def interrupted() -> None:
        world = World(service())
        world.start()
        await asyncio.sleep(0.1)
        channel = world.asterisk.dial_code("anna", "*9")
        with world.habit(channel, {"desk_pin": f"{ADMINISTRATORS}#", "desk_notice_which": "1#"}):
            await world.until(lambda: channel.recording is not None, 60)
            assert world.controller is not None
            world.controller.die()
            heard = len(channel.heard)
            await world.crash_and_restart(0.5)
            await world.until(lambda: len(channel.heard) > heard, 5)
        assert world.heard(channel)[heard] == "fi/desk_pin"
        assert channel.recording is None
        world.asterisk.end(channel.id)
        await world.stop()

    run_in_virtual_time(interrupted())
