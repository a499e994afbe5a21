"""What citizen and counsellor do while the controller is dead, in the middle of a call back."""

import asyncio
from collections.abc import Mapping

import pytest

from ivr.domain.callback import Status
from ivr.domain.counsellor import Doing
from tests.fakes.asterisk import Channel
from tests.fakes.time import run_in_virtual_time
from tests.scenes.called_back import ACCEPTS, NUMBER, CalledBack


async def rings(keys: Mapping[str, str] = ACCEPTS) -> tuple[CalledBack, Channel, Channel]:
    """A counsellor has accepted, and the citizen's phone rings: the world, and the two legs."""
    world = await CalledBack.begin(keys)
    world.citizen.answers_after = None
    world.phone("anna")
    await world.until(lambda: world.citizen.rung == 1)
    citizen, leg = world.channel(NUMBER), world.channel("anna")
    assert citizen is not None
    assert leg is not None
    return world, citizen, leg


def dies(world: CalledBack) -> None:
    """From this instant the controller does nothing."""
    assert world.controller is not None
    world.controller.die()


async def ends_in_vain(world: CalledBack, citizen: Channel, result: str) -> None:
    """The one attempt is over, its call too, and the counsellor is free."""
    await world.until_ended()
    assert world.results == [result]
    await world.until(lambda: world.outcomes(citizen) == ["not_reached"])
    await asyncio.sleep(20)
    assert [doing for _, _, doing in world.house.roster.at_work()] == [Doing.FREE]
    assert world.citizen.rung == 1
    await world.close()


def test_a_citizen_who_refused_while_nobody_looked_was_called_once_and_is_called_again_later() -> (
    None
):
    async def story() -> None:
        world, citizen, _ = await rings()
        dies(world)
        world.asterisk.end(citizen.id, cause=21)
        await world.crash_and_restart(2)
        await ends_in_vain(world, citizen, "failed")

    run_in_virtual_time(story())


def test_a_citizen_whose_counsellor_went_while_nobody_looked_is_rung_no_more() -> None:
    async def story() -> None:
        world, citizen, leg = await rings()
        dies(world)
        world.asterisk.end(leg.id)
        await world.crash_and_restart(2)
        await ends_in_vain(world, citizen, "failed")
        assert citizen.id not in world.asterisk.channels

    run_in_virtual_time(story())


@pytest.mark.parametrize("presses", [True, False])
def test_who_picked_up_as_the_counsellor_went_and_nobody_looked_is_greeted_and_waits(
    presses: bool,
) -> None:
    async def story() -> None:
        world, citizen, leg = await rings(ACCEPTS if presses else {"back_fi": "1"})
        dies(world)
        world.asterisk.pick_up(citizen.id)
        world.asterisk.end(leg.id)
        await world.crash_and_restart(2)
        await world.until(lambda: "fi/back_greeting" in world.told(NUMBER))
        if presses:
            await world.until(world.together)
            await world.until(lambda: world.request.status is Status.REACHED)
            await world.close()
        else:
            await ends_in_vain(world, citizen, "no_answer")

    run_in_virtual_time(story())


@pytest.mark.parametrize("who", [NUMBER, "anna"])
def test_a_talk_that_ended_while_nobody_looked_was_a_talk_and_nobody_is_called_again(
    who: str,
) -> None:
    async def story() -> None:
        world = await CalledBack.begin()
        world.phone("anna")
        await world.until(world.together)
        await world.until(lambda: world.request.status is Status.REACHED)
        citizen, ends = world.channel(NUMBER), world.channel(who)
        assert citizen is not None
        assert ends is not None
        dies(world)
        world.asterisk.end(ends.id)
        await world.crash_and_restart(2)
        await asyncio.sleep(60)
        world.asterisk.end(citizen.id)
        await world.until(lambda: world.outcomes(citizen) == ["served"])
        await asyncio.sleep(3600)
        assert (world.citizen.rung, world.results) == (1, ["reached"])
        await world.close()

    run_in_virtual_time(story())
