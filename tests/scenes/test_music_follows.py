"""What is heard after an announcement in the line, by whomever it is outlived; in virtual time."""

import asyncio
from collections.abc import Callable

import pytest

from ivr.domain.journal import EventKind
from ivr.domain.policy import OnBudgetEnd
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE, TOLL_FREE
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.abandoning import config
from tests.scenes.asking import IN_LINE, OWN
from tests.scenes.world import World

LONG_S = 60.0  # longer than any announcement
KEYS = {"lang_choice": "1", "topic_menu": "1"}


async def announced(world: World) -> Channel:
    """A caller who hears how many are ahead of them."""
    caller = world.asterisk.call(TOLL_FREE)
    with world.habit(caller, KEYS):
        await world.until(lambda: world.heard(caller)[-1:] == ["fi/queue_next"])
    return caller


def hears_music(caller: Channel) -> bool:
    return caller.music and caller.playing is None


def controller_dies(world: World) -> None:
    assert world.controller is not None
    world.controller.die()


def test_music_follows_an_announcement_during_which_the_controller_died() -> None:
    async def story() -> None:
        world = World()
        world.start()
        caller = await announced(world)
        assert not hears_music(caller)
        controller_dies(world)
        await asyncio.sleep(LONG_S)
        assert hears_music(caller)
        await world.crash_and_restart(0)
        world.phone("anna")
        await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        assert not caller.music
        world.asterisk.end(caller.id)
        await world.until_over(caller)
        await world.stop()

    run_in_virtual_time(story())


def answered(world: World, _: Channel) -> bool:
    if not world.asterisk.phones:
        world.phone("anna")
    return bool(world.disk.of(EventKind.CONNECTED))


def asked(world: World, caller: Channel) -> bool:
    if "fi/number_confirm" not in world.heard(caller):
        world.asterisk.press(caller, "1")
    return "fi/number_confirm" in world.heard(caller)


@pytest.mark.parametrize("cut_short", [answered, asked])
def test_no_music_is_left_under_what_follows_an_announcement_that_was_cut_short(
    cut_short: Callable[[World, Channel], bool],
) -> None:
    async def story() -> None:
        world = World()
        world.start()
        caller = await announced(world)
        await world.until(lambda: cut_short(world, caller))
        assert not caller.music
        world.asterisk.end(caller.id)
        await world.until_over(caller)
        await world.stop()

    run_in_virtual_time(story())


def hears_of_the_caller(world: World) -> bool:
    channels = [*world.asterisk.channels.values(), *world.asterisk.past.values()]
    return any(each.heard for each in channels if each.leg_of is not None)


async def taken(strike_at: int, *, in_an_announcement: bool) -> bool:
    """The controller dies before the counsellor who takes the caller hears of them; if it does."""
    world, dead = World(), asyncio.Event()

    def strike() -> None:
        controller_dies(world)
        dead.set()

    steps = Steps(None, strike)
    world.start(steps)
    caller = await announced(world)
    if not in_an_announcement:
        await world.until(lambda: hears_music(caller))
    steps.strike_at(steps.taken + strike_at)
    world.phone("anna")
    await world.until(lambda: dead.is_set() or hears_of_the_caller(world))
    steps.strike_at(None)
    if dead.is_set():
        await asyncio.sleep(LONG_S)
        assert hears_music(caller), f"silence from step {strike_at}"
        await world.crash_and_restart(0)
    world.asterisk.end(caller.id)
    await world.until_over(caller)
    await world.stop()
    return dead.is_set()


@pytest.mark.parametrize("in_an_announcement", [True, False])
def test_wherever_the_controller_dies_as_a_counsellor_takes_the_caller_there_is_no_silence(
    *, in_an_announcement: bool
) -> None:
    step = 1
    while run_in_virtual_time(taken(step, in_an_announcement=in_an_announcement)):
        step += 1
    assert step > 10


async def told_again(strike_at: int) -> bool:
    """The controller dies before the caller hears their place once more; whether it has died."""
    world, dead = World(), asyncio.Event()

    def strike() -> None:
        controller_dies(world)
        dead.set()

    steps = Steps(None, strike)
    world.start(steps)
    caller = await announced(world)
    await world.until(lambda: hears_music(caller))
    heard = len(world.heard(caller))
    steps.strike_at(steps.taken + strike_at)
    world.asterisk.press(caller, "0")
    await world.until(lambda: dead.is_set() or len(world.heard(caller)) > heard)
    steps.strike_at(None)
    if dead.is_set():
        await asyncio.sleep(LONG_S)
        assert hears_music(caller), f"silence from step {strike_at}"
        await world.crash_and_restart(0)
    world.asterisk.end(caller.id)
    await world.until_over(caller)
    await world.stop()
    return dead.is_set()


def test_wherever_the_controller_dies_between_music_and_an_announcement_there_is_no_silence() -> (
    None
):
    step = 1
    while run_in_virtual_time(told_again(step)):
        step += 1
    assert step > 3


def test_whoever_hears_that_they_are_called_back_as_the_controller_dies_hears_music_then() -> None:
    async def story() -> None:
        world = World(config(budget_s=30, on_budget_end=OnBudgetEnd.CALLBACK))
        world.start()
        caller = world.asterisk.call(FREE, OWN)
        with world.habit(caller, IN_LINE):
            await world.until(lambda: "fi/free_window_end" in world.heard(caller))
            assert not hears_music(caller)
            controller_dies(world)
            await asyncio.sleep(LONG_S)
            assert hears_music(caller)
            await world.crash_and_restart(0)
            await world.until_over(caller)
        assert world.outcomes(caller) == ["callback"]
        assert len(world.disk.callbacks) == 1
        await world.stop()

    run_in_virtual_time(story())
