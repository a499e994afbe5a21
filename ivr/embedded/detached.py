"""Servers that outlive the command which started them, and how they are found and ended again."""

import contextlib
import errno
import os
import random
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from ivr.embedded import unprivileged
from ivr.errors import Refusal
from ivr.settings import Address

# sockaddr_un holds 108 bytes with the final zero (unix(7)).
_SOCKET_PATH_MAX = 107
_POLL_S = 0.02
_SERVER_PORTS = range(20000, 30000)


def spawn(command: Sequence[str], environment: Mapping[str, str], log: Path) -> int:
    """Start a program in a process group of its own, its output in `log`; return its process id.

    It survives the end of this process, a Ctrl-C in its terminal, and its closing. No
    session of its own: Linux shares the processor between sessions first (sched(7),
    autogroups), and one full of busy programs left Asterisk's without any for seconds.
    """
    write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    return os.posix_spawn(
        command[0],
        list(command),
        dict(environment),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), write, 0o600),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
        setpgroup=0,
        setsigmask=(),
        setsigdef=(signal.SIGHUP, signal.SIGINT, signal.SIGPIPE, signal.SIGQUIT, signal.SIGTERM),
    )


def is_running(pid: int, mark: str) -> bool:
    """Whether `pid` lives and is ours: `mark` is one of the words of its command line."""
    running = _is_ours(pid, mark)
    if not running:
        with contextlib.suppress(ChildProcessError):  # not our child: another command started it
            os.waitpid(pid, os.WNOHANG)
    return running


def _is_ours(pid: int, mark: str) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        return os.fsencode(mark) in words or (words == [b""] and _is_changing(pid))
    except (FileNotFoundError, ProcessLookupError):
        return False


def _is_changing(pid: int) -> bool:
    """Whether a process without a command line is being replaced (execve(2)) or still ending.

    The dead that nobody has waited for (Z, X: proc_pid_stat(5)) have none either; but
    one whose first thread is dead lives, ports and all, until its other threads are.
    """
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    threads = list(Path(f"/proc/{pid}/task").iterdir())
    return after_name.split()[0] not in {"Z", "X"} or len(threads) > 1


def end(pid: int, mark: str, signals: Sequence[signal.Signals], *, patience_s: float) -> None:
    """Send the signals one after another, each with `patience_s` to work, until `pid` is gone."""
    for number in signals:
        if not is_running(pid, mark):
            return
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return
        wait_until(lambda: not is_running(pid, mark), patience_s)


def wait_until(done: Callable[[], bool], bound_s: float) -> bool:
    """Poll until `done` or the bound; tell which."""
    deadline = time.monotonic() + bound_s
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


def socket_folder(preferred: Path, socket_name: str) -> Path:
    """A private folder whose path is short enough for a Unix socket; made if need be.

    It is `preferred` where that fits. Where it does not, a folder among the host's
    temporary ones stands in, and a link beside `preferred` remembers it.
    """
    if len(os.fsencode(preferred / socket_name)) <= _SOCKET_PATH_MAX:
        preferred.mkdir(parents=True, exist_ok=True, mode=0o700)
        return preferred
    memory = preferred.with_name(f"{preferred.name}.short")
    if memory.is_dir() and memory.stat().st_uid in {os.geteuid(), unprivileged.uid()}:
        return memory.readlink()
    memory.unlink(missing_ok=True)
    memory.parent.mkdir(parents=True, exist_ok=True)
    short = Path(tempfile.mkdtemp(prefix="ivr-"))
    memory.symlink_to(short)
    return short


def remove_socket_folder(preferred: Path) -> None:
    """Leave no stand-in of `socket_folder` among the host's temporary folders."""
    memory = preferred.with_name(f"{preferred.name}.short")
    if memory.is_symlink():
        shutil.rmtree(memory.readlink(), ignore_errors=True)
        memory.unlink()


def free_tcp_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on now, and that the system gives to no client meanwhile.

    Those begin at 32768 (ip_local_port_range, ip(7)). Raises Refusal.
    """
    for port in random.sample(_SERVER_PORTS, len(_SERVER_PORTS)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((host, port))
            return port
    raise Refusal(f"No TCP port is free on {host} in {_SERVER_PORTS}: end other programs.")


def is_free_tcp_port(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server can listen there now; connections of an earlier one are no hindrance."""
    with socket.socket() as probe, contextlib.suppress(OSError):
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        probe.listen()
        return True
    return False


def require_free_udp(address: Address, setting: str) -> None:
    """Raise Refusal if the UDP address cannot be bound; `setting` is the variable that moves it."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address.host, address.port))
        except OSError as error:
            why = {
                errno.EADDRINUSE: "is in use by another program",
                errno.EADDRNOTAVAIL: "is no address of this host",
                errno.EACCES: "needs root (a port below 1024)",
            }.get(error.errno or 0, os.strerror(error.errno or 0))
            raise Refusal(
                f"The SIP address {address} (UDP) {why}: set {setting} to another one."
            ) from None
