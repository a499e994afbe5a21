"""Who was cut off and calls again soon has the place again; in virtual time."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ivr.domain.journal import EventKind
from ivr.domain.policy import Ending, WaitingPolicy
from tests.fakes.asterisk import Channel
from tests.fakes.service import PAID, TOLL_FREE, changed, service
from tests.fakes.time import run_in_virtual_time
from tests.scenes.world import World

KEYS = {"lang_choice": "1", "topic_menu": "1", "urgency": "1"}
NOT_URGENT = {**KEYS, "urgency": "2"}
ANOTHER = "+358501112222"
POLICY = WaitingPolicy(announce_every_s=3000, offer_after_s=3000, on_nobody=Ending.WAIT)


async def _in_line(
    world: World,
    caller: str | None = None,
    number: str = TOLL_FREE,
    *,
    hidden: bool = False,
    keys: Mapping[str, str] = KEYS,
) -> Channel:
    channel = world.asterisk.call(number, caller or "+358401234567", hidden=hidden)
    with world.habit(channel, keys):
        await world.until(lambda: channel.music)
    return channel


async def _cut_off(world: World, caller: Channel) -> None:
    world.asterisk.end(caller.id, cause=102)
    await world.until_over(caller)
    await asyncio.sleep(5)


async def _close(world: World, *callers: Channel) -> None:
    for caller in callers:
        world.asterisk.end(caller.id)
        await world.until_over(caller)
    await asyncio.sleep(1)
    await world.stop()


def _world(**changes: Any) -> World:
    policy = replace(POLICY, **changes)
    return World(changed(service(), "toll_free", waiting=policy, urgency_question=True))


def test_who_calls_again_is_told_so_and_stands_where_they_stood() -> None:
    async def story() -> None:
        world = _world()
        world.start()
        before = await _in_line(world)
        other = await _in_line(world, ANOTHER)
        await _cut_off(world, before)
        again = await _in_line(world)
        assert world.heard(again)[-3:] == ["fi/place_regained", "fi/queue_next", "sv/lang_switch"]
        (rejoined,) = world.disk.of(EventKind.REJOINED)
        joined = world.disk.of(EventKind.JOINED)
        assert rejoined.facts.joined == joined[0].facts.joined
        world.phone("anna")
        await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        (connected,) = world.disk.of(EventKind.CONNECTED)
        assert connected.call_id == rejoined.call_id
        await _close(world, again, other)

    run_in_virtual_time(story())


def test_urgency_once_told_comes_with_the_place() -> None:
    async def story() -> None:
        world = _world()
        world.start()
        await _cut_off(world, await _in_line(world))
        again = await _in_line(world, keys=NOT_URGENT)
        (rejoined,) = world.disk.of(EventKind.REJOINED)
        assert rejoined.facts.caller_urgent
        await _close(world, again)

    run_in_virtual_time(story())


def test_a_counsellors_word_on_urgency_comes_with_the_place_and_stays_theirs() -> None:
    async def story() -> None:
        world = _world()
        world.start()
        world.phone("anna")
        before = await _in_line(world, keys=NOT_URGENT)
        await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        (leg,) = (c for c in world.asterisk.channels.values() if c.leg_of is not None)
        for key in "*6":
            world.asterisk.press(leg, key)
        await world.until(lambda: bool(world.disk.of(EventKind.URGENT)))
        world.unregister("anna")
        world.asterisk.end(leg.id, cause=18)
        await world.until(lambda: "fi/counsellor_lost" in world.heard(before) and before.music)
        await _cut_off(world, before)
        again = await _in_line(world, keys=NOT_URGENT)
        (rejoined,) = world.disk.of(EventKind.REJOINED)
        assert (rejoined.facts.caller_urgent, rejoined.facts.assessed_urgent) == (False, True)
        await _close(world, again)

    run_in_virtual_time(story())


def test_a_place_is_regained_once_soon_on_the_same_line_and_never_by_a_hidden_number() -> None:
    async def story() -> None:
        world = _world(rejoin_min=2)
        world.start()
        left = await _in_line(world)
        await _cut_off(world, left)
        others = [
            await _in_line(world, ANOTHER),
            await _in_line(world, number=PAID),
            await _in_line(world, hidden=True),
        ]
        assert world.disk.of(EventKind.REJOINED) == []
        again = [await _in_line(world), await _in_line(world)]
        assert len(world.disk.of(EventKind.REJOINED)) == 1
        await _close(world, *others, *again)
        world = _world(rejoin_min=2)
        world.start()
        await _cut_off(world, await _in_line(world))
        await asyncio.sleep(130)
        late = await _in_line(world)
        assert world.disk.of(EventKind.REJOINED) == []
        await _close(world, late)

    run_in_virtual_time(story())


def test_a_place_regained_is_a_place_in_a_full_line_as_well() -> None:
    async def story() -> None:
        world = _world(most=1)
        world.start()
        left = await _in_line(world)
        await _cut_off(world, left)
        other = await _in_line(world, ANOTHER)
        again = await _in_line(world)
        assert "fi/queue_full" not in world.heard(again)
        await _close(world, other, again)

    run_in_virtual_time(story())


def test_a_line_that_gives_no_place_back_and_a_disk_that_does_not_answer_lose_nobody() -> None:
    async def story() -> None:
        world = _world(rejoin_min=0)
        world.start()
        await _cut_off(world, await _in_line(world))
        again = await _in_line(world)
        assert world.disk.of(EventKind.REJOINED) == []
        await _close(world, again)
        world = _world()
        world.start()
        await _cut_off(world, await _in_line(world))
        world.disk.silent = True
        again = await _in_line(world)
        assert world.heard(again)[-2:] == ["fi/queue_next", "sv/lang_switch"]
        world.disk.silent = False
        await _close(world, again)

    run_in_virtual_time(story())
