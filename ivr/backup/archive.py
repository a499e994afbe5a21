"""The file of a backup: complete or not there, its owner's alone, and proof that it is whole."""

import hashlib
import io
import json
import os
import tarfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ivr.errors import Refusal

FORMAT = 1
_MANIFEST = "manifest.json"
_PIECE = 1 << 20


class Writer:
    """What goes into a backup; each thing under a name such as `state/secrets/ari`."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.digests: dict[str, str] = {}
        self._tar = tar

    def add(self, name: str, file: Path) -> None:
        """Put in a file, with its mode. It may not change meanwhile. Raises OSError."""
        with file.open("rb") as opened:
            info = self._tar.gettarinfo(arcname=name, fileobj=opened)
            info.uid = info.gid = 0
            info.uname = info.gname = ""
            counted = _Counted(opened)
            self._tar.addfile(info, counted)
        self.digests[name] = counted.digest.hexdigest()

    def end(self, said: Mapping[str, object]) -> None:
        """Put in the list of all that is there, which a backup cut short lacks."""
        text = json.dumps({**said, "format": FORMAT, "files": self.digests}, indent=1).encode()
        info = tarfile.TarInfo(_MANIFEST)
        info.size, info.mode = len(text), 0o600
        self._tar.addfile(info, io.BytesIO(text))


class _Counted(io.RawIOBase):
    """A file that is read once, and its digest afterwards."""

    def __init__(self, file: IO[bytes]) -> None:
        self.digest = hashlib.sha256()
        self._file = file

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


@contextmanager
def writing(file: Path) -> Iterator[Writer]:
    """A backup that appears under its name, mode 0600, once the block has ended well.

    Raises Refusal where it is there already, or cannot be written.
    """
    if file.exists():
        raise Refusal(f"{file} is there already: name another file, or remove it.")
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
                yield Writer(tar)
            out.flush()
            os.fsync(out.fileno())
        draft.rename(file)
    except OSError as error:
        what = error.filename or file
        raise Refusal(f"No backup was made: {what}: {error.strerror or error}.") from error
    finally:
        draft.unlink(missing_ok=True)


@dataclass(frozen=True, kw_only=True)
class Reader:
    """A backup that was found whole. `said` is what was said of it when it was made."""

    file: Path
    said: Mapping[str, Any]

    @property
    def names(self) -> tuple[str, ...]:
        """What is in it."""
        return tuple(self.said["files"])

    def unpack(self, places: Mapping[str, Path]) -> None:
        """Write each thing named to its place, whole or not at all, with the mode it had."""
        with tarfile.open(self.file, "r:gz") as tar:
            for member in tar:
                if place := places.get(member.name):
                    _write(tar, member, place)


def read(file: Path) -> Reader:
    """Look the whole of it through. Raises Refusal: it is damaged, cut short, or none of ours."""
    try:
        with tarfile.open(file, "r:gz") as tar:
            digests, manifest = _digests(tar)
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {error.strerror or error}.") from error
    except (tarfile.TarError, EOFError, zlib.error, ValueError) as error:
        raise Refusal(f"{file} is damaged or no backup of ours ({error}).") from error
    if not manifest or manifest.get("files") != digests:
        raise Refusal(f"{file} is not whole: something in it is missing or was changed.")
    if manifest.get("format") != FORMAT:
        raise Refusal(f"{file} was made by a newer version of this program: restore it with that.")
    return Reader(file=file, said=manifest)


def _digests(tar: tarfile.TarFile) -> tuple[Mapping[str, str], Mapping[str, Any]]:
    digests: dict[str, str] = {}
    manifest: Mapping[str, Any] = {}
    for member in tar:
        opened = tar.extractfile(member)
        if opened is None:
            raise ValueError(f"{member.name} is no file")
        if member.name == _MANIFEST:
            manifest = json.loads(opened.read())
            continue
        digest = hashlib.sha256()
        while piece := opened.read(_PIECE):
            digest.update(piece)
        digests[member.name] = digest.hexdigest()
    return digests, manifest


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, place: Path) -> None:
    opened = tar.extractfile(member)
    if opened is None:
        raise Refusal(f"{member.name} is no file.")
    mode = member.mode & 0o770
    # A file that Asterisk's group may read lies where that may look.
    place.parent.mkdir(mode=0o750 if mode & 0o040 else 0o700, parents=True, exist_ok=True)
    draft = place.with_name(f".{place.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as out:
        while piece := opened.read(_PIECE):
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    draft.rename(place)
