"""Waiting for what announces itself to nobody: polled, with a bound."""

import asyncio
from collections.abc import Callable

BOUND_S = 20.0


async def until(happened: Callable[[], bool]) -> None:
    """Return once it has happened; TimeoutError when it takes longer than any machine needs."""
    async with asyncio.timeout(BOUND_S):
        while not happened():  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0.005)
