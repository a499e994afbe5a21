"""A future for an instant: what is to end then awaits it beside all else."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime


@contextmanager
def alarm(at: datetime | None, now: datetime) -> Iterator[asyncio.Future[None]]:
    """A future that is done at the instant (None: never), for as long as the block lasts."""
    loop = asyncio.get_running_loop()
    rings: asyncio.Future[None] = loop.create_future()
    if at is None:
        yield rings
        return
    timer = loop.call_later(max((at - now).total_seconds(), 0.0), rings.set_result, None)
    try:
        yield rings
    finally:
        timer.cancel()
