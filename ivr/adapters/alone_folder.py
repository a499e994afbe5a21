"""Where Asterisk notes the calls that it serves alone: a file a call, on the disk at once."""

import asyncio
import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

import structlog

from ivr.domain.alone_notes import Noted, read
from ivr.domain.call import ChannelId
from ivr.errors import Refusal

log = structlog.get_logger(__name__)

# linux/fs.h: what is written in a folder with this flag is on the disk when write() returns. The
# dialplan has no fsync; on ext4 an appended line takes 0.3 ms with the flag and 0.01 ms without.
_GET_FLAGS, _SET_FLAGS, _SYNCHRONOUS = 0x80086601, 0x40086602, 0x8


_SUFFIX = ".call"
_LONGEST = 4096  # a file is a few lines; what is longer is none of ours


class AloneFolder:
    """The files in the folder. Implements `ivr.ports.AloneNotes`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def noted(self) -> Sequence[Noted]:
        """See `ivr.ports.AloneNotes`."""
        return await asyncio.to_thread(self._read)

    async def forget(self, channel: ChannelId) -> None:
        """See `ivr.ports.AloneNotes`."""
        await asyncio.to_thread((self._folder / f"{channel}{_SUFFIX}").unlink, missing_ok=True)

    def _read(self) -> Sequence[Noted]:
        found: list[Noted] = []
        for file in self._folder.glob(f"*{_SUFFIX}"):
            with file.open(encoding="ascii", errors="replace") as opened:
                noted = read(ChannelId(file.stem), opened.read(_LONGEST))
            if noted is None:
                log.error("alone.unreadable_notes", file=file.name)
                file.rename(file.with_suffix(".unreadable"))
            else:
                found.append(noted)
        return sorted(found, key=lambda noted: (noted.arrived, noted.channel))


def prepare(folder: Path) -> None:
    """Make the folder, its owner's alone, and have what is written there written at once.

    Raises Refusal when it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal(f"{folder} cannot be made ({error.strerror}): set IVR_ALONE_DIR.") from error
    try:
        _write_through(folder)
    except OSError as error:
        # Some file systems know no such flag; then a power cut may cost the last half minute.
        log.warning("alone.not_written_through", folder=str(folder), reason=error.strerror)


def _write_through(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        flags = bytearray(8)
        fcntl.ioctl(opened, _GET_FLAGS, flags, True)
        wanted = int.from_bytes(flags, "little") | _SYNCHRONOUS
        fcntl.ioctl(opened, _SET_FLAGS, wanted.to_bytes(8, "little"))
    finally:
        os.close(opened)
