"""Which process has the outbox, and whether another one waits for it; the kernel keeps count."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from ivr.errors import Refusal


class Taken(Refusal):
    """Another process has the outbox: `owner`, or None where it has not said who it is."""

    def __init__(self, path: Path, owner: int | None) -> None:
        super().__init__(
            f"The outbox {path} belongs to a running controller (process {owner or 'unknown'}):"
            " stop that one, or give this one an IVR_STATE_DIR of its own."
        )
        self.owner = owner


def own(path: Path) -> TextIO:
    """Lock the file for this process; the kernel lets go of it when the process ends.

    Raises Taken when another process has it.
    """
    lock = os.fdopen(private(_lock_file(path)), "r+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        said = lock.read(20).strip()
        lock.close()
        raise Taken(path, int(said) if said.isdecimal() else None) from None
    _say_who(lock)
    return lock


def _say_who(lock: TextIO) -> None:
    """In place, because a disk that is full has no room to begin anew."""
    said = f"{os.getpid()}\n".encode()
    with suppress(OSError):  # the outbox is ours all the same, and the line needs somebody
        os.pwrite(lock.fileno(), said, 0)
        os.ftruncate(lock.fileno(), len(said))


def has(process: int, path: Path) -> bool:
    """Whether the process is one that has the outbox's lock open, and so not just any other.

    False as well for what cannot be looked at: a process of another user, container or host.
    """
    wanted = str(_lock_file(path).resolve())
    with suppress(OSError):
        for descriptor in Path(f"/proc/{process}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed meanwhile
                if str(descriptor.readlink()) == wanted:
                    return True
    return False


@contextmanager
def waiting(path: Path) -> Iterator[None]:
    """Let whoever has the outbox know that somebody waits for it, for as long as the block lasts.

    Several may wait.
    """
    with os.fdopen(private(_queue_file(path)), "r+") as queue:
        fcntl.flock(queue, fcntl.LOCK_SH)
        yield


def awaited(path: Path) -> bool:
    """Whether somebody waits for the outbox now."""
    with os.fdopen(private(_queue_file(path)), "r+") as queue:
        try:
            fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def private(path: Path) -> int:
    """Open or create a file that nobody else may read."""
    return os.open(path, os.O_CREAT | os.O_RDWR, 0o600)


def _lock_file(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _queue_file(path: Path) -> Path:
    return path.with_name(path.name + ".queue")
