"""What Asterisk reads of the configuration: written, and told to it where it has changed."""

import asyncio
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from ivr import backing
from ivr.adapters import clips
from ivr.adapters.ami import AmiFailed, AmiTarget, read_anew
from ivr.configuring import NotTold
from ivr.domain.service import Service
from ivr.embedded import dialplan_check
from ivr.embedded.asterisk import NEEDS_RESTART, AsteriskAccess, EmbeddedAsterisk
from ivr.errors import Refusal
from ivr.settings import AmiServer

TELL_IT = (
    "your own Asterisk is not told of the hours, lines and phones by which it serves alone, for"
    " IVR_AMI is not set: run `ivr asterisk build FOLDER --reload` where that has made its files,"
    " else `ivr dialplan build FOLDER`, and have it reload the dialplan and its queues"
)


class Asterisk(Protocol):
    """The Asterisk that the line stands on, as far as it reads files.

    `ami` is how it is reached now for that; None where nobody has said.
    """

    @property
    def ami(self) -> AmiTarget | None:
        """See above."""
        ...

    def check(self) -> Sequence[str]:
        """What it finds doubtful in what an administrator has written, a line each.

        Blocking. Raises Refusal for what it would not take.
        """
        ...

    async def tell(self, service: Service) -> Sequence[str]:
        """Have it go by this service; what a person has to do there. Raises NotTold."""
        ...


class Ours:
    """The embedded one, by the configuration in force. `ami` is how it is reached now."""

    def __init__(self, asterisk: EmbeddedAsterisk, ami: AmiTarget) -> None:
        self.ami = ami
        self._asterisk = asterisk
        self._untold: frozenset[str] = frozenset()
        self._sound: Mapping[str, str] = {}  # what was edited, and has been found in order
        self._one_at_a_time = threading.Lock()  # who starts it writes the same files

    def runs(self) -> bool:
        """See `ivr.embedded.kept.Server`."""
        return self._asterisk.runs()

    def ensure_running(self) -> AsteriskAccess:
        """See `ivr.embedded.kept.Server`."""
        with self._one_at_a_time:
            return dialplan_check.startable(self._asterisk).ensure_running()

    def stop(self) -> None:
        """See `ivr.embedded.kept.Server`."""
        self._asterisk.stop()

    def check(self) -> Sequence[str]:
        """See Asterisk. Another Asterisk is started for that, for some seconds."""
        own, edited = self._asterisk, self._asterisk.edited()
        if gone := sorted(own.gone()):
            raise Refusal(
                f"{own.dialplan_dir / gone[0]} was here and is gone: put it back, or save it empty"
                " first."
            )
        if not edited or edited == self._sound:
            return []
        found = dialplan_check.loaded(own.root, own.dialplan_dir, own.generated)
        if dialplan_check.lints():
            found += dialplan_check.linted(own.dialplan_dir, own.generated)
        if mistakes := [str(complaint) for complaint in found if complaint.serious]:
            raise Refusal("\n".join(mistakes))
        self._sound = edited
        return [str(complaint) for complaint in found]

    async def tell(self, service: Service) -> Sequence[str]:
        """See Asterisk."""
        try:
            self._untold |= await asyncio.to_thread(self._renewed, service)
        except Refusal as refusal:
            raise NotTold(str(refusal)) from None
        await _told(self.ami, self._untold)
        at_start = sorted(self._untold & NEEDS_RESTART)
        self._untold = frozenset()
        return [f"{name} is read by Asterisk when it starts, and not before" for name in at_start]

    def _renewed(self, service: Service) -> frozenset[str]:
        """Nothing is written that Asterisk might not take."""
        with self._one_at_a_time:
            return self._written(service)

    def _written(self, service: Service) -> frozenset[str]:
        generated = backing.alone(service)
        self._asterisk = replace(self._asterisk, accounts=service.phones, generated=generated)
        edited = self._asterisk.edited()
        if unsound := self._asterisk.gone() or (edited != self._sound and edited):
            raise Refusal(f"{next(iter(unsound))} has been edited and is not checked yet.")
        return self._asterisk.renewed()


class Others:
    """Somebody else's, which we may write to and tell."""

    def __init__(self, server: AmiServer) -> None:
        self._folder = server.folder
        self.ami = AmiTarget(address=server.address, user=server.user, password=server.password)
        self._untold: frozenset[str] = frozenset()

    def check(self) -> Sequence[str]:
        """See Asterisk. Its people check what they write."""
        return []

    async def tell(self, service: Service) -> Sequence[str]:
        """See Asterisk."""
        try:
            written = await asyncio.to_thread(_written, self._folder, service)
        except Refusal as refusal:
            raise NotTold(str(refusal)) from None
        self._untold |= written
        await _told(self.ami, self._untold)
        self._untold = frozenset()
        return []


class Untold:
    """Somebody else's, which a person has to tell."""

    ami: AmiTarget | None = None

    def __init__(self) -> None:
        self._known: Mapping[str, str] | None = None

    def check(self) -> Sequence[str]:
        """See Asterisk. Its people check what they write."""
        return []

    async def tell(self, service: Service) -> Sequence[str]:
        """See Asterisk."""
        known, self._known = self._known, await asyncio.to_thread(backing.alone, service)
        return [] if known in (None, self._known) else [TELL_IT]


def _written(folder: Path, service: Service) -> frozenset[str]:
    """The files that said something else. Raises Refusal."""
    files = backing.alone(service)
    changed = [name for name, text in files.items() if _said(folder / name) != text]
    for name in changed:
        clips.write(folder / name, files[name].encode())
    return frozenset(changed)


def _said(file: Path) -> str | None:
    try:
        return file.read_text()
    except (OSError, UnicodeDecodeError):
        return None


async def _told(ami: AmiTarget, files: Collection[str]) -> None:
    if not files:
        return
    try:
        await read_anew(ami, files)
    except AmiFailed as failed:
        raise NotTold(f"Asterisk has not read it: {failed}.") from None
