"""A copy of the configuration in force, for a start that finds a bad one in the folder."""

import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from ivr.config.source import FILES
from ivr.domain.service import Service
from ivr.errors import Refusal

log = structlog.get_logger(__name__)

_OF = "of"  # which folder it is a copy of


def keep(folder: Path, copy: Path, service: Service, load: Callable[[Path], Service]) -> None:
    """Copy the folder if this service is what `load` makes of it; else the copy stays as it is.

    Whole or not at all: whenever we are killed, there is the copy of before or the new one. A
    disk that does not take it is logged. For the one alone that runs the line.
    """
    draft = copy.with_name(f".{copy.name}.{os.getpid()}")
    try:
        _clear_away(copy)
        _write(folder, draft)
        if load(draft) == service:
            if copy.is_dir():
                copy.rename(_before(copy))
            draft.rename(copy)
    except Refusal:
        log.debug("configuration.not_kept")  # the folder has been saved anew meanwhile
    except OSError as error:
        log.warning("configuration.not_kept", reason=error.strerror)
    finally:
        _clear_away(copy)


def kept(folder: Path, copy: Path) -> Path | None:
    """Where the copy of this folder lies; None where there is none."""
    place = copy if copy.is_dir() else _before(copy)
    try:
        return place if (place / _OF).read_text() == str(folder.resolve()) else None
    except OSError:
        return None


def gone(folder: Path, copy: Path) -> Sequence[Path]:
    """The files that this folder had when the copy was made, and has no more."""
    if (place := kept(folder, copy)) is None:
        return ()
    were_there = (name for name in FILES if (place / name).is_file())
    return [folder / name for name in were_there if not os.path.lexists(folder / name)]


def _clear_away(copy: Path) -> None:
    """What a process has left that was killed at this, or we could not finish."""
    with suppress(OSError):
        if not copy.is_dir() and _before(copy).is_dir():
            _before(copy).rename(copy)
    for other in copy.parent.glob(f".{copy.name}.*"):
        shutil.rmtree(other, ignore_errors=True)


def _before(copy: Path) -> Path:
    return copy.with_name(f".{copy.name}.before")


def _write(folder: Path, draft: Path) -> None:
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700, parents=True)
    for name in FILES:
        if (folder / name).is_file():
            shutil.copyfile(folder / name, draft / name)
    (draft / _OF).write_text(str(folder.resolve()))
