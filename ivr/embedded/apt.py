"""Fetching Debian packages with a private apt: signatures checked, nothing on the host changed."""

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ivr.embedded.progress import Progress
from ivr.errors import Refusal

_APT_GET = "/usr/bin/apt-get"

# The hooks and pins of the host are for the host. An empty status file makes apt fetch the
# whole closure, libc included. A mirror's Release file may be past its Valid-Until.
_CONFIGURATION = """\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
#clear APT::Default-Release;
Dir::Etc::SourceList "{folder}/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
Dir::Etc::Trusted "/dev/null";
Dir::Etc::TrustedParts "{folder}/trusted/";
Dir::State "{folder}/state/";
Dir::State::Lists "{folder}/lists/";
Dir::State::Status "/dev/null";
Dir::Cache "{folder}/cache/";
Dir::Cache::Archives "{folder}/archives/";
Dir::Log "{folder}/log/";
Debug::NoLocking "true";
APT::Sandbox::User "";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Keep-Downloaded-Packages "true";
APT::Get::AllowUnauthenticated "false";
APT::Update::Error-Mode "any";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
Acquire::Retries "3";
"""


@dataclass(frozen=True, kw_only=True)
class PrivateApt:
    """An apt whose sources, lists, keys and cache all lie in `folder` (absolute, ours)."""

    folder: Path

    @classmethod
    def lay(cls, folder: Path, *, mirror: str, suite: str, keyring: Path) -> "PrivateApt":
        """Lay the folder out for one suite of one mirror."""
        for name in ("lists/partial", "archives/partial", "trusted", "state", "cache", "log"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "trusted" / "debian.gpg").write_bytes(keyring.read_bytes())
        options = f"arch={architecture()} target=Packages"
        (folder / "sources.list").write_text(f"deb [{options}] {mirror} {suite} main\n")
        (folder / "apt.conf").write_text(_CONFIGURATION.format(folder=folder))
        return cls(folder=folder)

    def fetch(self, wanted: Sequence[str]) -> list[Path]:
        """Download the packages and all that they depend on. Raises Refusal."""
        with Progress(doing="Fetching the list of Debian packages"):
            self._run("update")
        total_mb = self._size_mb(wanted)
        with Progress(doing="Fetching Asterisk and the tools") as progress:
            self._download(wanted, total_mb, progress)
        return sorted((self.folder / "archives").glob("*.deb"))

    def _size_mb(self, wanted: Sequence[str]) -> int:
        listing = self._run("install", "--print-uris", "-y", *wanted)
        sizes = re.findall(r"^'[^']+' \S+\.deb (\d+) ", listing, flags=re.MULTILINE)
        return round(sum(map(int, sizes)) / 1e6)

    def _download(self, wanted: Sequence[str], total_mb: int, progress: Progress) -> None:
        receiving, sending = os.pipe()
        options = ("-o", f"APT::Status-Fd={sending}", "--download-only", "-y")
        log = self.folder / "download.log"
        with log.open("w") as errors, os.fdopen(receiving) as status:
            apt = subprocess.Popen(
                self._command("install", *options, *wanted), env=_environment(),
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors,
                pass_fds=(sending,),
            )  # fmt: skip
            os.close(sending)
            for line in status:
                if done := re.match(r"dlstatus:\d+:([\d.]+):", line):
                    progress.at(f"{float(done[1]) / 100 * total_mb:.0f} of {total_mb} MB")
        if apt.wait() != 0:
            raise _refusal(log.read_text())

    def _run(self, verb: str, *arguments: str) -> str:
        done = subprocess.run(
            self._command(verb, *arguments), env=_environment(),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise _refusal(done.stderr)
        return done.stdout

    def _command(self, verb: str, *arguments: str) -> list[str]:
        return [_APT_GET, "-q", "-c", str(self.folder / "apt.conf"), verb, *arguments]


def architecture() -> str:
    """Debian's name for this machine's architecture, such as `amd64`."""
    done = subprocess.run(
        ["/usr/bin/dpkg", "--print-architecture"], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def _environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C", "DEBIAN_FRONTEND": "noninteractive"}


def _refusal(errors: str) -> Refusal:
    first = next(
        (line for line in errors.splitlines() if line.startswith("E: ")), "E: no reason given"
    )
    return Refusal(
        f"Asterisk's packages could not be fetched ({first[3:]}): check the network and the"
        " mirror (IVR_DEBIAN_MIRROR, or the host's own apt sources), then try again."
    )
