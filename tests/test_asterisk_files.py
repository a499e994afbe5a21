"""`ivr asterisk build` writes what an Asterisk that the host has installed reads."""

import shutil
import stat
from pathlib import Path

import pytest

from ivr.cli import main
from ivr.settings import PROJECT_ROOT
from tests.ports import free_port

SECRET = "a-secret-of-ari"


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ari").write_text(f"{SECRET}\n")
    for name, value in {
        "IVR_STATE_DIR": str(tmp_path / "state"),
        "IVR_ARI_URL": f"http://127.0.0.1:{free_port()}",
        "IVR_ARI_USER": "ivr",
        "IVR_ARI_PASSWORD_FILE": str(tmp_path / "ari"),
    }.items():
        monkeypatch.setenv(name, value)


def test_all_files_are_there_for_the_group_alone_and_name_the_secret_of_the_file(tmp_path: Path):
    etc = tmp_path / "etc"

    assert main(["asterisk", "build", str(etc)]) == 0
    assert f"astetcdir={etc}\n" in (etc / "asterisk.conf").read_text()
    assert SECRET in (etc / "local/ari.conf").read_text()
    assert "[alone-line-families]" in (etc / "local/alone.conf").read_text()
    assert f"RECORDS={tmp_path}/state/alone" in (etc / "local/globals.conf").read_text()
    shipped = {file.name for file in (PROJECT_ROOT / "dialplan").glob("*.conf")}
    assert shipped <= {file.name for file in etc.iterdir()}
    modes = {stat.S_IMODE(file.stat().st_mode) for file in etc.rglob("*.conf")}
    assert modes == {0o640}


def test_a_file_of_the_administrators_own_takes_the_place_of_the_shipped_or_generated_one(
    tmp_path: Path,
):
    folder, etc = tmp_path / "config", tmp_path / "etc"
    shutil.copytree(PROJECT_ROOT / "config", folder)
    (folder / "asterisk/local").mkdir(parents=True)
    (folder / "asterisk/local/trunk.conf").write_text("; by hand\n")
    (folder / "asterisk/indications.conf").write_text("; ours\n")

    assert main(["--config", str(folder), "asterisk", "build", str(etc)]) == 0
    assert (etc / "local/trunk.conf").read_text() == "; by hand\n"
    assert (etc / "indications.conf").read_text() == "; ours\n"


def test_what_has_not_changed_is_not_written_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    main(["asterisk", "build", str(tmp_path / "etc")])
    capsys.readouterr()

    assert main(["asterisk", "build", str(tmp_path / "etc")]) == 0
    assert capsys.readouterr().out == ""


def test_an_asterisk_that_does_not_run_reads_them_at_its_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["asterisk", "build", str(tmp_path / "etc"), "--reload"]) == 0
    assert "it reads them when it starts" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("IVR_ARI_USER", "somebody", "IVR_ARI_USER must be ivr"),
        ("IVR_ARI_PASSWORD", "twice", "are both set"),
        ("IVR_ARI_PASSWORD_FILE", "/nowhere", "/nowhere cannot be read"),
        ("IVR_SIP_BIND", "nonsense", "IVR_SIP_BIND"),
    ],
)
def test_what_it_cannot_do_is_said_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    value: str,
    *,
    said: str,
):
    monkeypatch.setenv(name, value)

    assert main(["asterisk", "build", str(tmp_path / "etc")]) == 1
    refusal = capsys.readouterr().err
    assert said in refusal
    assert refusal.count("\n") == 1
    assert SECRET not in refusal


def test_a_folder_that_cannot_be_written_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "etc").write_text("a file")

    assert main(["asterisk", "build", str(tmp_path / "etc")]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_ami_is_closed_unless_the_controller_is_told_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    assert main(["asterisk", "build", str(tmp_path / "closed")]) == 0
    assert not (tmp_path / "closed/local/manager.conf").exists()

    monkeypatch.setenv("IVR_AMI", "127.0.0.1:5038")
    monkeypatch.setenv("IVR_AMI_USER", "ivr")
    monkeypatch.setenv("IVR_AMI_PASSWORD", "a-secret-of-ami")
    monkeypatch.setenv("IVR_ASTERISK_DIR", str(tmp_path / "open"))
    assert main(["asterisk", "build", str(tmp_path / "open")]) == 0
    said = (tmp_path / "open/local/manager.conf").read_text()
    assert "port=5038" in said
    assert "secret=a-secret-of-ami" in said

    monkeypatch.setenv("IVR_AMI_USER", "root")
    assert main(["asterisk", "build", str(tmp_path / "open")]) == 1
