"""What is saved comes into force after a full check, and what is wrong leaves the last good one."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ivr import configuring
from ivr.config import ConfigurationError, Problem
from ivr.config.message import told
from ivr.config.saved import sign
from ivr.configuring import Configuration, NotTold, NotYet, Version
from ivr.domain.call import CounsellorId
from ivr.domain.code import ADMINISTRATORS
from ivr.domain.service import Service
from ivr.errors import Refusal
from ivr.ports import Reloaded
from ivr.tasks import Tasks
from tests.adapters.polling import until
from tests.fakes.service import SilentSpeech, service
from tests.fakes.time import BEGIN

SPEECH = SilentSpeech()
BEFORE = service()


@dataclass(kw_only=True)
class Line:
    """A line that has its calls allowed from `lines.yaml`, and says what is done with it."""

    folder: Path
    needed: str | None = None  # why a version is not admitted
    untold: str | None = None
    unused: tuple[str, ...] = ()  # recordings that cannot be used
    fails: bool = False
    now: datetime = BEGIN
    checked: int = 0
    told: int = 0
    pins: dict[CounsellorId, str] = field(default_factory=dict)
    taken: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def check(self) -> tuple[Service, Sequence[str]]:
        self.checked += 1
        if self.fails:
            raise RecursionError("a fault of the program")
        file = self.folder / "lines.yaml"
        try:
            calls = int(file.read_text())
        except (OSError, ValueError):
            wrong = Problem(file=file, line=3, column=5, text=told("write a number"))
            raise ConfigurationError([wrong, replace(wrong, line=9)]) from None
        return replace(BEFORE, most_calls=calls), ["many"] if calls > 100 else []

    async def admit(self, service: Service) -> None:
        if self.needed is not None:
            raise NotYet(self.needed)

    def make(self, service: Service) -> Version:
        return Version(service=service, speech=SPEECH, pins=self.pins, doubts=self.unused)

    async def take(self, version: Version) -> bool:
        self.taken.append(version.service.most_calls)
        return True

    async def tell(self) -> Sequence[str]:
        self.told += 1
        if self.untold is not None:
            raise NotTold(self.untold)
        return []

    def save(self, text: str) -> None:
        """As an editor does: whole, under another name, and then renamed."""
        draft = self.folder / ".draft"
        draft.write_text(text)
        draft.replace(self.folder / "lines.yaml")


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Line:
    monkeypatch.setattr(configuring, "LOOK_EVERY_S", 0.01)
    monkeypatch.setattr(configuring, "AGAIN_S", 0.01)
    made = Line(folder=tmp_path)
    made.save(str(BEFORE.most_calls))
    return made


@asynccontextmanager
async def kept(line: Line) -> AsyncIterator[Configuration]:
    """The configuration of a line that runs."""
    first = Version(service=BEFORE, speech=SPEECH, pins={})
    configuration = Configuration(
        [line.folder],
        first,
        line,
        seen=sign(line.folder),
        say=line.said.append,
        now=lambda: line.now,
    )
    async with Tasks() as tasks:
        tasks.start(configuration.keep(), "configuration")
        yield configuration


async def test_a_file_that_is_saved_comes_into_force_and_what_has_changed_is_said(
    line: Line,
) -> None:
    async with kept(line) as configuration:
        line.save("7")
        await until(lambda: line.taken == [7])
        await until(lambda: line.told == 2)
        assert configuration.fault is None
        assert configuration.version.service.most_calls == 7
    assert line.said[0] == "The configuration as saved is in force:"
    assert line.said[1] == f"  most_calls is 7, was {BEFORE.most_calls}"


async def test_a_pin_that_was_changed_counts_once_it_is_looked_at_by_hand(line: Line) -> None:
    async with kept(line) as configuration:
        line.pins = {ADMINISTRATORS: "97531"}
        assert (await configuration.reload()).changes == ("the PINs are others",)
        assert configuration.version.pins == {ADMINISTRATORS: "97531"}
        assert (await configuration.reload()).changes == ()
    assert "97531" not in "".join(line.said)


async def test_of_two_saves_within_a_moment_the_second_is_in_force(line: Line) -> None:
    async with kept(line):
        for last in (5, 6, 7):
            line.save("1")
            line.save(str(last))
            await until(lambda last=last: line.taken[-1:] == [last])  # type: ignore[misc]


async def test_a_save_while_the_files_are_read_is_not_missed(line: Line) -> None:
    async with kept(line) as configuration:
        check = line.check

        def saved_meanwhile() -> tuple[Service, Sequence[str]]:
            found = check()
            if line.checked == 1:
                line.save("8")
            return found

        line.check = saved_meanwhile  # type: ignore[method-assign]
        line.save("7")
        await until(lambda: bool(line.taken))
        assert line.taken == [8]
        await until(lambda: configuration.fault is None)


@pytest.mark.parametrize("damage", ["half", "deleted", "nowhere", "large", "folder"])
async def test_a_bad_file_leaves_the_last_good_configuration_and_says_so_until_it_is_mended(
    line: Line, damage: str
) -> None:
    file = line.folder / "lines.yaml"
    async with kept(line) as configuration:
        line.save("7")
        await until(lambda: line.taken == [7])
        match damage:
            case "half":
                line.save("7: {")
            case "large":
                line.save("x" * 10_000_000)
            case _:
                file.unlink()
        if damage == "nowhere":
            file.symlink_to(line.folder / "not there")
        if damage == "folder":
            file.mkdir()
        await until(lambda: configuration.fault is not None and line.checked == 2)
        await until(lambda: "refused" in str(configuration.fault))
        assert configuration.fault == "refused: lines.yaml:3:5 and 1 more, see `ivr check`"
        assert configuration.version.service.most_calls == 7
        assert line.taken == [7]
        told = [said for said in line.said if "last good one" in said]
        assert len(told) == 1
        if damage == "folder":
            file.rmdir()
        line.save("9")
        await until(lambda: line.taken == [7, 9])
        await until(lambda: configuration.fault is None)


async def test_what_somebody_wrote_in_the_wrong_place_is_on_the_console_and_not_in_the_fault(
    line: Line,
) -> None:
    async with kept(line) as configuration:
        line.save("+358401234567")
        line.needed = None
        line.save("Anna Aalto 0401234567")
        await until(lambda: configuration.fault is not None and line.checked > 0)
        await until(lambda: "refused" in str(configuration.fault))
        assert "040" not in str(configuration.fault)
        assert "Anna" not in str(configuration.fault)


async def test_by_hand_it_is_told_what_has_changed_and_what_is_doubtful(line: Line) -> None:
    async with kept(line) as configuration:
        line.save("700")
        reloaded = await configuration.reload()
        assert list(reloaded.changes) == [f"most_calls is 700, was {BEFORE.most_calls}"]
        assert list(reloaded.doubts) == ["many"]
        again = await configuration.reload()
        assert list(again.changes) == []
        assert line.taken == [700]


async def test_by_hand_a_refusal_has_every_mistake(line: Line) -> None:
    async with kept(line) as configuration:
        line.save("x")
        with pytest.raises(ConfigurationError) as refused:
            await configuration.reload()
        assert len(refused.value.problems) == 2


async def test_what_is_still_needed_is_held_back_and_comes_into_force_by_itself(
    line: Line,
) -> None:
    async with kept(line) as configuration:
        line.needed = "line free: somebody is on it."
        line.save("7")
        await until(lambda: configuration.fault == "held back: line free: somebody is on it")
        checked = line.checked
        await until(lambda: line.checked > checked + 2)
        assert line.taken == []
        assert sum("last good one" in said for said in line.said) == 1
        line.needed = None
        await until(lambda: line.taken == [7])
        await until(lambda: configuration.fault is None)


async def test_asterisk_is_told_again_until_it_has_heard(line: Line) -> None:
    async with kept(line) as configuration:
        line.untold = "Asterisk does not answer."
        line.save("7")
        await until(lambda: configuration.fault == "in force, but Asterisk does not answer")
        assert line.taken == [7]
        assert not any("last good" in said for said in line.said)
        line.untold = None
        await until(lambda: configuration.fault is None)
        assert line.taken == [7]


async def test_asterisk_is_told_every_day_of_the_days_to_come(line: Line) -> None:
    async with kept(line) as configuration:
        await until(lambda: line.told == 1)
        await asyncio.sleep(0.05)
        assert line.told == 1
        line.now += timedelta(days=1)
        await until(lambda: line.told == 2)
        configuration.tell_soon()
        await until(lambda: line.told == 3)
        assert line.checked == 0


async def test_a_fault_of_ours_in_the_check_leaves_the_last_good_one_and_is_shown(
    line: Line,
) -> None:
    first = Version(service=BEFORE, speech=SPEECH, pins={})
    configuration = Configuration(
        [line.folder], first, line, seen=sign(line.folder), say=line.said.append
    )
    line.fails = True
    asking = asyncio.ensure_future(configuration.reload())
    with pytest.raises(RecursionError):
        await configuration.keep()
    assert configuration.fault == "could not be checked: the log says why"
    with pytest.raises(Refusal, match="could not be checked"):
        await asking
    line.fails = False
    async with Tasks() as tasks:
        tasks.start(configuration.keep(), "configuration")
        await asyncio.sleep(0.05)
        assert line.taken == []  # it is not tried again and again
        line.save("7")
        await until(lambda: line.taken == [7])


def test_a_recording_is_one_of_the_files_and_a_file_of_an_editor_is_not(tmp_path: Path) -> None:
    (tmp_path / "recordings" / "fi").mkdir(parents=True)
    before = sign(tmp_path)
    (tmp_path / ".lines.yaml.swp").write_text("")
    (tmp_path / "lines.yaml~").write_text("")
    assert sign(tmp_path) == before
    recording = tmp_path / "recordings" / "fi" / "welcome.wav"
    recording.write_bytes(b"RIFF")
    os.utime(recording, (0, 0))
    assert sign(tmp_path) != before


async def test_what_a_start_held_back_is_tried_again_by_itself(line: Line) -> None:
    line.save("7")
    saved = Version(service=replace(BEFORE, most_calls=7), speech=SPEECH, pins={})
    configuration = Configuration(
        [line.folder], saved, line, seen=sign(line.folder), say=line.said.append
    )
    last = Version(service=BEFORE, speech=SPEECH, pins={})
    configuration.hold_back(last, NotYet("line free: somebody is on it."))
    assert configuration.fault == "held back: line free: somebody is on it"
    async with Tasks() as tasks:
        tasks.start(configuration.keep(), "configuration")
        await until(lambda: line.taken == [7])
        await until(lambda: configuration.fault is None)


async def test_two_who_ask_at_once_are_told_the_same_and_who_asks_meanwhile_is_looked_for_again(
    line: Line,
) -> None:
    later: list[asyncio.Task[Reloaded]] = []
    async with kept(line) as configuration:
        admit = line.admit

        async def asked_meanwhile(service: Service) -> None:
            await admit(service)
            if not later:
                line.save("8")
                later.append(asyncio.ensure_future(configuration.reload()))
                await asyncio.sleep(0)

        line.admit = asked_meanwhile  # type: ignore[method-assign]
        line.save("7")
        one, two = await asyncio.gather(configuration.reload(), configuration.reload())
        assert one is two
        assert list((await later[0]).changes) == ["most_calls is 8, was 7"]
    assert line.taken == [7, 8]


async def test_who_has_asked_and_gone_disturbs_nobody(line: Line) -> None:
    async with kept(line) as configuration:
        for text in ("7", "not a number"):
            line.save(text)
            gone = asyncio.ensure_future(configuration.reload())
            stays = asyncio.ensure_future(configuration.reload())
            await asyncio.sleep(0)
            gone.cancel()
            await asyncio.wait({gone, stays})
            assert (stays.exception() is None) is (text == "7")
        line.save("9")
        assert list((await configuration.reload()).changes) == ["most_calls is 9, was 7"]


async def test_while_it_is_looked_at_nothing_is_said_to_be_wrong_with_it(line: Line) -> None:
    seen: list[str | None] = []
    async with kept(line) as configuration:
        make = line.make

        def looked_at(service: Service) -> Version:
            seen.append(configuration.fault)
            return make(service)

        line.make = looked_at  # type: ignore[method-assign]
        line.save("7")
        await configuration.reload()
        line.save("x")
        await until(lambda: "refused" in str(configuration.fault))
        line.save("8")
        await configuration.reload()
        assert configuration.fault is None
    assert seen == [None, "refused: lines.yaml:3:5 and 1 more, see `ivr check`"]


async def test_a_recording_that_cannot_be_used_is_said_when_it_is_saved_and_only_then(
    line: Line,
) -> None:
    recordings = line.folder / "recordings" / "fi"
    recordings.mkdir(parents=True)
    async with kept(line) as configuration:
        line.unused = ("recordings/fi/welcome.wav is an MP3 and no WAV",)
        (recordings / "welcome.wav").write_bytes(b"ID3")
        await until(lambda: bool(line.said))
        await configuration.reload()
        assert line.said == [f"doubtful: {line.unused[0]}"]
        assert (line.taken, configuration.fault) == ([], None)
