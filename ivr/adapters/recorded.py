"""What an administrator has recorded by telephone is brought to the level of the prompts."""

import os
from pathlib import Path
from typing import Final

import structlog

log = structlog.get_logger(__name__)

SUFFIX: Final = ".alaw"
# What is fainter has nothing said in it, and would be made into noise.
FAINT_DBFS: Final = -50.0


def level(file: Path) -> None:
    """Replace the recording by one as loud as the prompts, as long as before. Blocking.

    Where it is not at hand (Asterisk may be on another host) or cannot be replaced it stays as it
    is, and can be heard all the same; the log says so.
    """
    try:
        loud = _levelled(file.read_bytes())
        if loud is not None:
            _replace(file, loud)
    except OSError as error:
        log.warning("notice.not_levelled", file=str(file), reason=error.strerror)


def _levelled(narrow: bytes) -> bytes | None:
    """A-law at the level of the prompts; None where nothing is said in it."""
    from ivr.adapters import sound  # noqa: PLC0415 - a start that has nothing to level goes without

    samples = sound.from_alaw(narrow)
    if sound.dbfs(sound.level(samples)) < FAINT_DBFS:
        return None
    return sound.alaw(sound.at_level(samples, sound.SPEECH_DBFS))


def _replace(file: Path, data: bytes) -> None:
    """In one step; Asterisk, perhaps another user, must be able to read it as it was."""
    was = file.stat()
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        draft.write_bytes(data)
        if draft.stat().st_gid != was.st_gid:
            os.chown(draft, -1, was.st_gid)
        draft.chmod(was.st_mode & 0o777 | 0o440)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
