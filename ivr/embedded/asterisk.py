"""The embedded Asterisk: started detached, adopted when it runs already, stopped on request."""

import os
import signal
import subprocess
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ivr.embedded import detached
from ivr.embedded.asterisk_config import (
    ARI_USER,
    Folders,
    Reach,
    administrators,
    write_configuration,
)
from ivr.embedded.asterisk_log import AsteriskLog, without_time
from ivr.embedded.asterisk_run import Run, Started, ari_answers
from ivr.embedded.packages import Root
from ivr.embedded.passwords import ami_password, ari_password, phone_passwords
from ivr.errors import Refusal
from ivr.settings import Address, PortRange, SipTls
from ivr.trunk import TrunkLogin

_START_BOUND_S = 20.0
# Once it has had calls it may hang in its own shutdown (22.10), after they have ended.
_PATIENCE_S = 2.0
_CLI_BOUND_S = 15.0

# What Asterisk reads only when it starts.
NEEDS_RESTART = frozenset(
    {"asterisk.conf", "modules.conf", "logger.conf", "pjproject.conf"}
    | {f"local/{name}.conf" for name in ("http", "transport", "rtp")}
)

_MAIN = "asterisk.conf"  # the one file beside the administrator's that is ours

# What can be read anew by itself, and how.
_AMI = "local/manager.conf"  # has another port at every start
_READ_ALONE = {"local/alone.conf": "dialplan reload", "local/queues.conf": "queue reload all"}


@dataclass(frozen=True, kw_only=True)
class AsteriskAccess:
    """How to reach a running Asterisk. `boot` differs from one start of it to the next.

    Over `ami` it is asked to read its files anew.
    """

    ari_url: str
    user: str
    password: str = field(repr=False)
    ami: Address
    ami_password: str = field(repr=False)
    sip: Address
    boot: str


