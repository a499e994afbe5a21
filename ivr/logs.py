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
from structlog.stdlib import ProcessorFormatter

from ivr.domain.schedule import local
from ivr.errors import Refusal
from ivr.masking import clean, clean_traceback

Entry = MutableMapping[str, Any]


def configure(*, as_json: bool, level: int = logging.INFO, file: Path | None = None) -> None:
    """Write the log of everything, libraries included, to a file or to standard error.

    JSON for machines, or short lines in local time for a person at a terminal.
    `call_id` and what else is bound by `structlog.contextvars` is in every line.
    The file may be moved away at any time (logrotate). Raises Refusal.
    """
    handler = _handler(file)
    handler.setFormatter(formatter(as_json=as_json))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def formatter(*, as_json: bool) -> logging.Formatter:
    """What makes a line of an entry: masking is its last word, whoever logged."""
    return ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
        ],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            mask_entry,
            _stamp,
            _json_line if as_json else _console_line,
        ],
    )


def mask_entry(_: object, __: str, entry: Entry) -> Entry:
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


def _stamp(_: object, __: str, entry: Entry) -> Entry:
    entry["timestamp"] = datetime.now(UTC).isoformat(timespec="milliseconds")
    return entry


def _json_line(_: object, __: str, entry: Entry) -> str:
    first = {field: entry.pop(field) for field in ("timestamp", "level", "event")}
    return json.dumps({**first, **entry}, ensure_ascii=False)


def _console_line(_: object, __: str, entry: Entry) -> str:
    at = local(datetime.fromisoformat(entry.pop("timestamp")))
    level, event, logger = entry.pop("level"), entry.pop("event"), entry.pop("logger")
    traceback = entry.pop("exception", "")
    fields = "".join(f"  {field}={value}" for field, value in entry.items())
    lines = "".join(f"\n    {line}" for line in traceback.splitlines())
    return f"{at:%H:%M:%S}  {level:<8}  {logger}: {event}{fields}{lines}"
