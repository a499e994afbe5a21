"""The folder of notes: written through, read in order, and forgotten call by call."""

import array
import fcntl
import os
from pathlib import Path

import pytest

from ivr.adapters.alone_folder import AloneFolder, prepare
from ivr.domain.call import ChannelId
from ivr.errors import Refusal

GET_FLAGS, SYNCHRONOUS = 0x80086601, 0x8


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "a" / "notes"
    prepare(made)
    return made


async def test_calls_are_read_by_their_arrival_and_forgotten_one_by_one(folder: Path) -> None:
    (folder / "2.2.call").write_text("arrived 1795331900 0 0291 free 0401234567\n")
    (folder / "1.1.call").write_text("arrived 1795331875 1 0291 - -\nended 1795331880\n")
    notes = AloneFolder(folder)
    assert [each.channel for each in await notes.noted()] == ["1.1", "2.2"]
    await notes.forget(ChannelId("1.1"))
    await notes.forget(ChannelId("1.1"))
    assert [each.channel for each in await notes.noted()] == ["2.2"]


async def test_what_cannot_be_read_is_put_aside_and_stops_nothing(folder: Path) -> None:
    (folder / "1.1.call").write_bytes(b"\xff\x00 nonsense")
    (folder / "2.2.call").write_text("arrived 1795331900 0 0291 free 0401234567\n")
    (folder / "notes.txt").write_text("by somebody else")
    assert [each.channel for each in await AloneFolder(folder).noted()] == ["2.2"]
    assert (folder / "1.1.unreadable").exists()


async def test_where_there_is_no_folder_there_are_no_notes(tmp_path: Path) -> None:
    assert list(await AloneFolder(tmp_path / "none").noted()) == []


def test_the_folder_is_its_owners_alone_and_written_through_where_that_is_known(
    folder: Path,
) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700
    opened = os.open(folder, os.O_RDONLY)
    flags = array.array("l", [0])
    try:
        fcntl.ioctl(opened, GET_FLAGS, flags, True)
    except OSError:
        pytest.skip("this file system knows no flags")
    finally:
        os.close(opened)
    assert flags[0] & SYNCHRONOUS
    prepare(folder)  # again


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Refusal, match="IVR_ALONE_DIR"):
        prepare(tmp_path / "file" / "notes")
