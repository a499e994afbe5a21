"""How a server that refuses to run as root is run when root starts it."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ivr.errors import Refusal

_USER = "nobody"  # always there; `useradd` would change the host

# Root's folders are often closed to others (`/root`, a temporary folder). There the server
# keeps one of root's powers: passing closed doors. It still owns its data alone. initdb asks
# access(2) for its programs, which forgets that power without no_setuid_fixup: capabilities(7).
_PASS_CLOSED_DOORS = (
    *("--inh-caps", "+dac_override", "--ambient-caps", "+dac_override"),
    *("--securebits", "+no_setuid_fixup"),
)


def prefix(program: Path, folders: Sequence[Path]) -> tuple[str, ...]:
    """What to put before the command of a server; nothing unless we are root.

    That server must reach `program` and write in `folders`. Raises Refusal.
    """
    if os.geteuid() != 0:
        return ()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise Refusal(
            "Postgres does not run as root, and this host has no `setpriv` (package util-linux) to"
            " run it as somebody else: start the line as an ordinary user."
        )
    user = pwd.getpwnam(_USER)
    become = (setpriv, "--reuid", str(user.pw_uid), "--regid", str(user.pw_gid), "--clear-groups")
    for command in ((*become, "--"), (*become, *_PASS_CLOSED_DOORS, "--")):
        if _can(command, program, folders):
            return command
    raise Refusal(
        f"Postgres does not run as root, and the user {_USER} cannot get at {program} or"
        f" {folders[0]}: start the line as an ordinary user, or move the clone to a folder that"
        " everybody may enter."
    )


def uid() -> int:
    """The user id that such a server runs with."""
    return pwd.getpwnam(_USER).pw_uid if os.geteuid() == 0 else os.geteuid()


def give(path: Path) -> None:
    """Make a file or folder the server's own; nothing unless we are root."""
    if os.geteuid() == 0:
        os.chown(path, uid(), pwd.getpwnam(_USER).pw_gid)


def _can(command: Sequence[str], program: Path, folders: Sequence[Path]) -> bool:
    """Whether a command prefix lets a process run `program` and write in `folders`."""
    script = 'program=$1; shift; for f; do test -w "$f" || exit 1; done; "$program" --version'
    attempt = ["/bin/sh", "-c", script, "sh", str(program), *map(str, folders)]
    done = subprocess.run([*command, *attempt], cwd="/", capture_output=True, check=False)
    return done.returncode == 0
