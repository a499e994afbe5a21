"""Whether the administrator's files can be used, and the service that they describe."""

import hashlib
from datetime import datetime
from pathlib import Path

from ivr.config.checking import Findings, NoFolder, examine, schedules
from ivr.config.json_schema import json_schemas, schema_files
from ivr.config.message import Tongue
from ivr.config.problem import ConfigurationError, Problem
from ivr.config.source import FILES, decoded
from ivr.domain.service import Service

__all__ = [
    "ConfigurationError",
    "Findings",
    "NoFolder",
    "Problem",
    "Tongue",
    "check",
    "examine",
    "fingerprint",
    "json_schemas",
    "load",
    "schedules",
    "schema_files",
]


def load(directory: Path) -> Service:
    """The service that the folder's files describe. Raises as `check` does."""
    service, _ = check(directory)
    return service


def check(directory: Path, now: datetime | None = None) -> tuple[Service, tuple[Problem, ...]]:
    """The service that the folder's files describe, and what is doubtful about it.

    Reads `lines.yaml`, `schedule.yaml`, `counsellors.yaml` and, over the shipped
    ones, `prompts.fi.yaml` and `prompts.sv.yaml`. Raises ConfigurationError with
    every mistake of all files, and NoFolder if there is none. Without `now` nothing
    is said of what is near in time.
    """
    found = examine(directory, now)
    if found.service is None:
        raise ConfigurationError(found.mistakes)
    return found.service, found.doubts


def fingerprint(directory: Path) -> str:
    """The same for folders whose files say the same to the letter; SHA-256, hexadecimal."""
    whole = hashlib.sha256()
    for name in FILES:
        text = decoded(directory / name)
        if isinstance(text, str):
            whole.update(f"{name} ".encode() + hashlib.sha256(text.encode()).digest())
    return whole.hexdigest()
