"""Which start of Asterisk is ours: noted as it starts, and found again by every later process."""

import base64
import json
import urllib.request
from dataclasses import asdict, dataclass
from pathlib import Path

from ivr.embedded import detached
from ivr.embedded.private import write_private


@dataclass(frozen=True, kw_only=True)
class Started:
    """What is known of a start; one by an older version had no AMI.

    `boot` differs from one start to the next.
    """

    pid: int
    ari_port: int
    boot: str
    ami_port: int = 0


@dataclass(frozen=True, kw_only=True)
class Run:
    """The note of the latest start, in `file`.

    `mark` tells our Asterisk from others in a list of processes.
    """

    file: Path
    mark: str

    def note(self, started: Started) -> None:
        """This is the latest start."""
        write_private(self.file, json.dumps(asdict(started)))

    def forget(self) -> None:
        """It was stopped."""
        self.file.unlink(missing_ok=True)

    def latest(self) -> Started | None:
        """The one that runs, or one that died without being stopped."""
        try:
            return Started(**json.loads(self.file.read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def living(self) -> Started | None:
        """The one that runs."""
        started = self.latest()
        return started if started and self.lives(started) else None

    def lives(self, started: Started) -> bool:
        """Whether its process lives."""
        return detached.is_running(started.pid, self.mark)

    def free_port(self) -> int:
        """The ARI port of one that died, if nobody has it, so that it is found there again."""
        died = self.latest()
        if died and detached.is_free_tcp_port(died.ari_port):
            return died.ari_port
        return detached.free_tcp_port()


def ari_answers(port: int, user: str, password: str) -> bool:
    """Whether an Asterisk takes requests on this port."""
    login = base64.b64encode(f"{user}:{password}".encode()).decode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/ari/asterisk/info?only=status",
        headers={"Authorization": f"Basic {login}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=2):  # noqa: S310
            return True
    except OSError:
        return False
