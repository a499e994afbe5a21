"""Whatever somebody has put in the place of a file, reading it ends, and says what it is."""

import os
from pathlib import Path

import pytest

from ivr.embedded.asterisk_config import administrators
from ivr.errors import Refusal
from ivr.regular import content


def test_a_file_is_read_up_to_its_bound(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"12345")
    assert content(file, 5) == b"12345"
    with pytest.raises(Refusal, match="is larger than"):
        content(file, 4)


@pytest.mark.parametrize("kind", ["folder", "pipe", "endless", "nowhere", "itself"])
def test_what_is_no_file_is_refused_by_its_name_and_not_waited_for(
    kind: str, tmp_path: Path
) -> None:
    file = tmp_path / "extensions.conf"
    match kind:
        case "folder":
            file.mkdir()
        case "pipe":
            os.mkfifo(file)
        case "endless":
            file.symlink_to("/dev/zero")
        case "nowhere":
            file.symlink_to(tmp_path / "nowhere")
        case _:
            file.symlink_to(file)
    with pytest.raises(Refusal, match=r"extensions\.conf (is no file|cannot be read)"):
        dict(administrators(tmp_path))


def test_a_dialplan_of_ten_megabytes_or_in_another_encoding_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "extensions.conf"
    file.write_bytes(b"; \n" * 4_000_000)
    with pytest.raises(Refusal, match="larger than 1 MB"):
        dict(administrators(tmp_path))
    for encoding in ("latin-1", "utf-16"):
        file.write_text("; päivystys\n", encoding=encoding)
        with pytest.raises(Refusal, match=r"extensions\.conf is no UTF-8"):
            dict(administrators(tmp_path))


def test_what_an_editor_has_beside_a_file_is_not_read_and_its_ends_of_lines_do_not_matter(
    tmp_path: Path,
) -> None:
    (tmp_path / "extensions.conf").write_bytes(b"[ivr]\r\nexten => 1,1,Answer()\r\n")
    (tmp_path / ".#extensions.conf").symlink_to("anna@host.1234")
    assert dict(administrators(tmp_path)) == {"extensions.conf": "[ivr]\nexten => 1,1,Answer()\n"}