@dataclass(frozen=True, kw_only=True)
class EmbeddedAsterisk:
    """One Asterisk of ours, known by its state folder.

    `accounts` are the counsellors' SIP accounts; `trunk_peers` the addresses (IP or CIDR)
    that citizens' calls come from, beside the SIP address itself; `trunk` is where the
    carrier takes our calls, and `trunk_login` the account to register there with.
    `generated` are files of its configuration that depend on the service, by their names;
    `records_dir` is where it notes what it does by itself. With `tls`, SIP is taken over
    TLS too and sound may be encrypted.
    """

    root: Root
    state_dir: Path
    dialplan_dir: Path
    prompts_dir: Path
    sip: Address
    rtp: PortRange
    accounts: tuple[str, ...] = ()
    trunk_peers: tuple[str, ...] = ("127.0.0.1",)
    trunk: Address | None = None
    trunk_login: TrunkLogin | None = None
    generated: Mapping[str, str] = field(default_factory=dict)
    records_dir: Path | None = None
    tls: SipTls | None = None

    def ensure_running(self) -> AsteriskAccess:
        """Start it, or adopt the one that runs and have it read what changed. Raises Refusal."""
        running = self._run.living()
        ari_port = running.ari_port if running else self._run.free_port()
        ami_port = (running.ami_port if running else 0) or detached.free_tcp_port()
        changed = self._written(ari_port, ami_port)
        if running and (changed & NEEDS_RESTART or not self._ari_answers(ari_port)):
            self.stop()
            running = None
        if running is None:
            proven = not changed - {_AMI} and self._run.latest() is not None
            running = self._start(ari_port, ami_port, proven=proven)
        elif changed:
            self._reload(changed)
            self._run.note(replace(running, ami_port=ami_port))
        return AsteriskAccess(
            ari_url=f"http://127.0.0.1:{ari_port}",
            user=ARI_USER,
            password=ari_password(self.state_dir),
            ami=Address(host="127.0.0.1", port=ami_port),
            ami_password=ami_password(self.state_dir),
            sip=self.sip,
            boot=running.boot,
        )

    def edited(self) -> Mapping[str, str]:
        """The administrator's files that say something else than was last written for it."""
        files = dict(administrators(self.dialplan_dir))
        return {name: text for name, text in files.items() if self._says(name) != text}

    def gone(self) -> frozenset[str]:
        """The administrator's files that are not there any more, and were not empty at last."""
        there = dict(administrators(self.dialplan_dir)).keys() | {_MAIN}
        names = {file.name for file in self.configuration.glob("*.conf")} - there
        return frozenset(name for name in names if (self._says(name) or "").strip())

    def as_last_written(self) -> "EmbeddedAsterisk":
        """The same, with the administrator's files as they were when it was last told of them."""
        return replace(self, dialplan_dir=self.configuration)

    def _says(self, name: str) -> str | None:
        file = self.configuration / name
        return file.read_text() if file.exists() else None

    def renewed(self) -> frozenset[str]:
        """Write what has changed for the one that runs, and which files; it is to be told then.

        Nothing where it does not run: its start writes them. Raises Refusal.
        """
        running = self._run.living()
        return frozenset() if running is None else self._written(running.ari_port, running.ami_port)

    def runs(self) -> bool:
        """Whether its process lives."""
        return self._run.living() is not None

    def stop(self) -> None:
        """End it, and the calls in it; nothing if it does not run."""
        if running := self._run.living():
            signals = (signal.SIGTERM, signal.SIGKILL)
            detached.end(running.pid, self._mark, signals, patience_s=_PATIENCE_S)
        self._run.forget()
        detached.remove_socket_folder(self._home / "run")

    def cli(self, command: str) -> str:
        """What the running Asterisk's console answers to a command; empty if it does not."""
        try:
            return subprocess.run(
                self.root.command("asterisk", "-C", self._mark, "-rx", command),
                env=_environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
                timeout=_CLI_BOUND_S, check=False,
            ).stdout  # fmt: skip
        except subprocess.TimeoutExpired:
            return ""

    def complaints(self) -> list[str]:
        """The warnings and errors that this run of Asterisk has logged."""
        return self._log.complaints()

    @property
    def configuration(self) -> Path:
        """The folder that Asterisk reads its configuration from; written at each start."""
        return self._home / "etc"

    # --- starting, finding and reloading it -----------------------------------------

    def _written(self, ari_port: int, ami_port: int) -> frozenset[str]:
        reach = self.reach(ari_port, ami_port)
        return write_configuration(self._folders(), reach, self.generated)

    def _start(self, ari_port: int, ami_port: int, *, proven: bool) -> Started:
        """`proven`: it has run with this configuration, so that its errors are about calls."""
        detached.require_free_udp(self.sip, "IVR_SIP_BIND")
        for name in ("lib", "spool", "spool/recording", "log"):
            (self._home / name).mkdir(exist_ok=True, mode=0o700)
        self._log.begin()
        command = self.root.command("asterisk", "-f", "-n", "-C", self._mark)
        pid = detached.spawn(command, _environment(), self._home / "log" / "console")
        boot = uuid.uuid4().hex
        running = Started(pid=pid, ari_port=ari_port, ami_port=ami_port, boot=boot)
        self._run.note(running)
        if not self._booted(running) or (not proven and self._log.errors()):
            self.stop()
            raise Refusal(f"Asterisk does not start; it says: {self._log.last_words()}.")
        return running

    def _booted(self, running: Started) -> bool:
        detached.wait_until(
            lambda: self._ari_answers(running.ari_port) or not self._run.lives(running),
            _START_BOUND_S,
        )
        return self._run.lives(running) and "booted" in self.cli("core waitfullybooted")

    def _reload(self, changed: frozenset[str]) -> None:
        """Have it read what changed, and of what changes every day no more than that."""
        before = len(self._log.errors())
        some = [command for name, command in _READ_ALONE.items() if name in changed]
        for command in some if changed <= _READ_ALONE.keys() else ["core reload"]:
            self.cli(command)
        if errors := self._log.errors()[before:]:
            raise Refusal(
                f"Asterisk does not take its new configuration: {without_time(errors[0])}."
            )

    def _ari_answers(self, port: int) -> bool:
        return ari_answers(port, ARI_USER, ari_password(self.state_dir))

    # --- where its things are --------------------------------------------------------

    @property
    def _home(self) -> Path:
        return self.state_dir / "asterisk"

    @property
    def _log(self) -> AsteriskLog:
        return AsteriskLog(folder=self._home / "log")

    @property
    def _run(self) -> Run:
        return Run(file=self._home / "run.json", mark=self._mark)

    @property
    def _mark(self) -> str:
        """What tells our Asterisk from others in a list of processes."""
        return str(self.configuration / "asterisk.conf")

    def _folders(self) -> Folders:
        return Folders(
            root=self.root,
            home=self._home,
            run=detached.socket_folder(self._home / "run", "asterisk.ctl"),
            dialplan=self.dialplan_dir,
            prompts=self.prompts_dir,
            records=self.records_dir or self.state_dir / "alone",
        )

    def reach(self, ari_port: int, ami_port: int) -> Reach:
        """How the world reaches it; the phones' passwords are made where they are missing."""
        return Reach(
            sip=self.sip,
            tls=self.tls,
            rtp=self.rtp,
            ari_port=ari_port,
            ari_password=ari_password(self.state_dir),
            ami_port=ami_port,
            ami_password=ami_password(self.state_dir),
            trunk_peers=self.trunk_peers,
            trunk=self.trunk,
            trunk_login=self.trunk_login,
            phones=phone_passwords(self.state_dir, self.accounts),
        )


def _environment() -> dict[str, str]:
    """Little of ours: the database's password, for one, is no business of Asterisk."""
    return {name: os.environ[name] for name in ("PATH", "TZ") if name in os.environ}
