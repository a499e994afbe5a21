"""Virtual time passes over the instants at which nothing can happen, and over no other."""

import asyncio

import pytest

from tests.fakes.time import run_in_virtual_time
from tests.scenes.world import World


@pytest.mark.parametrize(("happens", "seen"), [(0.01, 0.05), (0.07, 0.1), (29.98, 30.0)])
def test_what_is_waited_for_is_seen_at_the_same_instant_as_if_it_were_always_looked(
    happens: float, seen: float
) -> None:
    async def story() -> tuple[float, int]:
        loop, world, looks = asyncio.get_running_loop(), World(), 0
        done = asyncio.Event()
        loop.call_later(happens, done.set)

        def look() -> bool:
            nonlocal looks
            looks += 1
            return done.is_set()

        await world.until(look)
        return loop.time(), looks

    at, looks = run_in_virtual_time(story())
    assert at == pytest.approx(seen)
    assert looks <= 3


def test_what_does_not_come_to_pass_in_time_is_not_waited_for() -> None:
    async def story() -> float:
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        loop.call_later(700, done.set)
        with pytest.raises(AssertionError, match="did not come to pass"):
            await World().until(done.is_set)
        return loop.time()

    assert run_in_virtual_time(story()) == pytest.approx(600, abs=0.1)
