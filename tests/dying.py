"""A process that dies, as far as the disk can tell: from one operation on, none has an effect."""

import os
import sys
from collections.abc import Callable
from typing import Any

_CHANGING = frozenset(
    {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate"}
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class Died(BaseException):
    """Nothing that is done from now on is done."""


class _Death:
    """Counts what changes the disk; at `at`, counted from 1, and from then on, nothing does."""

    def __init__(self) -> None:
        self.at: int | None = None
        self.done = 0
        self.counting = False

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if self.counting and (event in _CHANGING or (event == "open" and args[2] & _WRITING)):
            self.done += 1
            if self.at is not None and self.done >= self.at:
                raise Died


_death = _Death()
_hooked: list[bool] = []


def dying_at(operation: int | None, work: Callable[[], object]) -> int:
    """Do the work, and die before this operation on the disk; how many it began (None: all)."""
    if not _hooked:  # it cannot be taken away again, and costs nothing while it does not count
        sys.addaudithook(_death)
        _hooked.append(True)
    _death.at, _death.done, _death.counting = operation, 0, True
    try:
        work()
    except Died:
        pass
    finally:
        _death.counting = False
    return _death.done
