"""What is put into the folder is noticed within a second or two, whoever puts it there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest
import structlog.testing

from ivr.adapters import notice_folder
from ivr.adapters.notice_folder import NoticeFolder
from ivr.domain.call import Language, LineId
from ivr.domain.notice import Notice, Spoken, closure
from ivr.ports import NotKept
from tests.adapters.polling import until
from tests.fakes.time import BEGIN

LINE = LineId("families")
HOUR = timedelta(hours=1)


def notice(*, closes: bool = True, line: LineId = LINE) -> Notice:
    spoken = {Language.FI: Spoken(sound="notices/a-fi", seconds=2.0, text="Hei.")}
    return Notice(line=line, since=BEGIN, until=BEGIN + HOUR, closes=closes, spoken=spoken)


@pytest.fixture
def folder(tmp_path: Path) -> NoticeFolder:
    return NoticeFolder(tmp_path / "notices", tmp_path / "prompts")


@asynccontextmanager
async def watched(folder: NoticeFolder) -> AsyncIterator[None]:
    watching = asyncio.create_task(folder.watch())
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def test_what_another_process_says_is_noticed_and_what_it_takes_back(
    folder: NoticeFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice_folder, "LOOK_EVERY_S", 0.01)
    other, view = NoticeFolder(tmp_path / "notices", tmp_path / "prompts"), folder.closures
    async with watched(folder):
        other.write(notice())
        await until(lambda: folder.of(LINE, BEGIN) == notice())
        assert view == {LINE: closure(notice())}
        other.write(notice(closes=False))
        await until(lambda: folder.of(LINE, BEGIN) == notice(closes=False))
        assert view == {}
        other.remove(LINE)
        await until(lambda: folder.of(LINE, BEGIN) is None)


async def test_what_is_put_holds_at_once_and_after_a_restart(
    folder: NoticeFolder, tmp_path: Path
) -> None:
    await folder.put(notice())
    again = NoticeFolder(tmp_path / "notices", tmp_path / "prompts")
    for each in (folder, again):
        assert each.of(LINE, BEGIN) == notice()
        assert each.of(LINE, BEGIN + HOUR) is None
        assert each.closures == {LINE: closure(notice())}
    await folder.end(LINE)
    await folder.end(LINE)
    assert folder.of(LINE, BEGIN) is None
    assert not list((tmp_path / "notices").iterdir())


def test_a_clip_is_played_from_the_prompts_and_a_recording_by_its_name(
    folder: NoticeFolder, tmp_path: Path
) -> None:
    clip = folder.sound(Spoken(sound="notices/a-fi", seconds=2.0))
    assert (clip.media, clip.seconds) == ((f"{tmp_path}/prompts/notices/a-fi",), 2.0)
    recording = folder.sound(Spoken(sound="recording:a-fi", seconds=2.0))
    assert recording.media == ("recording:a-fi",)


async def test_a_disk_that_takes_nothing_changes_nothing(
    folder: NoticeFolder, tmp_path: Path
) -> None:
    (tmp_path / "notices").write_text("a file")
    with pytest.raises(NotKept):
        await folder.put(notice())
    with pytest.raises(NotKept):
        await folder.end(LINE)
    assert folder.of(LINE, BEGIN) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"v": 1}', "\x00", "[" * 20000])
def test_a_damaged_file_is_named_in_the_log_once_and_the_others_hold(
    folder: NoticeFolder, tmp_path: Path, text: str
) -> None:
    folder.write(notice())
    (tmp_path / "notices" / "adults.json").write_text(text)
    with structlog.testing.capture_logs() as logged:
        folder.look()
        folder.look()
    assert [each["event"] for each in logged].count("notice.unreadable") == 1
    assert folder.of(LINE, BEGIN) == notice()


def test_a_file_with_another_lines_name_and_one_in_no_encoding_are_not_believed(
    folder: NoticeFolder, tmp_path: Path
) -> None:
    folder.write(notice())
    (tmp_path / "notices" / "families.json").rename(tmp_path / "notices" / "adults.json")
    (tmp_path / "notices" / "families.json").write_bytes(b"\xff\xfe{")
    folder.look()
    assert folder.known == {}


def test_one_that_has_been_repaired_is_read(folder: NoticeFolder, tmp_path: Path) -> None:
    (tmp_path / "notices").mkdir()
    (tmp_path / "notices" / "families.json").write_text("{")
    folder.look()
    folder.write(notice())
    folder.look()
    assert folder.of(LINE, BEGIN) == notice()
