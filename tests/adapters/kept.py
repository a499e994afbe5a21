"""What an outbox holds, and a disk that refuses, for tests."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ivr.adapters.outbox import Outbox


async def kept_ids(outbox: Outbox) -> list[str]:
    return [stored.entry.id for stored in await outbox.unshipped(1000)]


@contextmanager
def refusing_disk(path: Path) -> Iterator[None]:
    """While another connection holds the write lock, nothing can be written."""
    thief = sqlite3.connect(path, isolation_level=None)
    thief.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        thief.execute("ROLLBACK")
        thief.close()
