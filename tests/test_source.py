"""A line that starts finds what is saved, and, where that is bad, the last good one of it."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ivr.config import ConfigurationError, last_good
from ivr.config.prompts import SHIPPED
from ivr.config.source import FILES
from ivr.domain.call import LineId
from ivr.domain.changes import changes
from ivr.domain.schedule import Interval
from ivr.settings import Settings
from ivr.source import Source
from tests.dying import dying_at


@pytest.fixture
def said() -> list[str]:
    """What the console was told."""
    return []


@pytest.fixture
def source(tmp_path: Path, said: list[str]) -> Source:
    """The shipped configuration in a folder of its own, of a line that has not run yet."""
    folder = tmp_path / "config"
    folder.mkdir()
    for file in SHIPPED.glob("*.yaml"):
        shutil.copy(file, folder)
    environment = {"IVR_STATE_DIR": str(tmp_path / "state"), "IVR_SIP_TRUNK": "192.0.2.1:5060"}
    settings = Settings.from_environment(environment)
    return Source(settings=settings, folder=folder, open_now=False, say=said.append)


def break_it(source: Source) -> None:
    (source.folder / "lines.yaml").write_text("lines: 040 123 4567\n")


def test_a_start_that_finds_a_bad_file_runs_by_the_last_good_one_and_says_what_is_wrong(
    source: Source, said: list[str]
) -> None:
    service, fault = source.first()
    assert fault is None
    source.keep(service)
    break_it(source)
    again, fault = source.first()
    assert again == service
    assert fault is not None
    assert fault.startswith("refused: lines.yaml:1:")
    assert "040" not in fault
    assert "The last good one is in force" in said[0]
    assert str(source.folder / "lines.yaml") in said[1]


def test_a_first_start_with_a_bad_file_is_refused(source: Source) -> None:
    break_it(source)
    with pytest.raises(ConfigurationError):
        source.first()


def test_the_last_good_one_of_another_folder_is_none_of_this(
    source: Source, tmp_path: Path
) -> None:
    source.keep(source.first()[0])
    elsewhere = shutil.copytree(source.folder, tmp_path / "elsewhere")
    other = replace(source, folder=elsewhere)
    break_it(other)
    with pytest.raises(ConfigurationError):
        other.first()


def test_what_was_saved_since_it_came_into_force_is_not_taken_for_it(source: Source) -> None:
    service, _ = source.first()
    source.keep(service)
    lines = source.folder / "lines.yaml"
    lines.write_text(lines.read_text().replace("most_calls", "# most_calls"))
    break_it(source)
    source.keep(service)
    assert source.first()[0] == service
    source.keep(replace(service, most_calls=1))
    assert source.first()[0] == service


def test_a_copy_is_its_owners_alone_and_whole(source: Source, tmp_path: Path) -> None:
    (source.folder / "nowhere.yaml").symlink_to(tmp_path / "nowhere")
    source.keep(source.first()[0])
    copy = tmp_path / "state" / "configuration"
    assert copy.stat().st_mode & 0o077 == 0
    assert last_good.kept(source.folder, copy) == copy
    assert [path.name for path in copy.parent.iterdir()] == ["configuration"]


def test_the_hours_and_the_trunk_of_a_trial_count_for_the_last_good_one_too(
    source: Source,
) -> None:
    trial = replace(source, open_now=True)
    trial.keep(trial.first()[0])
    break_it(trial)
    service, fault = trial.first()
    assert fault is not None
    assert all(day for line in service.lines for day in line.schedule.weekly.values())


def test_a_line_that_is_closed_by_somebodys_word_is_so_by_every_configuration(
    source: Source,
) -> None:
    closures: dict[LineId, Interval] = {}
    source = replace(source, closures=closures)
    service, _ = source.first()
    source.keep(service)
    now = datetime(2026, 12, 1, 10, tzinfo=UTC)
    closures[LineId("families")] = Interval(start=now, end=now + timedelta(hours=1))
    saved, _ = source.check()
    assert changes(service, saved) == ()
    assert service.closures == saved.closures == closures
    break_it(source)
    assert source.first()[0].closures is closures


def test_a_folder_that_is_gone_is_as_bad_as_a_bad_file(source: Source, said: list[str]) -> None:
    service, _ = source.first()
    source.keep(service)
    shutil.rmtree(source.folder)
    again, fault = source.first()
    assert again == service
    assert fault is not None
    assert "There is no folder" in fault
    assert "The last good one is in force" in said[0]


def test_what_is_near_in_time_is_doubted_as_by_the_check(source: Source) -> None:
    file, day = source.folder / "schedule.yaml", datetime.now(UTC).date()
    closed = f"[{{date: {day}, last_date: {day + timedelta(days=60)}, closed: yes}}]"
    file.write_text(file.read_text().replace("exceptions: []", f"exceptions: {closed}"))
    assert any("no opening in the next 14 days" in doubt for doubt in source.check()[1])


def test_whenever_the_controller_dies_there_is_a_last_good_one(source: Source) -> None:
    before, _ = source.first()
    lines, folder = (source.folder / "lines.yaml").read_text(), source.folder
    source.keep(before)
    (folder / "lines.yaml").write_text(lines.replace("most_calls", "# most_calls"))
    after, _ = source.check()
    operations = dying_at(None, lambda: source.keep(after))
    assert operations > len(list(folder.glob("*.yaml")))
    for operation in range(1, operations + 1):
        (folder / "lines.yaml").write_text(lines)
        source.keep(before)
        (folder / "lines.yaml").write_text(lines.replace("most_calls", "# most_calls"))
        dying_at(operation, lambda: source.keep(after))
        break_it(source)
        found, fault = source.first()
        assert found in (before, after), f"died at {operation} of {operations}"
        assert fault is not None
    (folder / "lines.yaml").write_text(lines)
    source.keep(before)
    assert [path.name for path in source.settings.state_dir.iterdir()] == ["configuration"]


def test_what_lies_in_the_folder_beside_is_neither_read_nor_kept(source: Source) -> None:
    service, _ = source.first()
    said = source.fingerprint()
    with (source.folder / "old.yaml").open("wb") as old:
        old.truncate(10**10)  # it takes no room, but a copy of it would
    (source.folder / "pipe.yaml").symlink_to("/dev/zero")
    assert source.fingerprint() == said
    source.keep(service)
    kept = source.settings.state_dir / "configuration"
    assert sorted(file.name for file in kept.glob("*.yaml")) == sorted(FILES)


def test_a_file_of_prompts_that_was_there_is_missed_and_the_shipped_texts_are_not_said(
    source: Source, said: list[str]
) -> None:
    (source.folder / "prompts.sv.yaml").write_text('welcome: "Hej, och välkommen till oss."\n')
    service, _ = source.first()
    source.keep(service)
    (source.folder / "prompts.sv.yaml").unlink()
    with pytest.raises(ConfigurationError, match=r"prompts.sv.yaml:1:1: this file was here and is"):
        source.check()
    again, fault = source.first()
    assert again == service
    assert fault == "refused: prompts.sv.yaml:1:1, see `ivr check`"
    (source.folder / "prompts.sv.yaml").write_text("{}\n")
    assert source.check()[0] != service


def test_a_last_good_one_that_cannot_be_read_any_more_is_not_blamed_for_a_bad_file(
    source: Source,
) -> None:
    source.keep(source.first()[0])
    (source.settings.state_dir / "configuration" / "schedule.yaml").write_text("of_old: 1\n")
    break_it(source)
    with pytest.raises(ConfigurationError) as refused:
        source.first()
    assert {problem.file for problem in refused.value.problems} == {source.folder / "lines.yaml"}
    assert source.last_good() is None
