"""Wherever the controller dies or somebody hangs up, nobody is dialled twice."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from ivr.domain.callback import Status
from ivr.domain.counsellor import Doing
from ivr.domain.journal import EventKind
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.called_back import ACCEPTS, NUMBER, CalledBack

WITH_A_KEY: tuple[tuple[float, float], ...] = ()
WITH_A_WORD = ((1.3, 0.5),)
A_MACHINE = ((0.1, 9.0), (10.0, 0.4))


@dataclass(frozen=True, kw_only=True)
class Left:
    """What is left of a callback, some time after its first attempt."""

    status: Status
    results: tuple[str | None, ...]
    rung: int
    talked: bool
    steps: int


async def play(
    strike_at: int | None,
    strike: str,
    away_s: float = 0.5,
    says: Sequence[tuple[float, float]] = WITH_A_KEY,
) -> Left:
    """Call back once; at a step of it the controller dies, or somebody hangs up."""
    begun: list[CalledBack] = []
    restarts: list[asyncio.Task[None]] = []

    def struck() -> None:
        world = begun[0]
        if strike == "crash":
            assert world.controller is not None
            world.controller.die()
            restarts.append(asyncio.create_task(world.crash_and_restart(away_s)))
        elif (channel := world.channel(strike)) is not None:
            world.asterisk.end(channel.id)

    steps = Steps(None, struck)
    world = await CalledBack.begin({"back_fi": "1"} if says else ACCEPTS, steps=steps)
    world.says = says
    begun.append(world)
    before = steps.taken
    steps.strike_at(None if strike_at is None else before + strike_at)
    world.phone("anna")
    talked = False
    for _ in range(1200):
        await asyncio.sleep(0.1)
        talked = world.together()
        if talked or any(world.results):
            break
    taken = steps.taken - before
    await asyncio.sleep(3)
    talked = world.together()
    await finish(world, restarts)
    request = world.request
    results = tuple(world.results)
    return Left(
        status=request.status,
        results=results,
        rung=world.citizen.rung,
        talked=talked,
        steps=taken,
    )


async def finish(world: CalledBack, restarts: list[asyncio.Task[None]]) -> None:
    """All hang up; every call begun has one outcome, and the counsellor is free."""
    for restart in restarts:
        await restart
    citizen = world.channel(NUMBER)
    if citizen is not None:
        world.asterisk.end(citizen.id)
    await asyncio.sleep(20)
    began = {e.call_id for e in world.disk.of(EventKind.ARRIVED)}
    ended = [e.call_id for e in world.disk.of(EventKind.FINISHED)]
    assert sorted(ended) == sorted(began), f"outcomes of {ended}, begun {began}"
    assert [doing for _, _, doing in world.house.roster.at_work()] == [Doing.FREE]
    await world.close()


def at_every_step(
    strike: str, away_s: float = 0.5, says: Sequence[tuple[float, float]] = WITH_A_KEY
) -> list[tuple[Left, Left]]:
    calm = run_in_virtual_time(play(None, strike, says=says))
    assert calm.talked is (says is not A_MACHINE)
    assert calm.steps > 10
    struck = []
    for step in range(1, calm.steps + 1):
        try:
            left = run_in_virtual_time(play(step, strike, away_s, says))
            assert left.rung <= max(len(left.results), 1), "dialled without an attempt"
            assert left.status is not Status.CALLING, "an attempt is on the air for ever"
            assert None not in left.results
            struck.append((left, calm))
        except AssertionError as error:
            raise AssertionError(f"struck at step {step} of {calm.steps}: {error}") from error
    return struck


@pytest.mark.parametrize(
    ("says", "connected"),
    [(WITH_A_KEY, "reached"), (WITH_A_WORD, "no_answer")],  # who spoke hangs up after 3 s
    ids=["key", "voice"],
)
@pytest.mark.parametrize("away_s", [0.2, 1.5])
def test_a_crash_at_any_await_dials_nobody_twice_and_loses_no_request(
    away_s: float, says: Sequence[tuple[float, float]], connected: str
) -> None:
    for left, _ in at_every_step("crash", away_s, says):
        assert left.rung <= 1
        assert left.results in ((connected,), ("failed",))
        assert (left.status is Status.REACHED) is (left.results == ("reached",))
        assert left.rung == 1 or left.results == ("failed",)


def test_a_crash_at_any_await_connects_nobody_with_a_machine() -> None:
    for left, calm in at_every_step("crash", says=A_MACHINE):
        assert not left.talked
        assert calm.results == ("machine",)
        assert left.results in (("machine",), ("no_answer",), ("failed",))
        assert left.status is Status.WAITING


@pytest.mark.parametrize(
    "says", [WITH_A_KEY, WITH_A_WORD, A_MACHINE], ids=["key", "voice", "machine"]
)
@pytest.mark.parametrize("who", [NUMBER, "anna"])
def test_a_hang_up_at_any_await_ends_the_attempt_once_and_leaves_nothing(
    who: str, says: Sequence[tuple[float, float]]
) -> None:
    for left, _ in at_every_step(who, says=says):
        assert left.rung <= 1
        assert len(left.results) == 1
