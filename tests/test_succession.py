"""One controller runs the line; others wait for their turn, and none jumps in on a doubt."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from ivr import succession as succession_module
from ivr.adapters.fence import Verdict
from ivr.adapters.outbox import Outbox
from ivr.adapters.outbox_lock import awaited
from ivr.errors import Refusal
from ivr.ousting import ORDERLY_S, Ousting
from ivr.running import Stop
from ivr.succession import Seat, Succession
from tests.adapters.polling import until

HOLD = """
import os, signal, sys, time
from pathlib import Path
from ivr.adapters.outbox_lock import own
signal.signal(signal.SIGTERM, lambda *_: os.write(1, b"asked\\n"))
lock = own(Path(sys.argv[1]))
print("mine", flush=True)
while True:
    time.sleep(60)
"""


@dataclass
class MadeUpFence:
    """A fence that is as the test says."""

    verdict: Verdict = Verdict.OURS
    asked: int = 0
    looked: int = 0

    async def ask(self) -> Verdict:
        self.asked += 1
        return self.verdict

    async def answers(self) -> bool:
        self.looked += 1
        return self.verdict is not Verdict.UNKNOWN

    async def keep(self) -> None:
        await asyncio.Event().wait()

    async def close(self) -> None:
        pass


@dataclass(kw_only=True)
class Controllers:
    """Those of one folder."""

    path: Path
    stack: AsyncExitStack
    said: list[str] = field(default_factory=list)
    stop: Stop = field(default_factory=Stop)

    async def one(
        self, *, fence: MadeUpFence | None = None, configuration: str = "x", force: bool = False
    ) -> Succession:
        seat = Seat(
            path=self.path,
            open=lambda: Outbox.open(self.path),
            fence=fence,
            configuration=configuration,
            force=force,
            say=self.said.append,
        )
        return await self.stack.enter_async_context(Succession(seat))

    def turn(self, of: Succession) -> "asyncio.Task[Outbox | None]":
        return asyncio.create_task(of.turn(self.stop))


@pytest.fixture
async def controllers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Controllers]:
    monkeypatch.setattr(succession_module, "POLL_S", 0.005)
    monkeypatch.setattr(succession_module, "NOTICED_S", 0.02)
    async with AsyncExitStack() as stack:
        yield Controllers(path=tmp_path / "outbox.sqlite", stack=stack)


def waits(controller: Succession) -> bool:
    return controller.waits is not None


async def test_the_first_runs_the_line_and_one_of_two_standbys_takes_over(
    controllers: Controllers,
) -> None:
    first, *others = [await controllers.one() for _ in range(3)]
    outbox = await controllers.turn(first)
    assert outbox is not None
    assert outbox is first.outbox
    assert not controllers.said
    assert not awaited(controllers.path)
    turns = [controllers.turn(each) for each in others]
    await until(lambda: all(map(waits, others)))
    assert awaited(controllers.path)
    await outbox.close()
    done, waiting = await asyncio.wait(turns, return_when=asyncio.FIRST_COMPLETED)
    assert (len(done), len(waiting)) == (1, 1)
    assert sorted(each.waits is None for each in others) == [False, True]
    assert "takes over" in controllers.said[-1]
    assert awaited(controllers.path)
    controllers.stop.ask()
    assert await waiting.pop() is None
    assert not awaited(controllers.path)


async def test_a_standby_of_another_configuration_says_so(controllers: Controllers) -> None:
    first, alike, other = [
        await controllers.one(configuration=configuration) for configuration in "xxy"
    ]
    await controllers.turn(first)
    for standby, differs in ((alike, False), (other, True)):
        turn = controllers.turn(standby)
        await until(partial(waits, standby))
        assert any("configuration differs" in each for each in controllers.said) is differs
        turn.cancel()
        await asyncio.wait([turn])


async def test_what_was_changed_while_it_runs_is_what_a_standby_is_compared_with(
    controllers: Controllers,
) -> None:
    first, old, new = [await controllers.one(configuration=each) for each in "xxx"]
    outbox = await controllers.turn(first)
    first.configured("y")
    old_turn = controllers.turn(old)
    await until(partial(waits, old))
    assert "configuration differs" in controllers.said[-1]
    told = len(controllers.said)
    new.configured("y")
    new_turn = controllers.turn(new)
    await until(partial(waits, new))
    assert not any("differs" in each for each in controllers.said[told:])
    old_turn.cancel()
    await asyncio.wait([old_turn])
    assert outbox is not None
    await outbox.close()
    assert await new_turn is not None
    assert controllers.path.with_name("configuration.sha256").read_text() == "y"


async def test_who_has_another_folder_waits_for_the_fence_of_the_database(
    controllers: Controllers,
) -> None:
    fence = MadeUpFence(Verdict.ANOTHERS)
    second = await controllers.one(fence=fence)
    turn = controllers.turn(second)
    await until(partial(waits, second))
    assert "from another folder, with the same database" in controllers.said[0]
    fence.verdict = Verdict.OURS
    assert await turn is second.outbox
    assert second.waits is None


async def test_a_fence_that_is_free_in_a_moment_is_nobody_to_speak_of(
    controllers: Controllers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(succession_module, "NOTICED_S", 60.0)
    fence = MadeUpFence(Verdict.ANOTHERS)
    turn = controllers.turn(await controllers.one(fence=fence))
    await until(lambda: fence.asked > 2)
    fence.verdict = Verdict.OURS
    assert await turn is not None
    assert not controllers.said


async def test_without_the_database_the_outbox_alone_decides_and_that_is_logged(
    controllers: Controllers,
) -> None:
    with capture_logs() as logs:
        one = await controllers.one(fence=MadeUpFence(Verdict.UNKNOWN))
        assert await controllers.turn(one) is not None
    assert "standby.database_away" in [each["event"] for each in logs]


@pytest.mark.parametrize("patience_s", [60.0, 0.01])
async def test_who_knows_of_another_lets_it_come_back_after_the_database_was_away(
    controllers: Controllers, monkeypatch: pytest.MonkeyPatch, patience_s: float
) -> None:
    monkeypatch.setattr(succession_module, "RETURN_S", patience_s)
    fence = MadeUpFence(Verdict.ANOTHERS)
    second = await controllers.one(fence=fence)
    turn = controllers.turn(second)
    await until(partial(waits, second))
    fence.verdict = Verdict.UNKNOWN
    await until(lambda: fence.looked > 5)
    assert not turn.done()
    asked, looked, fence.verdict = fence.asked, fence.looked, Verdict.OURS
    if patience_s < 1:
        assert await turn is not None
        return
    await until(lambda: fence.looked > looked + 5)
    assert (fence.asked, turn.done()) == (asked, False)
    controllers.stop.ask()
    assert await turn is None


async def test_a_standby_does_not_give_up_over_a_disk_that_refuses_for_a_while(
    controllers: Controllers,
) -> None:
    first, standby = [await controllers.one() for _ in range(2)]
    outbox = await controllers.turn(first)
    assert outbox is not None
    turn = controllers.turn(standby)
    await until(partial(waits, standby))
    aside = controllers.path.rename(controllers.path.with_name("aside"))
    controllers.path.mkdir()
    with capture_logs() as logs:
        await outbox.close()
        await until(lambda: "standby.cannot_take_over" in [each["event"] for each in logs])
    controllers.path.rmdir()
    aside.rename(controllers.path)
    assert await turn is not None


async def test_who_is_told_to_take_over_heeds_no_fence(controllers: Controllers) -> None:
    one = await controllers.one(fence=MadeUpFence(Verdict.ANOTHERS), force=True)
    assert await controllers.turn(one) is not None


@pytest.fixture
def owner(tmp_path: Path) -> "Callable[[], subprocess.Popen[bytes]]":
    return lambda: subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path / "outbox.sqlite"], stdout=subprocess.PIPE
    )


def test_an_owner_is_asked_to_end_and_made_to_when_it_does_not(
    owner: "Callable[[], subprocess.Popen[bytes]]", tmp_path: Path
) -> None:
    with owner() as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"mine\n"
        ousting = Ousting(tmp_path / "outbox.sqlite")
        ousting.press(process.pid, 100.0)
        assert process.stdout.readline() == b"asked\n"
        ousting.press(process.pid, 100.0 + ORDERLY_S)
        assert process.poll() is None
        ousting.press(process.pid, 100.1 + ORDERLY_S)
        assert process.wait() == -9
        ousting.press(process.pid, 100.1)  # gone meanwhile


@pytest.mark.parametrize("stranger", [None, 1], ids=["unknown", "another"])
def test_nobody_is_ended_who_is_not_seen_to_have_the_outbox(
    tmp_path: Path, stranger: int | None
) -> None:
    ousting = Ousting(tmp_path / "outbox.sqlite")
    ousting.press(stranger, 0.0)
    with pytest.raises(Refusal, match="cannot be ended from here"):
        ousting.press(stranger, ORDERLY_S + 0.1)
