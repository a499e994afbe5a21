"""How a file is read that somebody else has put there: only if it is one, and to a bound."""

import stat
from pathlib import Path

from ivr.errors import Refusal


def content(file: Path, most: int) -> bytes:
    """The file's bytes, of which there may be so many. Blocking, but never for long.

    Whatever else lies there under its name (a folder, a pipe that nobody writes to, a device
    without an end) is not waited for. Raises Refusal, with the file's name.
    """
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise Refusal(f"{file} is no file but a folder or a device: put the file in its place")
        with file.open("rb") as opened:
            found = opened.read(most + 1)
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {error.strerror or error}") from error
    if len(found) > most:
        raise Refusal(f"{file} is not used: it is larger than {most // 10**6} MB")
    return found
