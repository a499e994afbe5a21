"""A copy of the configuration in force, for a start that finds a bad one in the folder."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import structlog

from ivr.domain.service import Service
from ivr.errors import Refusal

log = structlog.get_logger(__name__)

_OF = "of"  # which folder it is a copy of


def keep(folder: Path, copy: Path, service: Service, load: Callable[[Path], Service]) -> None:
    """Copy the folder if this service is what `load` makes of it; else the copy stays as it is.

    Whole or not at all. A disk that does not take it is logged.
    """
    draft = copy.with_name(f".{copy.name}.{os.getpid()}")
    try:
        _write(folder, draft)
        if load(draft) == service:
            shutil.rmtree(copy, ignore_errors=True)
            draft.rename(copy)
    except Refusal:
        log.debug("configuration.not_kept")  # the folder has been saved anew meanwhile
    except OSError as error:
        log.warning("configuration.not_kept", reason=error.strerror)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def is_kept(folder: Path, copy: Path) -> bool:
    """Whether there is a copy of this folder."""
    try:
        return (copy / _OF).read_text() == str(folder.resolve())
    except OSError:
        return False


def _write(folder: Path, draft: Path) -> None:
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    for file in folder.glob("[!.]*.yaml"):
        if file.is_file():
            shutil.copyfile(file, draft / file.name)
    (draft / _OF).write_text(str(folder.resolve()))
