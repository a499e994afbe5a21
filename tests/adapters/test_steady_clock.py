"""The line's clock goes on evenly while anybody is on the line, and by the machine's otherwise."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr.adapters import steady_clock
from ivr.adapters.steady_clock import SteadyClock

BEGIN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@dataclass
class Machine:
    """A machine that has been up for `up_s` seconds, and its clock. Implements `Clock`."""

    up_s: float = 100.0
    boot_id: str = "this"
    set_by: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return BEGIN + self.set_by + timedelta(seconds=self.up_s)

    def open(self, path: Path) -> SteadyClock:
        """The clock of a process that starts now."""
        return SteadyClock(self, path, elapsed=lambda: self.up_s, boot_id=self.boot_id)


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "clock.json"


def test_it_goes_by_the_machines_clock(machine: Machine, path: Path) -> None:
    clock = machine.open(path)
    machine.up_s += 10
    assert clock.now() == machine.now()
    assert clock.ahead_s == 0


@pytest.mark.parametrize("step", [HOUR, -HOUR, timedelta(days=1), timedelta(days=-1)])
def test_a_step_is_followed_when_nobody_is_on_the_line_and_not_before(
    machine: Machine, path: Path, step: timedelta
) -> None:
    clock = machine.open(path)
    before = clock.now()
    machine.set_by = step
    machine.up_s += 10
    with capture_logs() as logs:
        clock.look(busy=True)
        clock.look(busy=True)
        assert clock.now() == before + timedelta(seconds=10)
        assert clock.ahead_s == step.total_seconds()
        clock.look(busy=False)
    assert clock.now() == machine.now()
    assert clock.ahead_s == 0
    assert [log["event"] for log in logs] == ["clock.stepped", "clock.followed"]


def test_what_nobody_would_notice_is_left_alone(machine: Machine, path: Path) -> None:
    clock = machine.open(path)
    before = clock.now()
    machine.set_by = timedelta(seconds=2)
    clock.look(busy=False)
    assert (clock.now(), clock.ahead_s) == (before, 0)


@pytest.mark.parametrize("followed", [False, True])
def test_a_process_that_is_started_again_goes_on_where_the_one_before_was(
    machine: Machine, path: Path, *, followed: bool
) -> None:
    clock = machine.open(path)
    machine.set_by = HOUR
    clock.look(busy=not followed)
    machine.up_s += 3
    again = machine.open(path)
    assert again.now() == clock.now()
    assert again.ahead_s == (0 if followed else HOUR.total_seconds())


def test_after_a_start_of_the_machine_its_clock_is_believed(machine: Machine, path: Path) -> None:
    machine.open(path)
    machine.set_by, machine.boot_id, machine.up_s = HOUR, "next", 5.0
    assert machine.open(path).now() == machine.now()


@pytest.mark.parametrize("written", ["", "{}", '{"boot": "this", "began": 7}', "\x00"])
def test_a_file_that_cannot_be_read_is_an_alarm_and_no_end(
    machine: Machine, path: Path, written: str
) -> None:
    path.write_text(written)
    with capture_logs() as logs:
        assert machine.open(path).now() == machine.now()
    assert [log["event"] for log in logs] == ["clock.unreadable"]


def test_a_disk_that_refuses_keeps_nobody_from_knowing_the_time(machine: Machine) -> None:
    with capture_logs() as logs:
        clock = machine.open(Path("/nowhere/clock.json"))
    assert clock.now() == machine.now()
    assert [log["event"] for log in logs] == ["clock.not_kept"]


async def test_it_looks_again_and_again(
    machine: Machine, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steady_clock, "LOOKS_EVERY_S", 0.001)
    clock, asked = machine.open(path), asyncio.Event()
    busy = [False, True]

    def on_the_line() -> bool:
        if len(busy) == 1:
            asked.set()
        return busy.pop() if len(busy) > 1 else busy[0]

    machine.set_by = HOUR
    following = asyncio.create_task(clock.follow(on_the_line))
    async with asyncio.timeout(20):
        await asked.wait()
    following.cancel()
    await asyncio.wait([following])
    assert clock.now() == machine.now()


def test_this_machine_says_how_long_it_has_been_up(tmp_path: Path) -> None:
    clock = SteadyClock.open(Machine(), tmp_path / "new" / "clock.json")
    first = clock.now()
    assert first <= clock.now() < first + timedelta(minutes=1)


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_what_the_machines_clock_tells_is_known_by_its_own(
    machine: Machine, path: Path, step: timedelta
) -> None:
    clock = machine.open(path)
    machine.set_by = step
    assert clock.of_machine(machine.now()) == clock.now()
    clock.look(busy=False)
    assert clock.of_machine(machine.now()) == clock.now() == machine.now()


def test_a_folder_that_cannot_be_made_is_for_the_outbox_to_refuse(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    machine = Machine()
    with capture_logs() as logs:
        clock = SteadyClock.open(machine, file / "state" / "clock.json")
    assert abs(clock.now() - machine.now()) < HOUR
    assert {log["event"] for log in logs} == {"clock.unreadable", "clock.not_kept"}
