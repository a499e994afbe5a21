"""What calls do not wait for is begun again after a fault, and whoever looks is told."""

import asyncio
from itertools import pairwise

import pytest

from ivr.errors import Refusal
from ivr.tasks import Tasks
from ivr.upkeep import LONGEST_PAUSE_S, STEADY_S, Upkeep
from tests.fakes.time import run_in_virtual_time


class Frail:
    """Work that fails so many times, and then goes on."""

    def __init__(self, failures: int, error: Exception | None = None) -> None:
        self.begun: list[float] = []
        self._failures = failures
        self._error = error

    async def work(self) -> None:
        self.begun.append(asyncio.get_running_loop().time())
        if len(self.begun) > self._failures:
            await asyncio.sleep(3600)
        if self._error is not None:
            raise type(self._error)(*self._error.args)


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (KeyError("+358401234567"), "KeyError, see the log"),
        (Refusal("Postgres does not start; it says: no space."), "Postgres does not start;"),
        (None, "ended by itself"),
    ],
)
def test_work_that_ended_is_begun_again_and_shown_until_it_goes_on(
    error: Exception | None, shown: str
) -> None:
    async def story() -> None:
        upkeep, frail = Upkeep(), Frail(2, error)
        async with Tasks() as tasks:
            tasks.start(upkeep.keep("ship", frail.work, tasks), "keep up ship")
            await asyncio.sleep(0.5)
            assert upkeep.faults["ship"].startswith(shown)
            await asyncio.sleep(3)
            assert frail.begun == [0.0, 1.0, 3.0]
            assert list(upkeep.faults) == ["ship"]
            await asyncio.sleep(STEADY_S)
            assert upkeep.faults == {}

    run_in_virtual_time(story())


def test_work_that_fails_for_ever_is_begun_again_for_ever_and_not_too_often() -> None:
    async def story() -> None:
        frail = Frail(10**6, KeyError())
        async with Tasks() as tasks:
            tasks.start(Upkeep().keep("erase", frail.work, tasks), "keep up erase")
            await asyncio.sleep(60)
        pauses = [after - before for before, after in pairwise(frail.begun)]
        assert pauses[:5] == [1.0, 2.0, 4.0, 8.0, LONGEST_PAUSE_S]
        assert set(pauses[5:]) == {LONGEST_PAUSE_S}

    run_in_virtual_time(story())
