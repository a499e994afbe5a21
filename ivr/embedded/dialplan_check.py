"""Whether Asterisk takes the configuration in `dialplan/`, and a linter finds it sound.

With what is generated beside it from the lines as shipped.
"""

import shutil
import socket
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from ivr import config
from ivr.adapters import dialplan
from ivr.embedded.asterisk import EmbeddedAsterisk
from ivr.embedded.packages import Root, ensure
from ivr.errors import Refusal
from ivr.settings import PROJECT_ROOT, Address, PortRange, Settings

_LOUD = "[general]\n[logfiles]\nmessages => warning,error\n"
_SECOND_OF_SILENCE = bytes(8000 * 2)  # 8 kHz, 16 bits: a `.sln` file
_LINTER = Path(sys.executable).with_name("asterisklint")


def problems(root: Root, dialplan_dir: Path, scratch: Path) -> list[str]:
    """What Asterisk and the linter say against the folder; empty when all is well.

    An Asterisk is started beside any other, on ports of its own, and ended. `scratch` is an
    existing folder for what it writes. The linter is used where it is installed.
    """
    with tempfile.TemporaryDirectory(dir=scratch, prefix="check-") as place:
        asterisk = _trial(root, dialplan_dir, Path(place))
        try:
            found = _loaded(asterisk) + _linted(asterisk.configuration / "extensions.conf")
        finally:
            asterisk.stop()
    return [line.replace(str(asterisk.configuration), dialplan_dir.name) for line in found]


def _trial(root: Root, dialplan_dir: Path, place: Path) -> EmbeddedAsterisk:
    (place / "prompts" / "music").mkdir(parents=True)
    (place / "prompts" / "music" / "silence.sln").write_bytes(_SECOND_OF_SILENCE)
    shutil.copytree(dialplan_dir, place / "dialplan")
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
        generated=dialplan.files(config.load(PROJECT_ROOT / "config"), datetime.now(UTC)),
    )


def _loaded(asterisk: EmbeddedAsterisk) -> list[str]:
    try:
        asterisk.ensure_running()
    except Refusal as refusal:
        return asterisk.complaints() or [str(refusal)]
    return asterisk.complaints()


def _linted(extensions: Path) -> list[str]:
    if not _LINTER.exists():
        return []
    done = subprocess.run(
        [str(_LINTER), "dialplan-check", str(extensions)],
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout + done.stderr).splitlines()


def main() -> int:
    """Check the project's own folder; print what is wrong. The exit code says whether it is."""
    try:
        settings = Settings.from_environment()
        root = ensure(settings.packages_dir, mirror=settings.debian_mirror)
        found = problems(root, PROJECT_ROOT / "dialplan", settings.state_dir)
    except Refusal as refusal:
        found = [str(refusal)]
    sys.stdout.writelines(f"{line}\n" for line in found or ["dialplan: no problems"])
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
