"""How the outbox's file is opened, and how an older one is brought up to date."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ivr.adapters.outbox_lock import private
from ivr.errors import Refusal

SCHEMA_VERSION = 4


def connect(path: Path, sql: Mapping[str, str]) -> sqlite3.Connection:
    """Open or create the file, with today's tables. Raises Refusal for a newer one."""
    os.close(private(path))  # it holds callers' numbers
    # Nobody else writes: one who does is waited for half a second and then reported.
    db = sqlite3.connect(path, timeout=0.5, isolation_level=None, check_same_thread=False)
    try:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            db.execute(f"PRAGMA {pragma}")
        _bring_up(db, path, sql)
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All or nothing; sqlite3's own `with` leaves the beginning to chance."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _bring_up(db: sqlite3.Connection, path: Path, sql: Mapping[str, str]) -> None:
    """From one format to the next, each wholly; a new file goes through them all."""
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise Refusal(
            f"The outbox {path} was written by a newer version of this program (format {version},"
            f" this one knows {SCHEMA_VERSION}): run that version until the outbox is empty."
        )
    for lacking in range(version + 1, SCHEMA_VERSION + 1):
        db.executescript(f"BEGIN IMMEDIATE; {sql[f'schema_{lacking}']} COMMIT;")
