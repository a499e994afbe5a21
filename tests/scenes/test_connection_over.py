"""What a connection to Asterisk that has ended still does: nothing; in virtual time."""

import asyncio

import pytest
from structlog.testing import capture_logs

from ivr.director.matchmaking import Matchmaker
from ivr.director.occasions import LONGEST_SLEEP_S
from tests.fakes.service import TOLL_FREE
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.called_back import CalledBack
from tests.scenes.world import World


def test_nobody_is_matched_by_a_connection_that_has_ended_with_callers_in_the_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    matched: list[Matchmaker] = []
    match = Matchmaker._match

    def noted(matchmaker: Matchmaker) -> None:
        matched.append(matchmaker)
        match(matchmaker)

    async def story() -> None:
        monkeypatch.setattr(Matchmaker, "_match", noted)
        world = World()
        world.start()
        caller = world.asterisk.call(TOLL_FREE)
        with world.habit(caller, {"lang_choice": "1", "topic_menu": "1"}):
            await world.until(lambda: caller.music)
        matched.clear()
        await world.stop()
        await asyncio.sleep(3 * LONGEST_SLEEP_S)
        assert matched == []

    run_in_virtual_time(story())


async def lost(strike_at: int) -> bool:
    """The connection is lost before a citizen is dialled back; whether it was."""
    gone = asyncio.Event()

    def strike() -> None:
        assert world.controller is not None
        world.controller.switch.lose()
        gone.set()

    steps = Steps(None, strike)
    world = await CalledBack.begin(steps=steps)
    steps.strike_at(steps.taken + strike_at)
    world.phone("anna")
    with capture_logs() as logged:
        await world.until(lambda: gone.is_set() or world.citizen.rung == 1)
        steps.strike_at(None)
        if world.citizen.rung == 0:
            await asyncio.sleep(10)
    assert [each for each in logged if each["event"] == "task.failed"] == []
    if gone.is_set():
        await world.crash_and_restart(0)
    await world.until(lambda: any(world.results))
    assert world.citizen.rung <= 1
    await world.close()
    return gone.is_set()


def test_wherever_the_connection_is_lost_as_a_callback_is_begun_the_next_one_goes_on() -> None:
    step = 1
    while run_in_virtual_time(lost(step)):
        step += 1
    assert step > 10
