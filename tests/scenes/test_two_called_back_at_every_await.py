"""Wherever the controller dies, each is dialled once, and no more at once than counsellors hold."""

import asyncio

from ivr.domain.callback import Status
from ivr.domain.counsellor import Doing
from tests.fakes.asterisk import Channel, FakePhone
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.called_back import NUMBER, OTHERS_NUMBER, CalledBack, other_asks

CITIZENS = frozenset({NUMBER, OTHERS_NUMBER})
TALK_S = 5.0  # from the picking up, the greeting included


def citizens(world: CalledBack) -> list[Channel]:
    """The channels on which somebody is called back now."""
    return [c for c in world.asterisk.channels.values() if c.account in CITIZENS]


def look(world: CalledBack) -> None:
    """Nobody is called twice at once, nor without a counsellor who holds."""
    called = citizens(world)
    assert len(called) == len({c.account for c in called}), "dialled twice at once"
    holding = [c for c in world.asterisk.channels.values() if c.leg_of is not None and c.up]
    assert len([c for c in called if not c.up]) <= len(holding), "nobody holds for one"


async def play(strike_at: int | None) -> int:
    """One counsellor calls two citizens back, who talk for a moment; the steps that it took."""
    begun: list[CalledBack] = []
    restarts: list[asyncio.Task[None]] = []

    def struck() -> None:
        world = begun[0]
        assert world.controller is not None
        world.controller.die()
        restarts.append(asyncio.create_task(world.crash_and_restart(0.5)))

    steps = Steps(None, struck)
    world = await CalledBack.begin(steps=steps)
    begun.append(world)
    await other_asks(world, {})
    world.asterisk.phones[OTHERS_NUMBER] = FakePhone()
    before = steps.taken
    steps.strike_at(None if strike_at is None else before + strike_at)
    world.phone("anna")
    taken = await called_back(world, steps)
    await asyncio.gather(*restarts)
    assert sum(len(each.attempts) for each in world.disk.callbacks) == 2
    await asyncio.sleep(20)
    assert [doing for _, _, doing in world.house.roster.at_work()] == [Doing.FREE]
    await world.close()
    return taken - before


async def called_back(world: CalledBack, steps: Steps) -> int:
    """Wait until one attempt of each is over, and look all the while; the steps taken by then."""
    over = frozenset({Status.REACHED, Status.WAITING})
    ends: set[str] = set()
    loop = asyncio.get_running_loop()
    began = loop.time()
    while not all(each.attempts and each.status in over for each in world.disk.callbacks):
        assert loop.time() < began + 120, f"not called back: {world.disk.callbacks}"
        await asyncio.sleep(0.25)
        look(world)
        for channel in citizens(world):
            if channel.up and channel.id not in ends:
                ends.add(channel.id)
                loop.call_later(TALK_S, world.asterisk.end, channel.id)
    return steps.taken


def test_a_crash_at_any_await_dials_two_citizens_one_after_the_other_and_each_once() -> None:
    steps = run_in_virtual_time(play(None))
    assert steps > 20
    for step in range(1, steps + 1):
        try:
            run_in_virtual_time(play(step))
        except AssertionError as error:
            raise AssertionError(f"died at step {step} of {steps}: {error}") from error
