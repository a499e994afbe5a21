"""Whether Asterisk takes the configuration in `dialplan/`, and a linter finds it sound.

With what is generated beside it from the lines.
"""

import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from ivr import config
from ivr.adapters import dialplan
from ivr.embedded import packages
from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.embedded.asterisk_config import administrators
from ivr.embedded.packages import Root
from ivr.errors import Refusal
from ivr.settings import PROJECT_ROOT, Address, PortRange, Settings

log = structlog.get_logger(__name__)

_LOUD = "[general]\n[logfiles]\nmessages => warning,error\n"
_SECOND_OF_SILENCE = bytes(8000 * 2)  # 8 kHz, 16 bits: a `.sln` file
_LINTER = Path(sys.executable).with_name("asterisklint")
_LINTED = re.compile(r"(?P<place>\S+:\d+) (?P<text>(?P<level>[EWH])_.*)")
_LOGGED = re.compile(r"\[[^]]*\] (?P<level>ERROR|WARNING)\[\d+\] (?P<text>.*)")


@dataclass(frozen=True, kw_only=True, order=True)
class Complaint:
    """What Asterisk or the linter says against a file, in their words; a warning if not serious."""

    place: str
    text: str
    serious: bool

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


def at_hand(settings: Settings) -> Root | None:
    """The Asterisk that can be started here: the one unpacked for us, or the host's; else None."""
    host = Root(path=Path("/"))
    return packages.installed(settings.packages_dir) or (host if host.has("asterisk") else None)


def lints() -> bool:
    """Whether the linter is installed."""
    return _LINTER.exists()


def loaded(root: Root, folder: Path, generated: Mapping[str, str]) -> list[Complaint]:
    """What Asterisk says against the configuration in the folder; empty when all is well.

    One is started beside any other, on ports of its own, and ended. `generated` are the files
    that depend on the lines. Raises Refusal for a folder that cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="ivr-check-") as place:
        asterisk = _trial(root, folder, generated, Path(place))
        try:
            said = _started(asterisk)
        finally:
            asterisk.stop()
    return [
        _logged(line.replace(str(asterisk.configuration), str(folder)), folder) for line in said
    ]


def linted(folder: Path, generated: Mapping[str, str]) -> list[Complaint]:
    """What the linter says against the dialplan; it must be installed. Raises Refusal."""
    with tempfile.TemporaryDirectory(prefix="ivr-check-") as place:
        _copy(folder, Path(place))
        for name, text in {"local/globals.conf": "PROMPTS=\nRECORDS=\n", **generated}.items():
            (Path(place) / name).parent.mkdir(exist_ok=True)
            (Path(place) / name).write_text(text)
        done = subprocess.run(
            [str(_LINTER), "dialplan-check", f"{place}/extensions.conf"],
            capture_output=True,
            text=True,
            check=False,
        )
        said = (done.stdout + done.stderr).replace(place, str(folder))
    return [_linted(line, folder) for line in said.splitlines()]


def startable(asterisk: EmbeddedAsterisk) -> EmbeddedAsterisk:
    """The same, without what was edited since it was last told of it and may not be sound.

    The line goes on by what it had, as while it runs; there it is checked, and told of the rest.
    An Asterisk that runs has calls on it, and is not given what nobody has tried.
    """
    if not asterisk.configuration.is_dir():
        return asterisk
    try:
        sound = not asterisk.gone() and (not asterisk.edited() or _starts_with_it(asterisk))
    except Refusal as refusal:
        log.warning("dialplan.as_it_was", why=str(refusal))
        sound = False
    return asterisk if sound else asterisk.as_last_written()


def _starts_with_it(asterisk: EmbeddedAsterisk) -> bool:
    if asterisk.runs():
        return False
    found = loaded(asterisk.root, asterisk.dialplan_dir, asterisk.generated)
    return not any(complaint.serious for complaint in found)


def _trial(root: Root, folder: Path, generated: Mapping[str, str], place: Path) -> EmbeddedAsterisk:
    (place / "prompts" / "music").mkdir(parents=True)
    (place / "prompts" / "music" / "silence.sln").write_bytes(_SECOND_OF_SILENCE)
    _copy(folder, place / "dialplan")
    (place / "dialplan" / "logger.conf").write_text(_LOUD)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    return EmbeddedAsterisk(
        root=root,
        state_dir=place,
        dialplan_dir=place / "dialplan",
        prompts_dir=place / "prompts",
        sip=Address(host="127.0.0.1", port=port),
        rtp=PortRange(first=20000, last=29999),
        accounts=("counsellor",),
        generated=generated,
    )


def _copy(folder: Path, place: Path) -> None:
    place.mkdir(exist_ok=True)
    for name, text in administrators(folder):
        (place / name).write_text(text, encoding="utf-8")


def _started(asterisk: EmbeddedAsterisk) -> list[str]:
    try:
        asterisk.ensure_running()
    except Refusal as refusal:
        return asterisk.complaints() or [str(refusal)]
    return asterisk.complaints()


def _logged(line: str, folder: Path) -> Complaint:
    found = _LOGGED.fullmatch(line)
    if found is None:  # what Asterisk said before it had a log, or why it did not start
        return Complaint(place=str(folder), text=line, serious=True)
    return Complaint(place=str(folder), text=found["text"], serious=found["level"] == "ERROR")


def _linted(line: str, folder: Path) -> Complaint:
    found = _LINTED.fullmatch(line)
    if found is None:
        return Complaint(place=str(folder), text=line, serious=True)
    return Complaint(place=found["place"], text=found["text"], serious=found["level"] == "E")


def main() -> int:
    """Check the project's own folder; print what is wrong. The exit code says whether it is."""
    try:
        found = [str(complaint) for complaint in _all()]
    except Refusal as refusal:
        found = [str(refusal)]
    sys.stdout.writelines(f"{line}\n" for line in found or ["dialplan: no problems"])
    return 1 if found else 0


def _all() -> Iterator[Complaint]:
    settings = Settings.from_environment()
    root = packages.ensure(settings.packages_dir, mirror=settings.debian_mirror)
    generated = dialplan.files(config.load(PROJECT_ROOT / "config"), datetime.now(UTC))
    yield from loaded(root, PROJECT_ROOT / "dialplan", generated)
    if lints():
        yield from linted(PROJECT_ROOT / "dialplan", generated)


if __name__ == "__main__":
    sys.exit(main())
