"""The caller's own word on urgency: asked where the line asks, and served by; in virtual time."""

import asyncio

import pytest

from ivr.domain.journal import EventKind
from tests.fakes.asterisk import Channel
from tests.fakes.service import BY_NUMBER, TOLL_FREE, changed, service
from tests.fakes.time import run_in_virtual_time
from tests.scenes.world import World

FINNISH_FAMILIES = {"lang_choice": "1", "topic_menu": "1"}
URGENT = {**FINNISH_FAMILIES, "urgency": "1"}
NOT_URGENT = {**FINNISH_FAMILIES, "urgency": "2"}


async def _in_line(world: World, keys: dict[str, str], number: str = TOLL_FREE) -> Channel:
    caller = world.asterisk.call(number)
    with world.habit(caller, keys):
        await world.until(lambda: caller.music)
    return caller


async def _close(world: World, *callers: Channel) -> None:
    for caller in callers:
        world.asterisk.end(caller.id)
        await world.until_over(caller)
    await asyncio.sleep(1)
    await world.stop()


def test_who_says_that_it_is_urgent_is_served_before_who_came_earlier() -> None:
    async def story() -> None:
        world = World(changed(service(), "toll_free", urgency_question=True))
        world.start()
        first = await _in_line(world, NOT_URGENT)
        second = await _in_line(world, URGENT)
        assert world.heard(second)[-3:-1] == ["fi/urgent_ack", "fi/queue_next"]
        (urgent,) = world.disk.of(EventKind.URGENT)
        assert urgent.data == {"by": "caller"}
        assert urgent.facts.caller_urgent
        world.phone("anna")
        await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        (connected,) = world.disk.of(EventKind.CONNECTED)
        assert connected.call_id == urgent.call_id
        await _close(world, second, first)

    run_in_virtual_time(story())


@pytest.mark.parametrize(("key", "tries"), [("2", 1), ("7", 3), (None, 3)])
def test_who_does_not_say_that_it_is_urgent_waits_as_everyone(key: str | None, tries: int) -> None:
    async def story() -> None:
        world = World(changed(service(), "toll_free", urgency_question=True))
        world.start()
        keys = FINNISH_FAMILIES if key is None else {**FINNISH_FAMILIES, "urgency": key}
        caller = await _in_line(world, keys)
        assert world.heard(caller).count("fi/urgency") == tries
        assert "fi/urgent_ack" not in world.heard(caller)
        assert world.disk.of(EventKind.URGENT) == []
        await _close(world, caller)

    run_in_virtual_time(story())


def test_a_line_without_a_topic_menu_asks_after_its_notices_and_others_not_at_all() -> None:
    async def story() -> None:
        world = World(changed(service(), "by_number", urgency_question=True))
        world.start()
        asked = await _in_line(world, URGENT, BY_NUMBER)
        spared = await _in_line(world, URGENT, TOLL_FREE)
        assert world.heard(asked)[2:5] == ["fi/free_queue", "fi/urgency", "fi/urgent_ack"]
        assert "fi/urgency" not in world.heard(spared)
        await _close(world, asked, spared)

    run_in_virtual_time(story())


def test_who_hangs_up_at_the_question_has_left_the_menu() -> None:
    async def story() -> None:
        world = World(changed(service(), "toll_free", urgency_question=True))
        world.start()
        caller = world.asterisk.call(TOLL_FREE)
        with world.habit(caller, FINNISH_FAMILIES):
            await world.until(lambda: "fi/urgency" in world.heard(caller))
        await _close(world, caller)
        assert world.outcomes(caller) == ["abandoned_menu"]

    run_in_virtual_time(story())
