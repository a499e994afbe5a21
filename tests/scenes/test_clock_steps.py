"""The machine's clock is set: nobody who is on the line notices; in virtual time."""

import asyncio
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ivr.adapters.steady_clock import SteadyClock
from ivr.domain.journal import EventKind
from ivr.domain.policy import Ending, OnBudgetEnd, WaitingPolicy
from ivr.domain.service import Service
from ivr.ports import Clock
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE, TOLL_FREE, changed, counsellor, service
from tests.fakes.time import run_in_virtual_time
from tests.scenes.test_notice import FI as SAID
from tests.scenes.test_notice import told
from tests.scenes.world import World

KEYS = {"lang_choice": "1", "topic_menu": "1"}
STEPS = [timedelta(hours=1), timedelta(hours=-1), timedelta(days=1), timedelta(days=-1)]
# Everything that is counted in seconds comes to pass, or would with a step of an hour.
POLICY = WaitingPolicy(
    budget_s=120,
    on_budget_end=OnBudgetEnd.ANSWER,
    offer_after_s=40,
    offer_before_budget_s=20,
    announce_every_s=30,
    longest_s=200,
    on_longest=Ending.NOTICE,
    nobody_after_s=150,
    on_nobody=Ending.NOTICE,
    ghost_after_s=60,
)


class SetMachine(World):
    """A world on a machine whose clock is set by somebody, and a line with a clock of its own."""

    def __init__(self, config: Service, folder: Path) -> None:
        super().__init__(config)
        folder.mkdir()
        self._file = folder / "clock.json"
        self._following: asyncio.Task[None] | None = None
        self._steady: SteadyClock | None = None

    def time(self) -> Clock:
        loop = asyncio.get_running_loop()
        steady = SteadyClock(self.clock, self._file, elapsed=loop.time, boot_id="this")
        self._following = asyncio.create_task(steady.follow(self._busy))
        self._steady = steady
        return steady

    def of_machine(self, at: datetime) -> datetime:
        assert self._steady is not None
        return self._steady.of_machine(at)

    async def stop(self) -> None:
        await super().stop()
        if self._following is not None:
            self._following.cancel()
            await asyncio.wait([self._following])

    def _busy(self) -> bool:
        director = self.controller.director if self.controller else None
        return director is None or not director.ready or len(director.on_air) > 0


def _config() -> Service:
    config = service(counsellor("anna"), counsellor("bertil"))
    for line in ("free", "toll_free"):
        config = changed(config, line, waiting=POLICY)
    return config


async def _told(
    folder: Path, step: timedelta, at_s: float, *, dies: bool
) -> tuple[list[list[tuple[float, str]]], list[list[str]], list[object]]:
    """One is served and two wait to the end of what they may; at a moment the clock is set.

    What each heard and when, the outcomes, and who was rung when.
    """
    world = SetMachine(_config(), folder)
    world.start()
    world.phone("bertil", answers_after=None)  # is at work, and rings in vain
    callers: list[Channel] = []
    setting = asyncio.create_task(_set_clock(world, step, at_s, dies=dies))
    with ExitStack() as habits:
        for number in (FREE, TOLL_FREE, FREE):
            callers.append(world.asterisk.call(number, f"+35840123456{len(callers)}"))
            callers[-1].sends_from = asyncio.get_running_loop().time()
            habits.enter_context(world.habit(callers[-1], KEYS))
            await asyncio.sleep(4)
        await asyncio.sleep(60)
        world.phone("anna", answers_after=2.0)
        await world.until(lambda: callers[0].up)
        world.unregister("anna")  # and talks on
        await asyncio.sleep(60)
        world.asterisk.end(callers[0].id)
        for caller in callers:
            await world.until_over(caller)
        await setting
        await asyncio.sleep(5)
        await world.stop()
    assert not world.asterisk.channels
    heard = [[(round(at, 1), sound) for at, sound in caller.heard] for caller in callers]
    rung = [event.data["counsellor"] for event in world.disk.of(EventKind.RINGING)]
    return heard, [world.outcomes(caller) for caller in callers], list(rung)


async def _set_clock(world: World, step: timedelta, at_s: float, *, dies: bool) -> None:
    await asyncio.sleep(at_s)
    if dies:
        assert world.controller is not None
        world.controller.die()
    world.clock.ahead = step
    if dies:
        await world.crash_and_restart(1.0)


@pytest.mark.parametrize(
    ("at_s", "dies"),
    [(20.3, False), (75.0, False), (110.0, False), (20.3, True), (110.0, True)],
    ids=["waiting", "ringing", "talking", "waiting and dies", "talking and dies"],
)
def test_who_is_on_the_line_hears_the_same_at_the_same_time_whatever_the_clock_is_set_to(
    tmp_path: Path, at_s: float, *, dies: bool
) -> None:
    calm = run_in_virtual_time(_told(tmp_path / "calm", timedelta(), at_s, dies=dies))
    assert calm[1] == [["served"], ["turned_away"], ["turned_away"]]
    for step in STEPS:
        stepped = run_in_virtual_time(_told(tmp_path / str(step), step, at_s, dies=dies))
        assert stepped == calm, f"set by {step}"


