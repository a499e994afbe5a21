"""Whether somebody has saved anything in the folders of the configuration since a look at them."""

import time
from collections.abc import Iterator
from pathlib import Path

Sign = tuple[tuple[str, ...], ...]

# Two saves within the same tick of the file system's clock leave the same time behind. What was
# saved so lately is looked at once more.
_YOUNG_S = 0.1
_YOUNG = "young"


def sign(*folders: Path) -> Sign:
    """Differs from the sign of an earlier look if a file was saved, added or taken away since.

    By names, times, sizes and inodes: nothing is read, so that a large file, or one that never
    ends, costs nothing. A link to nowhere is a file that is not there.
    """
    now = time.time()
    return tuple(_seen(path, now) for folder in folders for path in sorted(_files(folder)))


def is_young(seen: Sign) -> bool:
    """Whether something was saved just before that look, and perhaps not to its end."""
    return any(file[-1] == _YOUNG for file in seen)


def alike(one: Sign, other: Sign) -> bool:
    """Whether nothing has been saved between these looks, however lately before them."""
    return [file[:-1] for file in one] == [file[:-1] for file in other]


def _files(folder: Path) -> Iterator[Path]:
    """What we or Asterisk read, but for files hidden (an editor's); recordings of prompts."""
    yield from folder.glob("[!.]*.yaml")
    yield from folder.glob("[!.]*.conf")
    yield from (folder / "recordings").rglob("*.*")


def _seen(path: Path, now: float) -> tuple[str, ...]:
    name = str(path)
    try:
        found = path.stat()
    except OSError:
        return name, ""
    changed = max(found.st_mtime, found.st_ctime)
    young = _YOUNG if changed > now - _YOUNG_S else ""
    return name, str(found.st_mtime_ns), str(found.st_size), str(found.st_ino), young
