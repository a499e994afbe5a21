"""Which Debian packages the line runs on, and how their programs are started without installing.

The packages are unpacked into one folder and their programs run through that folder's own
dynamic loader: no chroot, no root, any host libc.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ivr.embedded.apt import PrivateApt
from ivr.embedded.mirror import keyring, mirror_of_host
from ivr.embedded.progress import Progress
from ivr.errors import Refusal

SUITE = "forky"
WANTED = ("asterisk=1:22.*", "sip-tester", "espeak-ng", "sox", "nftables", "openssl")

# What the programs never read.
_LEFT_OUT = (
    "./usr/share/doc", "./usr/share/man", "./usr/share/locale", "./usr/share/info",
    "./usr/share/lintian", "./usr/share/perl", "./usr/share/perl5", "./usr/lib/*/perl",
    "./usr/lib/*/perl-base", "./usr/lib/python3*", "./usr/share/zoneinfo", "./usr/include",
    "./var", "./etc",
)  # fmt: skip
_STAMP = "packages.txt"


@dataclass(frozen=True, kw_only=True)
class Root:
    """A folder of unpacked packages whose programs can be run where they lie."""

    path: Path

    @property
    def libraries(self) -> Path:
        """The folder of the machine's libraries, such as `usr/lib/x86_64-linux-gnu`."""
        return self._loader.parent

    @cached_property
    def _loader(self) -> Path:
        found = sorted(self.path.glob("usr/lib/*-linux-*/ld-linux*.so.*"))
        if not found:
            raise Refusal(
                f"{self.path} is damaged (no dynamic loader): remove it and run `make setup`."
            )
        return found[0]

    def command(self, program: str, *arguments: str) -> list[str]:
        """The command line that runs a program, such as `sox`, with its arguments."""
        folders = f"{self.libraries}:{self.libraries / 'pulseaudio'}"
        return [
            str(self._loader),
            "--library-path",
            folders,
            str(self._program(program)),
            *arguments,
        ]

    def has(self, program: str) -> bool:
        """Whether the program is there, and the loader that runs it."""
        loaders = self.path.glob("usr/lib/*-linux-*/ld-linux*.so.*")
        return self._found(program) is not None and next(loaders, None) is not None

    def environment(self) -> Mapping[str, str]:
        """What the programs want in their environment, beside what is there already."""
        return {"ESPEAK_DATA_PATH": str(self.libraries / "espeak-ng-data")}

    def _program(self, name: str) -> Path:
        if found := self._found(name):
            return found
        raise Refusal(f"{self.path} is damaged (no {name}): remove it and run `make setup`.")

    def _found(self, name: str) -> Path | None:
        places = (self.path / folder / name for folder in ("usr/sbin", "usr/bin"))
        return next((place for place in places if place.is_file()), None)


HOST = Root(path=Path("/"))


def installed(folder: Path) -> Root | None:
    """The packages in `folder`, if they are all there and of the kind wanted now."""
    stamp = folder / _STAMP
    if stamp.is_file() and stamp.read_text().startswith(_recipe()):
        return Root(path=folder)
    return None


def of_host() -> Root | None:
    """The host's own programs, where it has one that speaks."""
    return HOST if (HOST.path / "usr/bin/espeak-ng").is_file() else None


def ensure(folder: Path, *, mirror: str | None = None) -> Root:
    """Fetch and unpack the packages into `folder` (absolute) unless they are there.

    Takes a minute and 110 MB the first time. `folder` appears complete or not at all. Two
    that call at once do the work once. Raises Refusal.
    """
    if root := installed(folder):
        return root
    _require_tools()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _only_one(folder.with_name(f"{folder.name}.lock")):
        return installed(folder) or _build(folder, mirror)


def _build(folder: Path, mirror: str | None) -> Root:
    scratch = folder.with_name(f"{folder.name}.partial")
    for leftover in (scratch, folder):
        shutil.rmtree(leftover, ignore_errors=True)
    scratch.mkdir()
    source = mirror or mirror_of_host()
    apt = PrivateApt.lay(scratch / "apt", mirror=source, suite=SUITE, keyring=keyring(scratch))
    packages = apt.fetch(WANTED)
    _unpack(packages, scratch / "root")
    names = "\n".join(sorted(package.stem for package in packages))
    (scratch / "root" / _STAMP).write_text(f"{_recipe()}{names}\n")
    (scratch / "root").rename(folder)
    shutil.rmtree(scratch)
    return Root(path=folder)


def _unpack(packages: Sequence[Path], root: Path) -> None:
    root.mkdir()
    with Progress(doing="Unpacking") as progress, ThreadPoolExecutor(os.cpu_count()) as pool:
        for n, _ in enumerate(pool.map(lambda package: _unpack_one(package, root), packages), 1):
            progress.at(f"{n} of {len(packages)} packages")


def _unpack_one(package: Path, root: Path) -> None:
    """Unpack as the user that we are; tar drops set-user-id bits unless told to keep them."""
    with subprocess.Popen(
        ["/usr/bin/dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE
    ) as archive:
        options = ["--no-same-owner", "--no-same-permissions", "--warning=no-timestamp"]
        subprocess.run(
            ["/usr/bin/tar", "-x", "-C", str(root), *options, "--wildcards", "--anchored",
             *(f"--exclude={pattern}" for pattern in _LEFT_OUT)],
            stdin=archive.stdout, check=True,
        )  # fmt: skip
    if archive.returncode != 0:
        raise Refusal(f"{package.name} could not be unpacked: is the disk full?")


def _recipe() -> str:
    return f"# {SUITE}: {' '.join(WANTED)}; without {' '.join(_LEFT_OUT)}\n"


def _require_tools() -> None:
    missing = [tool for tool in ("apt-get", "dpkg-deb", "tar") if shutil.which(tool) is None]
    if missing:
        raise Refusal(
            f"This host has no {' and no '.join(missing)}, and Asterisk comes from Debian's"
            " packages: use a Debian or Ubuntu, or set IVR_ARI_URL to an Asterisk of your own."
        )


@contextmanager
def _only_one(lock: Path) -> Iterator[None]:
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
