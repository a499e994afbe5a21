"""The sound of one version of the prompts, which stays as it is for as long as calls play it."""

import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from ivr.adapters.clips import ClipKey
from ivr.adapters.speech import Prompts
from ivr.domain.call import Language
from ivr.errors import Refusal

FOLDER = "kept"
# In the folder of a version that is in force no more: since when.
_UNTIL = ".until"
# No call lasts so long: what was in force until then is played by nobody.
_PLAYED_S = 24 * 3600.0


def kept(prompts: Prompts, *, only: bool) -> Prompts:
    """The same prompts out of a folder of their own, under theirs, that no later build changes.

    The files are linked, not copied, where the file system can. `only`: what else is kept there
    may go once no call plays it any more; a standby leaves it to whom it waits for. Raises Refusal.
    """
    sounds = dict(_sounds(prompts))
    said = "\n".join(f"{name} {_version(file)}" for name, file in sounds.items())
    folder = prompts.folder / FOLDER / hashlib.sha256(said.encode()).hexdigest()[:16]
    try:
        if not folder.is_dir():
            _fill(folder, sounds)
        (folder / _UNTIL).unlink(missing_ok=True)
        for other in folder.parent.iterdir():
            if only and other != folder:
                _let_go(other)
    except OSError as error:
        raise Refusal(f"{folder} cannot be written: {error.strerror}; free its disk.") from error
    return replace(prompts, folder=folder)


def _sounds(prompts: Prompts) -> Iterator[tuple[str, Path]]:
    """The files of the clips, in whichever formats, by their names under the folder."""
    for language in Language:
        for file in sorted((prompts.folder / language).rglob("*.*")):
            name = file.relative_to(prompts.folder)
            if ClipKey(str(name.with_suffix(""))) in prompts.seconds:
                yield str(name), file


def _version(file: Path) -> str:
    found = file.stat()
    return f"{found.st_ino} {found.st_size} {found.st_mtime_ns}"


def _fill(folder: Path, sounds: dict[str, Path]) -> None:
    """Whole or not at all."""
    draft = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    for name, file in sounds.items():
        (draft / name).parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(file, draft / name)
        except OSError:
            shutil.copy2(file, draft / name)
    try:
        draft.rename(folder)
    except OSError:
        if not folder.is_dir():  # else another controller was faster
            raise
        shutil.rmtree(draft)


def _let_go(folder: Path) -> None:
    """Calls in progress may play it still."""
    until = folder / _UNTIL
    if not until.exists():
        until.touch()
    elif until.stat().st_mtime < time.time() - _PLAYED_S:
        shutil.rmtree(folder, ignore_errors=True)