def test_the_clock_is_followed_as_soon_as_nobody_is_on_the_line(tmp_path: Path) -> None:
    async def story() -> None:
        world = SetMachine(_config(), tmp_path / "clock")
        world.start()
        inside = world.asterisk.call(FREE)
        with world.habit(inside, KEYS):
            await world.until(lambda: inside.music)
            world.clock.ahead = timedelta(hours=6)  # four o'clock: the line is closed
            await asyncio.sleep(5)
            also_inside = world.asterisk.call(FREE)
            with world.habit(also_inside, KEYS):
                await world.until(lambda: also_inside.music)
            for caller in (inside, also_inside):
                assert "fi/closed_hours" not in world.heard(caller)
                world.asterisk.end(caller.id)
        await asyncio.sleep(2)
        outside = world.asterisk.call(FREE)
        with world.habit(outside, KEYS):
            await world.until_over(outside)
        assert world.outcomes(outside) == ["closed_hours"]
        await world.stop()

    run_in_virtual_time(story())


@pytest.mark.parametrize("step", STEPS)
def test_the_free_wait_of_a_caller_whom_the_dialplan_held_is_as_long_as_they_were_told(
    tmp_path: Path, step: timedelta
) -> None:
    """The dialplan goes by the machine's clock; the line, with somebody on it, does not."""

    async def story() -> None:
        world = SetMachine(_config(), tmp_path / "clock")
        world.start()
        world.phone("bertil", answers_after=None)
        inside = world.asterisk.call(TOLL_FREE)
        with world.habit(inside, KEYS):
            await world.until(lambda: inside.music)
            world.clock.ahead = step
            await asyncio.sleep(5)
            began = asyncio.get_running_loop().time() - 60
            held = world.asterisk.call(FREE, since=world.clock.now() - timedelta(seconds=60))
            with world.habit(held, KEYS):
                await world.until(lambda: held.up)
                free_s = asyncio.get_running_loop().time() - began
            assert POLICY.budget_s <= free_s < POLICY.budget_s + 10
            for caller in (inside, held):
                world.asterisk.end(caller.id)
                await world.until_over(caller)
        await world.stop()

    run_in_virtual_time(story())


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("dies", [True, False])
def test_who_was_cut_off_and_who_hung_up_are_told_apart_after_a_step(
    tmp_path: Path, step: timedelta, *, dies: bool
) -> None:
    """Asterisk begins again (and goes by the machine's clock) before the call, or after it."""

    async def story() -> None:
        world = SetMachine(_config(), tmp_path / "clock")
        world.start()
        world.phone("bertil", answers_after=None)
        inside = world.asterisk.call(TOLL_FREE)
        with world.habit(inside, KEYS):
            await world.until(lambda: inside.music)
            world.clock.ahead = step
            if not dies:
                world.asterisk.started = world.clock.now()
            await asyncio.sleep(5)
            waits = world.asterisk.call(TOLL_FREE)
            with world.habit(waits, KEYS):
                await world.until(lambda: waits.music)
                await asyncio.sleep(5)
                assert world.controller is not None
                world.controller.die()
                if dies:
                    world.asterisk.started = world.clock.now()
                world.asterisk.end(waits.id)
                await world.crash_and_restart(1)
                await world.until_over(waits)
        assert world.outcomes(waits) == ["lost" if dies else "abandoned_queue"]
        world.asterisk.end(inside.id)
        await world.until_over(inside)
        await world.stop()

    run_in_virtual_time(story())


@pytest.mark.parametrize("step", STEPS)
def test_a_notice_and_a_closure_hold_as_long_as_they_were_said_to_while_somebody_is_on_the_line(
    tmp_path: Path, step: timedelta
) -> None:
    async def story() -> None:
        world = SetMachine(_config(), tmp_path / "clock")
        world.start()
        inside = world.asterisk.call(TOLL_FREE)
        with world.habit(inside, KEYS):
            await world.until(lambda: inside.music)
            world.board.put(told(minutes=2, closes=True))
            world.clock.ahead = step
            await asyncio.sleep(60)
            during = world.asterisk.call(FREE)
            await world.until_over(during)
            await asyncio.sleep(60)
            after = world.asterisk.call(FREE)
            with world.habit(after, KEYS):
                await world.until(lambda: after.music)
        assert world.heard(during)[0] == SAID
        assert world.outcomes(during) == ["closed_hours"]
        assert SAID not in world.heard(after)
        for caller in (inside, after):
            world.asterisk.end(caller.id)
            await world.until_over(caller)
        await world.stop()

    run_in_virtual_time(story())


@pytest.mark.parametrize("restarts", [True, False])
def test_a_notice_that_ended_is_not_heard_again_when_a_restart_or_a_step_comes_after_it(
    tmp_path: Path, *, restarts: bool
) -> None:
    async def story() -> None:
        world = SetMachine(_config(), tmp_path / "clock")
        world.start()
        world.board.put(told(minutes=30, closes=True))
        await asyncio.sleep(5)
        if restarts:
            await world.stop()
            await asyncio.sleep(30 * 60)  # it ends while nobody is there to end it
            world.start()
        else:
            world.clock.ahead = timedelta(minutes=30)  # nobody is on the line: it is followed
            await asyncio.sleep(5)
        caller = world.asterisk.call(FREE)
        with world.habit(caller, KEYS):
            await world.until(lambda: caller.music)
        assert SAID not in world.heard(caller)
        world.asterisk.end(caller.id)
        await world.until_over(caller)
        await world.stop()

    run_in_virtual_time(story())
