import os
import stat
import subprocess
from pathlib import Path

import pytest

from ivr.embedded.mirror import choose_mirror
from ivr.embedded.packages import Root, ensure, installed
from ivr.errors import Refusal

_EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"  # SHA-256 of nothing


@pytest.fixture
def unsigned_mirror(tmp_path: Path) -> str:
    """A well-formed archive that nobody has signed."""
    release = tmp_path / "mirror" / "dists" / "forky"
    for arch in ("amd64", "arm64"):
        (release / "main" / f"binary-{arch}").mkdir(parents=True)
        (release / "main" / f"binary-{arch}" / "Packages").touch()
    (release / "Release").write_text(
        "Suite: forky\nCodename: forky\nComponents: main\nArchitectures: amd64 arm64\n"
        "Date: Sat, 21 Nov 2026 10:00:00 UTC\nSHA256:\n"
        f" {_EMPTY} 0 main/binary-amd64/Packages\n {_EMPTY} 0 main/binary-arm64/Packages\n"
    )
    return f"file://{tmp_path}/mirror"


def test_packages_that_nobody_signed_are_refused(unsigned_mirror: str, tmp_path: Path):
    with pytest.raises(Refusal, match="not signed"):
        ensure(tmp_path / "root", mirror=unsigned_mirror)

    assert installed(tmp_path / "root") is None


def test_a_set_up_that_was_killed_starts_over(unsigned_mirror: str, tmp_path: Path):
    leftover = tmp_path / "root.partial" / "root" / "packages.txt"
    leftover.parent.mkdir(parents=True)
    leftover.write_text("half a set-up")

    with pytest.raises(Refusal, match="not signed"):  # it has come as far as asking the mirror
        ensure(tmp_path / "root", mirror=unsigned_mirror)

    assert not leftover.exists()


def test_packages_of_another_kind_than_wanted_now_do_not_count(tmp_path: Path):
    (tmp_path / "packages.txt").write_text("# bookworm: asterisk\n")

    assert installed(tmp_path) is None


def test_packages_that_are_there_are_not_fetched_again(root: Root):
    assert ensure(root.path, mirror="http://nowhere.invalid") == root


@pytest.mark.parametrize(
    ("program", "arguments", "status"),
    [
        ("asterisk", ["-V"], 0),
        ("sipp", ["-v"], 99),  # so it ends whenever it has not called anybody
        ("nft", ["-v"], 0),
        ("espeak-ng", ["-v", "fi", "-w", "/dev/null", "hei"], 0),
        ("sox", ["-n", "-r", "8000", "-t", "raw", "/dev/null", "synth", "0.1", "sine", "440"], 0),
    ],
)
def test_a_program_runs_where_it_lies(root: Root, program: str, arguments: list[str], status: int):
    done = subprocess.run(
        root.command(program, *arguments),
        env={**os.environ, **root.environment()},
        capture_output=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (status, b"")


def test_a_damaged_folder_is_refused_with_the_cure(tmp_path: Path):
    with pytest.raises(Refusal, match="remove it and run `make setup`"):
        Root(path=tmp_path).command("asterisk")


def test_nothing_unpacked_runs_with_another_users_rights(root: Root):
    special = stat.S_ISUID | stat.S_ISGID

    assert not [p for p in root.path.rglob("*") if p.is_file() and p.lstat().st_mode & special]


@pytest.mark.parametrize(
    ("targets", "mirror"),
    [
        (["http://m.example/debian/|trixie|main"], "http://m.example/debian"),
        (["http://m.example/debian/|trixie|contrib"], None),
        (["http://m.example/debian-security/|trixie-security|main"], None),
        (["cdrom:[Debian]/|trixie|main", "file:/srv/debian/|trixie|main"], "file:/srv/debian"),
        (["http://other.example/12/prod/|trixie|main", "http://m.example/debian/|trixie|main"],
         "http://m.example/debian"),
        (["mirror+file:/etc/apt/mirrors/debian.list/|trixie|main"],
         "mirror+file:/etc/apt/mirrors/debian.list"),
        (["http://m.example/debian/|testing|main"], "http://m.example/debian"),
        (["", "not a target"], None),
    ],
)  # fmt: skip
def test_the_mirror_is_the_one_that_debian_itself_comes_from(
    targets: list[str], mirror: str | None
):
    assert choose_mirror(targets, "trixie") == mirror
