"""No task outlives its block, not even one that has missed that it was to end."""

import asyncio
from contextlib import suppress

from ivr.tasks import AGAIN_S, Tasks
from tests.fakes.time import run_in_virtual_time


def test_a_task_that_has_missed_that_it_is_to_end_is_told_again() -> None:
    async def misses_it_once() -> None:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)
        await asyncio.sleep(3600)

    async def story() -> None:
        async with Tasks() as tasks:
            task = tasks.start(misses_it_once(), "misses it")
            await asyncio.sleep(1)
        assert task.cancelled()
        assert asyncio.get_running_loop().time() == 1 + AGAIN_S

    run_in_virtual_time(story())


def test_a_task_that_tidies_up_is_let_do_so() -> None:
    tidied: list[str] = []

    async def tidies_up() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(AGAIN_S - 1)
            tidied.append("")

    async def story() -> None:
        async with Tasks() as tasks:
            tasks.start(tidies_up(), "tidies up")
            await asyncio.sleep(1)

    run_in_virtual_time(story())
    assert tidied
