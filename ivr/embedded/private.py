"""Files that their owner alone may read, complete or not there."""

import os
from pathlib import Path


def write_private(file: Path, text: str, *, mode: int = 0o600) -> None:
    """Write the whole file or nothing; a missing folder is made with mode 0700."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as out:
        out.write(text)
    new.rename(file)
