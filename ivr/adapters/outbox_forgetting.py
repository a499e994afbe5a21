"""How long the outbox knows what has become of no use, and when it erases numbers."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta

from ivr.adapters.outbox_entry import instant
from ivr.adapters.outbox_file import transaction
from ivr.domain.retention import Retention

REMEMBERED = timedelta(days=7)  # how long late events are told for what they are
PLACE_KEPT = timedelta(hours=1)  # how long the number of a caller who was cut off stays here
_KEPT: Mapping[str, timedelta] = {
    "forget_duty_ids": REMEMBERED,
    "forget_finished": REMEMBERED,
    "forget_callbacks": REMEMBERED,
    "forget_callback_states": REMEMBERED,
    "forget_places": PLACE_KEPT,
}


def forget(db: sqlite3.Connection, sql: Mapping[str, str], now: datetime) -> None:
    """Forget what has been kept long enough, within the caller's transaction."""
    for query, kept in _KEPT.items():
        db.execute(sql[query], {"before": instant(now - kept, of=query)})


def erase_numbers(
    db: sqlite3.Connection, sql: Mapping[str, str], retention: Retention, now: datetime
) -> int:
    """Erase the numbers kept for long enough, from the file's pages too; from how many rows.

    Those in events that Postgres does not have yet stay until it has them.
    """
    until = {line: instant(at, of=line) for line, at in retention.until(now).items()}
    otherwise = instant(retention.until_otherwise(now), of="erase_numbers")
    values = {"before": json.dumps(until), "otherwise": otherwise}
    with transaction(db):
        erased = sum(
            db.execute(sql[query], values).rowcount
            for query in ("erase_callbacks", "erase_rejected")
        )
        forget(db, sql, now)
    # The log of the last writes holds the numbers, too; what is deleted is overwritten.
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    return erased
