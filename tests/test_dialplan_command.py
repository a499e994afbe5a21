"""`ivr dialplan build` writes what an Asterisk of one's own needs to serve alone."""

from pathlib import Path

import pytest

from ivr.cli import main


@pytest.fixture(autouse=True)
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "state"
    monkeypatch.setenv("IVR_STATE_DIR", str(folder))
    return folder


def test_it_writes_both_files_where_asterisk_reads_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    etc = tmp_path / "etc"

    assert main(["dialplan", "build", str(etc)]) == 0
    files = [etc / "local" / "alone.conf", etc / "local" / "queues.conf"]
    assert capsys.readouterr().out.splitlines() == [str(file) for file in files]
    assert "[alone-line-families]" in files[0].read_text()
    assert "member => PJSIP/c101" in files[1].read_text()


def test_where_it_cannot_write_it_says_so_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "etc").write_text("a file")

    assert main(["dialplan", "build", str(tmp_path / "etc")]) == 1
    assert "cannot be written" in capsys.readouterr().err
