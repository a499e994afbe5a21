"""One future for several: done as soon as one of them is."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def first_of(*futures: asyncio.Future[Any]) -> Iterator[asyncio.Future[None]]:
    """A future that is done when any of these is, for as long as the block lasts."""
    first: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def ended(_: asyncio.Future[Any]) -> None:
        if not first.done():
            first.set_result(None)

    for future in futures:
        if future.done():
            ended(future)
        future.add_done_callback(ended)
    try:
        yield first
    finally:
        for future in futures:
            future.remove_done_callback(ended)
