"""The notices as files, one a line: what somebody puts there is heard by the next caller."""

import asyncio
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

import structlog

from ivr.adapters import clips, recorded
from ivr.adapters.clips import ClipKey, Sounds
from ivr.domain.call import LineId
from ivr.domain.notice import RECORDING, Notice, Spoken, closures, decode, encode, in_force
from ivr.domain.schedule import Interval
from ivr.errors import Refusal
from ivr.ports import Media, NotKept, Utterance

log = structlog.get_logger(__name__)

LOOK_EVERY_S: Final = 1.0
_Mark = tuple[int, int, int]
"""By what a file is known again: inode, size, and when it was changed, its rights included."""


@dataclass(frozen=True, kw_only=True)
class _Read:
    """One look at the folder: each file as it was, and what could be read of it."""

    marks: Mapping[Path, _Mark] = field(default_factory=dict)
    notices: Mapping[Path, Notice] = field(default_factory=dict)


class NoticeFolder:
    """The notices of one folder, as they were at the last look. Implements `ivr.ports.Notices`.

    `prompts` is where the clips lie: the switch sees them there. `recordings` is where the switch
    keeps what it has recorded; None where that does not matter.
    """

    def __init__(self, folder: Path, prompts: Path, recordings: Path | None = None) -> None:
        self._folder = folder
        self._recordings = recordings
        self._prompts = prompts.resolve()
        self._read = _Read()
        self._known: dict[LineId, Notice] = {}
        self._closures: dict[LineId, Interval] = {}
        self.look()

    @property
    def closures(self) -> Mapping[LineId, Interval]:
        """See `ivr.ports.Notices`."""
        return MappingProxyType(self._closures)

    @property
    def known(self) -> Mapping[LineId, Notice]:
        """All that are kept, also those that have ended by themselves."""
        return MappingProxyType(self._known)

    def of(self, line: LineId, now: datetime) -> Notice | None:
        """See `ivr.ports.Notices`."""
        return in_force(self._known.get(line), now)

    def sound(self, spoken: Spoken) -> Utterance:
        """See `ivr.ports.Notices`."""
        kept_there = spoken.sound.startswith(RECORDING)
        media = spoken.sound if kept_there else f"{self._prompts}/{spoken.sound}"
        return Utterance(media=(Media(media),), seconds=spoken.seconds)

    async def put(self, notice: Notice) -> None:
        """See `ivr.ports.Notices`."""
        try:
            await asyncio.to_thread(self._level_and_write, notice)
        except Refusal as refusal:
            log.exception("notice.not_kept", line=notice.line)
            raise NotKept from refusal
        self.look()

    async def end(self, line: LineId) -> None:
        """See `ivr.ports.Notices`."""
        try:
            await asyncio.to_thread(self.remove, line)
        except Refusal as refusal:
            log.exception("notice.not_ended", line=line)
            raise NotKept from refusal
        self.look()

    async def watch(self) -> None:
        """Look for what others have put there or taken away, for ever."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            before = self._read
            read = await asyncio.to_thread(_look, self._folder, before)
            if self._read is before:  # else somebody here has looked since
                self._take(read)

    def look(self) -> None:
        """Look now. Blocking."""
        self._take(_look(self._folder, self._read))

    def write(self, notice: Notice) -> None:
        """Put it there. Blocking. Raises Refusal."""
        _put(self._file(notice.line), encode(notice))

    def _level_and_write(self, notice: Notice) -> None:
        """What was recorded is as loud as the prompts before anybody hears it. Raises Refusal."""
        for spoken in notice.spoken.values():
            if self._recordings is not None and spoken.sound.startswith(RECORDING):
                name = spoken.sound.removeprefix(RECORDING)
                recorded.level(self._recordings / f"{name}{recorded.SUFFIX}")
        self.write(notice)

    def remove(self, line: LineId) -> None:
        """Take it away. Blocking. Raises Refusal."""
        file = self._file(line)
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise Refusal(f"{file} cannot be removed: {error.strerror or error}") from error

    def keep(self, sound: str, made: Sounds) -> None:
        """Put the clip of this name where the switch sees it. Raises Refusal."""
        clips.write(clips.path(self._prompts, ClipKey(sound)), made.narrow)
        if made.wide is not None:
            clips.write(clips.wide_path(self._prompts, ClipKey(sound)), made.wide)

    @property
    def sounds_dir(self) -> Path:
        """Where the clips lie."""
        return clips.path(self._prompts, ClipKey("notices/any")).parent

    def clips(self) -> list[Path]:
        """The files of all clips that were put there."""
        folder = self.sounds_dir
        return [*folder.glob(f"*{clips.SUFFIX}"), *folder.glob(f"*{clips.WIDE_SUFFIX}")]

    def _file(self, line: LineId) -> Path:
        return self._folder / f"{line}.json"

    def _take(self, read: _Read) -> None:
        self._read = read
        known = {each.line: each for each in read.notices.values()}
        for line in self._known.keys() - known.keys():
            log.info("notice.taken_away", line=line)
        for line, notice in known.items():
            if self._known.get(line) != notice:
                until = notice.until.isoformat()
                log.info("notice.put", line=line, until=until, closes=notice.closes)
        self._known = known
        # Changed in place: whoever has been given the view has it for good.
        shut = closures(known.values())
        for line in self._closures.keys() - shut.keys():
            del self._closures[line]
        self._closures.update(shut)


def _look(folder: Path, before: _Read) -> _Read:
    """The folder as it is; what has not changed is not read again."""
    marks: dict[Path, _Mark] = {}
    notices: dict[Path, Notice] = {}
    for file in sorted(folder.glob("*.json")):
        if (mark := _mark(file)) is None:
            continue
        marks[file] = mark
        found = before.notices.get(file) if before.marks.get(file) == mark else _read(file)
        if found is not None:
            notices[file] = found
    return _Read(marks=marks, notices=notices)


def _mark(file: Path) -> _Mark | None:
    try:
        at = file.stat()
    except OSError:  # taken away in this moment
        return None
    return at.st_ino, at.st_size, at.st_ctime_ns


def _read(file: Path) -> Notice | None:
    """The notice in a file; None, and a word in the log, for one that is damaged or misnamed."""
    try:
        notice = decode(file.read_text("utf-8"))
        if notice.line != file.stem:
            raise ValueError(f"it is for the line {notice.line!r}")
    except (OSError, ValueError) as error:
        log.error("notice.unreadable", file=str(file), reason=str(error))  # noqa: TRY400 - no fault of ours
        return None
    return notice


def _put(file: Path, text: str) -> None:
    """Write a file so that a reader sees the old one or the whole new one, also after a crash."""
    draft = file.with_name(f".{file.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        reason = error.strerror or error
        raise Refusal(f"{file} cannot be written: {reason}; free or unlock its folder") from error
