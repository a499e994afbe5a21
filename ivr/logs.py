"""How the program's log is written: one line an entry, with the call it belongs to, masked."""

import json
import logging
import logging.handlers
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from ivr.domain.schedule import local
from ivr.errors import Refusal
from ivr.masking import clean, clean_traceback

Entry = MutableMapping[str, Any]

_JSON = json.JSONEncoder(ensure_ascii=False)


def configure(*, as_json: bool, level: int = logging.INFO, file: Path | None = None) -> None:
    """Write the log of everything, libraries included, to a file or to standard error.

    JSON for machines, or short lines in local time for a person at a terminal.
    `call_id` and what else is bound by `structlog.contextvars` is in every line.
    The file may be moved away at any time (logrotate). Raises Refusal.
    """
    handler = _handler(file)
    handler.setFormatter(EntryFormatter(as_json=as_json))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(True)
    # What no line of ours says need not be found out for each.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            _as_message,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


class EntryFormatter(logging.Formatter):
    """What makes a line of an entry: masking is its last word, whoever logged.

    structlog's own formatter makes a second record of each, at twice the cost.
    """

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._line = _json_line if as_json else _console_line

    def format(self, record: logging.LogRecord) -> str:
        """The entry in one line."""
        said: object = record.msg
        entry = dict(said) if isinstance(said, dict) else _of_a_library(record)
        entry = structlog.processors.format_exc_info(None, "", entry)
        masked = mask_entry(entry)
        masked["timestamp"] = datetime.now(UTC).isoformat(timespec="milliseconds")
        return self._line(masked)


def _as_message(_: object, __: str, entry: Entry) -> tuple[tuple[Entry], dict[str, object]]:
    """The entry as the message of a record: it becomes a line where the lines of others do."""
    return (entry,), {}


def _of_a_library(record: logging.LogRecord) -> Entry:
    return {
        "event": record.getMessage(),
        "logger": record.name,
        "level": record.levelname.lower(),
        "exc_info": record.exc_info,
        **structlog.contextvars.get_contextvars(),
    }


def mask_entry(entry: Entry) -> Entry:
    """Take numbers, keys, secrets and control characters out of every field."""
    traceback = entry.pop("exception", None)
    masked = {field: clean(value, field) for field, value in entry.items()}
    if traceback is not None:
        masked["exception"] = clean_traceback(str(traceback))
    return masked


def _handler(file: Path | None) -> logging.Handler:
    if file is None:
        return logging.StreamHandler(sys.stderr)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return logging.handlers.WatchedFileHandler(file, encoding="utf-8")
    except OSError as error:
        raise Refusal(
            f"The log {file} cannot be written ({error.strerror}): make its folder writable, or"
            " set IVR_STATE_DIR to another one."
        ) from error


def _json_line(entry: Entry) -> str:
    first = {field: entry.pop(field) for field in ("timestamp", "level", "event")}
    return _JSON.encode({**first, **entry})


def _console_line(entry: Entry) -> str:
    at = local(datetime.fromisoformat(entry.pop("timestamp")))
    level, event, logger = entry.pop("level"), entry.pop("event"), entry.pop("logger")
    traceback = entry.pop("exception", "")
    fields = "".join(f"  {field}={value}" for field, value in entry.items())
    lines = "".join(f"\n    {line}" for line in traceback.splitlines())
    return f"{at:%H:%M:%S}  {level:<8}  {logger}: {event}{fields}{lines}"
