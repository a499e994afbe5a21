"""What a connection to Asterisk that has ended still does: nothing; in virtual time."""

import asyncio

import pytest

from ivr.director.matchmaking import Matchmaker
from ivr.director.occasions import LONGEST_SLEEP_S
from tests.fakes.service import TOLL_FREE
from tests.fakes.time import run_in_virtual_time
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
