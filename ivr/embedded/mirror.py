"""Where Debian packages come from on this host, and whose signatures are believed."""

import os
import platform
import subprocess
from collections.abc import Iterable
from pathlib import Path

from ivr.errors import Refusal

_KEYRINGS = (
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
)
_ROLLING = frozenset({"stable", "oldstable", "testing", "unstable", "sid"})


def mirror_of_host() -> str:
    """The root of the Debian mirror that this host's own apt uses. Raises Refusal."""
    release = platform.freedesktop_os_release()
    if release.get("ID") != "debian":
        raise Refusal(
            f"This host is {release.get('NAME', 'no Debian')}, and Asterisk comes from Debian's"
            " packages: set IVR_DEBIAN_MIRROR to the root of a Debian mirror near you, or"
            " IVR_ARI_URL to an Asterisk of your own."
        )
    mirror = choose_mirror(_index_targets(), release.get("VERSION_CODENAME", "stable"))
    if mirror is None:
        raise Refusal(
            "The apt sources of this host (/etc/apt) name no Debian mirror with `main`: add one,"
            " or set IVR_DEBIAN_MIRROR."
        )
    return mirror


def choose_mirror(targets: Iterable[str], codename: str) -> str | None:
    """Pick the mirror among lines `uri|release|component` as apt lists its own sources.

    Other people's repositories may use Debian's code names too; a mirror of Debian's
    usually ends in `/debian` and theirs seldom do.
    """
    fields = [line.strip().split("|") for line in targets]
    mirrors = [
        uri.rstrip("/")
        for uri, release, component in (f for f in fields if len(f) == 3)
        if component == "main" and release in _ROLLING | {codename} and not uri.startswith("cdrom:")
    ]
    return min(mirrors, key=lambda uri: not uri.endswith("/debian"), default=None)


def _index_targets() -> list[str]:
    """Apt's own reading of its sources, both one-line and deb822, lists fetched or not."""
    listing = subprocess.run(
        [
            "/usr/bin/apt-get", "indextargets", "--no-release-info",
            "--format", "$(REPO_URI)|$(RELEASE)|$(COMPONENT)", "Identifier: Packages",
        ],
        capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"},
    )  # fmt: skip
    return listing.stdout.splitlines()


def keyring(scratch: Path) -> Path:
    """The keys that Debian's archive is signed with; fetched with the host's own apt if need be.

    `scratch` is an existing folder of ours. Raises Refusal.
    """
    for known in _KEYRINGS:
        if known.is_file():
            return known
    fetch = subprocess.run(
        [
            "/usr/bin/apt-get", "-q", "-o", "APT::Sandbox::User=",
            "download", "debian-archive-keyring",
        ],
        cwd=scratch, capture_output=True, text=True, check=False,
    )  # fmt: skip
    for package in scratch.glob("debian-archive-keyring_*.deb"):
        subprocess.run(["/usr/bin/dpkg-deb", "-x", package.name, "keys"], cwd=scratch, check=True)
    for known in _KEYRINGS:
        if (found := scratch / "keys" / known.relative_to("/")).is_file():
            return found
    raise Refusal(
        "Debian's signing keys are not on this host and its apt could not fetch them"
        f" ({_last_line(fetch.stderr)}): install the package debian-archive-keyring, or run"
        " `apt-get update` once and try again."
    )


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no reason given"])[-1]
