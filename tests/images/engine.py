"""What builds images and runs the stack here: Docker's engine, or podman without one."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ivr.embedded.mirror import mirror_of_host
from ivr.embedded.packages import SUITE
from ivr.settings import PROJECT_ROOT

DOCKER_DIR = PROJECT_ROOT / "docker"
BASE = "debian:forky-slim"
IMAGES = {
    "neuvontalinja-asterisk": (DOCKER_DIR / "asterisk", DOCKER_DIR / "asterisk/Dockerfile"),
    "neuvontalinja-controller": (PROJECT_ROOT, DOCKER_DIR / "controller/Dockerfile"),
    "neuvontalinja-postgres": (DOCKER_DIR / "postgres", DOCKER_DIR / "postgres/Dockerfile"),
}
_BUILD_S, _COMMAND_S = 1800, 300
# A virtual machine may refuse the limits that podman asks for by itself.
_LIMITS = ("--ulimit", "nofile=16384:16384", "--ulimit", "nproc=4096:4096")
_PODMAN_TOOLS = ("podman", "buildah", "podman-compose", "mmdebstrap")


@dataclass(frozen=True, kw_only=True)
class Engine:
    """The commands that build an image, act on a container, and put the stack together."""

    build: Sequence[str]
    container: Sequence[str]
    compose: Sequence[str]
    joint: str  # between the words of a container's name


@dataclass(frozen=True, kw_only=True)
class Stack:
    """The services of compose.yaml under a name of the test's own."""

    engine: Engine
    name: str
    environment: Mapping[str, str] = field(default_factory=dict)

    def compose(self, *words: str) -> str:
        """One command of compose."""
        command = (*self.engine.compose, "-p", self.name, "-f", str(DOCKER_DIR / "compose.yaml"))
        return run((*command, *words), environment=self.environment)

    def execute(self, service: str, *words: str, user: str | None = None) -> str:
        """What a command says in the container of a service."""
        as_user = ("--user", user) if user else ()
        return run((*self.engine.container, "exec", *as_user, self._container(service), *words))

    def process(self, service: str) -> int:
        """The process on this host that the container is."""
        asked = ("inspect", "--format", "{{.State.Pid}}", self._container(service))
        return int(run((*self.engine.container, *asked)))

    def logs(self, service: str) -> str:
        """What the service has said."""
        return run((*self.engine.container, "logs", self._container(service)))

    def _container(self, service: str) -> str:
        return self.engine.joint.join((self.name, service, "1"))


def find() -> Engine | str:
    """The engine at hand; or what is missing, in words."""
    if shutil.which("docker") and _succeeds("docker", "info") and _succeeds("docker", "compose"):
        return Engine(
            build=("docker", "build", "--network", "host"),
            container=("docker",),
            compose=("docker", "compose"),
            joint="-",
        )
    missing = [tool for tool in _PODMAN_TOOLS if shutil.which(tool) is None]
    if missing:
        return f"no Docker engine runs here, and there is no {', no '.join(missing)}"
    if not _new_enough():
        return "no Docker engine runs here, and this podman-compose knows no host network"
    own = () if Path("/sys/fs/cgroup/cgroup.controllers").exists() else _OF_HYBRID_CGROUPS
    return Engine(
        build=(
            "buildah",
            "bud",
            "--layers",
            "--isolation",
            "chroot",
            "--network",
            "host",
            *_LIMITS,
        ),
        container=("podman", *own),
        compose=(
            *("podman-compose", "--podman-args", " ".join(own)),
            *("--podman-run-args", " ".join(_LIMITS)),
        ),
        joint="_",
    )


_OF_HYBRID_CGROUPS = ("--runtime", "runc", "--cgroup-manager", "cgroupfs")


def provide_base(engine: Engine, scratch: Path) -> None:
    """Have the base image, without a registry where podman has none: from Debian's packages."""
    if engine.container[0] == "docker" or _succeeds(*engine.container, "image", "exists", BASE):
        return
    rootfs = scratch / "rootfs.tar"
    relaxed = '--aptopt=Acquire::Check-Valid-Until "false"'
    made = ("mmdebstrap", "--variant=minbase", relaxed, SUITE, str(rootfs), mirror_of_host())
    run(made, within_s=_BUILD_S)
    run((*engine.container, "import", str(rootfs), f"localhost/{BASE}"), within_s=_BUILD_S)
    rootfs.unlink()


def build(engine: Engine) -> None:
    """Build every image."""
    for name, (context, recipe) in IMAGES.items():
        more = ("-t", name, "-f", str(recipe), str(context))
        run((*engine.build, *_certificate(engine), *more), within_s=_BUILD_S)


def _certificate(engine: Engine) -> Sequence[str]:
    """The host's own certificate for the way to the Python packages, where pip is told of one."""
    own = os.environ.get("PIP_CERT")
    if not own or engine.build[0] != "buildah":
        return ()
    return ("--volume", f"{own}:/of-the-host.crt:ro", "--build-arg", "PIP_CERT=/of-the-host.crt")


def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    within_s: float = _COMMAND_S,
) -> str:
    """What a command says; AssertionError with its errors if it fails."""
    done = subprocess.run(
        command, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=within_s, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
    return done.stdout


def _new_enough() -> bool:
    """Debian 12's 1.0 gives every service a network of its own as well, which podman refuses."""
    said = subprocess.run(
        ["podman-compose", "--version"], capture_output=True, text=True, check=False
    )
    version = re.search(r"compose version:? (\d+)\.(\d+)", said.stdout)
    return version is not None and (int(version[1]), int(version[2])) >= (1, 3)


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0
