"""`make install` puts the line on a Debian host: files where they belong, releases apart."""

import os
import re
import shutil
import stat
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from ivr.settings import PROJECT_ROOT

UNITS = PROJECT_ROOT / "host" / "systemd"
# Of the host's own units, those that ours name.
OF_THE_HOST = (
    *("sysinit.target", "basic.target", "shutdown.target", "multi-user.target", "timers.target"),
    *("network-online.target", "time-sync.target", "postgresql.service", "asterisk.service"),
)
HARDENED = (
    *("NoNewPrivileges=yes", "CapabilityBoundingSet=\n", "ProtectSystem=strict", "ProtectHome=yes"),
    *("PrivateTmp=yes", "PrivateDevices=yes", "RestrictNamespaces=yes"),
    "SystemCallFilter=@system-service",
)


def make(destination: Path, version: str, *, succeeds: bool = True) -> str:
    """All of `make install` but the Python packages, which the network is needed for."""
    where = (f"DESTDIR={destination}", f"VERSION={version}")
    done = subprocess.run(
        ["make", "install-files", "install-current", *where],
        cwd=PROJECT_ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode == 0) is succeeds, done.stdout + done.stderr
    return done.stderr


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """Where the line has been installed."""
    make(tmp_path / "host", "1.0")
    return tmp_path / "host"


def test_files_are_where_a_debian_host_looks_for_them(host: Path):
    for name in (
        *("usr/bin/ivr", "usr/lib/sysusers.d/ivr.conf", "usr/lib/tmpfiles.d/ivr.conf"),
        *("etc/ivr/lines.yaml", "etc/ivr/prompts.sv.yaml", "etc/ivr/ivr.env", "etc/ivr/secrets"),
        *("opt/ivr/current/ivr/cli.py", "opt/ivr/current/sql/queries.sql"),
        *("opt/ivr/current/dialplan/extensions.conf", "opt/ivr/current/host/README.md"),
    ):
        assert (host / name).exists(), name
    assert {unit.name for unit in UNITS.iterdir()} == {
        unit.name for unit in (host / "usr/lib/systemd/system").iterdir()
    }
    assert stat.S_IMODE((host / "etc/ivr/secrets").stat().st_mode) == 0o750
    assert stat.S_IMODE((host / "etc/ivr/ivr.env").stat().st_mode) == 0o640
    assert os.access(host / "usr/bin/ivr", os.X_OK)
    assert not list((host / "opt/ivr").rglob("__pycache__"))


def test_another_release_is_laid_beside_the_first_and_what_was_configured_stays(host: Path):
    (host / "etc/ivr/lines.yaml").write_text("# ours\n")
    make(host, "1.1")

    assert (host / "opt/ivr/current").readlink() == Path("1.1")
    assert (host / "opt/ivr/1.0/ivr/cli.py").exists()
    assert (host / "etc/ivr/lines.yaml").read_text() == "# ours\n"


def test_a_release_that_is_there_is_not_overwritten_under_those_who_run_from_it(host: Path):
    said = make(host, "1.0", succeeds=False)

    assert "opt/ivr/1.0 is there" in said
    assert "VERSION=" in said


def test_the_command_runs_the_release_that_is_current_with_the_settings_of_the_host(
    host: Path, tmp_path: Path
):
    _venv(host / "opt/ivr/1.0")
    environment = {"IVR_RELEASES": str(host / "opt/ivr"), "IVR_CONFIG": str(host / "etc/ivr")}
    state = {"IVR_STATE_DIR": str(tmp_path / "state")}
    done = subprocess.run(
        [host / "usr/bin/ivr", "dialplan", "build", tmp_path / "etc"],
        env={"PATH": os.environ["PATH"], **environment, **state}, cwd="/",
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "etc/local/alone.conf").exists()


def _venv(release: Path) -> None:
    """As `make install-venv` makes it, with the packages of the tests."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", release / "venv"], check=True)
    (packages,) = (release / "venv/lib").glob("python*/site-packages")
    (packages / "ivr.pth").write_text(f"../../../..\n{sysconfig.get_path('purelib')}\n")
    text = (PROJECT_ROOT / "host/install.mk").read_text()
    assert r'"../../../..\n"' in text


@pytest.mark.parametrize("unit", sorted(UNITS.glob("*.service")), ids=lambda unit: unit.name)
def test_a_service_is_an_ordinary_users_and_may_write_only_what_is_its_own(unit: Path):
    text = unit.read_text()

    for line in HARDENED:
        assert line in text
    assert re.search(r"^User=(ivr|asterisk)$", text, re.MULTILINE)
    allowed = re.findall(r"^ReadWritePaths=(.+)$", text, re.MULTILINE)
    assert all(path.lstrip("-").startswith("/var/") for path in " ".join(allowed).split())


def test_what_serves_calls_is_back_a_second_after_its_end_however_often():
    for name in ("ivr@.service", "ivr-asterisk.service"):
        text = (UNITS / name).read_text()
        for line in ("Restart=always\n", "RestartSec=1\n", "StartLimitIntervalSec=0\n"):
            assert line in text
        assert "ivr-upkeep" not in text  # whose minutes at a restart would be the callers'


def test_systemd_finds_nothing_wrong_with_the_units(host: Path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze on this host")
    system = host / "usr/lib/systemd/system"
    for name in OF_THE_HOST:
        kind = "[Service]\nExecStart=/usr/bin/true\n" if name.endswith("service") else ""
        (system / name).write_text(f"[Unit]\nDescription=Of the host\n{kind}")
    for program in ("usr/sbin/asterisk", "usr/bin/find", "usr/bin/true", "bin/sh"):
        (host / program).parent.mkdir(parents=True, exist_ok=True)
        (host / program).write_text("#!/bin/sh\n")
        (host / program).chmod(0o755)
    ours = [unit.name.replace("@", "@0") for unit in UNITS.iterdir()]
    done = subprocess.run(
        ["systemd-analyze", "verify", f"--root={host}", "--man=no", *ours],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")


def test_where_notices_are_recorded_is_made_for_asterisk_to_write_and_for_backups_to_read():
    made = re.search(
        r"^d (\S+/recording) +2770 asterisk asterisk$",
        (PROJECT_ROOT / "host/tmpfiles.conf").read_text(),
        re.MULTILINE,
    )
    assert made is not None
    assert f"IVR_RECORDINGS_DIR={made[1]}\n" in (PROJECT_ROOT / "host/ivr.env").read_text()
    assert "m ivr asterisk\n" in (PROJECT_ROOT / "host/sysusers.conf").read_text()
    written = re.findall(
        r"^ReadWritePaths=(.+)$", (UNITS / "ivr-asterisk.service").read_text(), re.MULTILINE
    )
    assert str(Path(made[1]).parent) in written[0].split()
    # The controller levels them; where the folder is not there, it starts all the same.
    assert f" -{made[1]}\n" in (UNITS / "ivr@.service").read_text()
