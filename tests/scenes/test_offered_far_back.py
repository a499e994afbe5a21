"""Who comes into the line far back is offered a callback at once; in virtual time."""

import asyncio
from dataclasses import replace

import pytest

from ivr.domain.policy import CallbackPolicy
from ivr.domain.service import Service
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE, changed, service
from tests.fakes.time import run_in_virtual_time
from tests.scenes.asking import IN_LINE, PATIENT, SWEDISH, close
from tests.scenes.world import World

JOINED = ["fi/queue_pos_1", "sv/lang_switch"]


def _config(*, enabled: bool = True) -> Service:
    """A patient line that offers a callback at once from the second place on."""
    policy = replace(PATIENT, offer_from_place=2, offer_after_s=60)
    callback = CallbackPolicy(enabled=enabled, dial=False)
    return changed(service(), "free", waiting=policy, callback=callback)


async def _second(world: World, keys: dict[str, str]) -> tuple[Channel, Channel]:
    """One who is the first in the line, and one who has come into it after them."""
    world.start()
    first = world.asterisk.call(FREE, "+358409999999")
    with world.habit(first, IN_LINE):
        await world.until(lambda: first.music)
    second = world.asterisk.call(FREE)
    with world.habit(second, keys):
        await world.until(lambda: second.music or bool(world.outcomes(second)))
    return first, second


def test_from_the_place_on_a_callback_is_offered_after_the_place_and_not_again_soon() -> None:
    async def story() -> None:
        world = World(_config())
        first, second = await _second(world, IN_LINE)
        assert world.heard(second)[-3:] == [*JOINED, "fi/callback_offer"]
        assert "fi/callback_offer" not in world.heard(first)
        await asyncio.sleep(90)
        assert world.heard(first).count("fi/callback_offer") == 1
        assert world.heard(second).count("fi/callback_offer") == 1
        await close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize(("keys", "language"), [(IN_LINE, "fi"), (SWEDISH, "sv")])
def test_who_takes_the_offer_is_called_back_at_the_place_of_their_joining(
    keys: dict[str, str], language: str
) -> None:
    async def story() -> None:
        world = World(_config())
        asks = {"callback_offer": "1", "number_confirm": "1"}
        _, second = await _second(world, {**keys, **asks})
        assert world.outcomes(second) == ["callback"]
        (request,) = world.disk.callbacks
        assert request.language == language
        assert request.joined < request.requested
        await close(world)

    run_in_virtual_time(story())


def test_who_rather_waits_is_not_offered_it_once_more_on_coming_back() -> None:
    async def story() -> None:
        world = World(_config())
        waits = {"callback_offer": "1", "number_confirm": "2"}
        _, second = await _second(world, {**IN_LINE, **waits})
        await asyncio.sleep(20)
        assert world.heard(second).count("fi/callback_offer") == 1
        assert world.heard(second)[-1] == "fi/queue_pos_1"
        await close(world)

    run_in_virtual_time(story())


def test_no_place_makes_an_offer_where_none_are_kept() -> None:
    async def story() -> None:
        world = World(_config(enabled=False))
        _, second = await _second(world, IN_LINE)
        assert world.heard(second)[-2:] == JOINED
        await close(world)

    run_in_virtual_time(story())
