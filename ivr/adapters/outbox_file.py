"""Whose the outbox's file is, how it is opened, and how an older one is brought up to date."""

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from ivr.errors import Refusal

SCHEMA_VERSION = 4


def own(path: Path) -> TextIO:
    """Lock the file for this process; the kernel lets go of it when the process ends.

    Raises Refusal when another process has it.
    """
    lock = os.fdopen(_private(path.with_name(path.name + ".lock")), "r+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        owner = lock.read(20).strip() or "unknown"
        lock.close()
        raise Refusal(
            f"The outbox {path} belongs to a running controller (process {owner}): stop that one,"
            " or give this one an IVR_STATE_DIR of its own."
        ) from None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def connect(path: Path, sql: Mapping[str, str]) -> sqlite3.Connection:
    """Open or create the file, with today's tables. Raises Refusal for a newer one."""
    os.close(_private(path))
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


def _private(path: Path) -> int:
    """Open or create a file that nobody else may read: it holds callers' numbers."""
    return os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
