"""Waiting for what cannot be awaited, within a bound: other processes, and packets."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

# Packets carry their own times: to look seldom costs nothing but the pace.
_PAUSE_S = 0.05


async def until(done: Callable[[], Awaitable[bool]], bound_s: float) -> None:
    """Ask again and again until it is done. Raises TimeoutError."""
    async with asyncio.timeout(bound_s):
        while not await done():  # noqa: ASYNC110 (another process has no event to wait for)
            await asyncio.sleep(_PAUSE_S)


async def found(look: Callable[[], T | None], bound_s: float) -> T:
    """Look again and again until there is something. Raises TimeoutError."""
    async with asyncio.timeout(bound_s):
        while (seen := look()) is None:  # noqa: ASYNC110 (an event a packet would cost more)
            await asyncio.sleep(_PAUSE_S)
        return seen
