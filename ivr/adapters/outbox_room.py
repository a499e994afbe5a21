"""How far the outbox may grow, and when that is soon no further."""

import os
import sqlite3
from pathlib import Path

# Some ten hours without Postgres at eight calls a second.
BOUND_BYTES = 2_000_000_000
# More than an hour of that.
ALARM_BYTES = 256_000_000


class Room:
    """The bound of one file, kept by SQLite: what does not fit is refused as by a full disk.

    So an outbox that Postgres does not empty takes no room from the other programs on its disk.
    A file that has grown keeps its size, and its free pages are used again.
    """

    def __init__(self, db: sqlite3.Connection, path: Path, bound_bytes: int) -> None:
        self._db = db
        self._folder = path.parent
        self._page = self._ask("page_size")
        self._bound_bytes = bound_bytes
        db.execute(f"PRAGMA max_page_count = {max(1, bound_bytes // self._page)}").fetchone()

    def left_bytes(self) -> int:
        """How much more the file takes: by its bound, or by what the disk has."""
        disk = os.statvfs(self._folder)
        by_bound = self._ask("max_page_count") - self._ask("page_count")
        by_disk = disk.f_bavail * disk.f_frsize // self._page
        return (min(by_bound, by_disk) + self._ask("freelist_count")) * self._page

    def scarce(self, left_bytes: int) -> bool:
        """Whether so little is left that somebody must be told."""
        return left_bytes < min(ALARM_BYTES, self._bound_bytes // 2)

    def _ask(self, pragma: str) -> int:
        return int(self._db.execute(f"PRAGMA {pragma}").fetchone()[0])
