"""Who asks again hears a day that is kept: after what was agreed and tried; in virtual time."""

import asyncio
from datetime import date

from ivr.domain.attempt import Result
from ivr.domain.callback import Status
from tests.fakes.asterisk import FakePhone
from tests.fakes.time import run_in_virtual_time
from tests.scenes.asking import ASKS, IN_LINE, asked, close, config
from tests.scenes.callback_desk import NOON, by_hand, desk_of
from tests.scenes.called_back import NUMBER, CalledBack, dials
from tests.scenes.world import World

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)


async def requested() -> World:
    """Somebody has asked, and was promised a call today."""
    world = World(config())
    world.start()
    await asked(world, {**IN_LINE, **ASKS})
    assert world.disk.callbacks[0].promised_by == MONDAY
    return world


def test_who_asks_again_after_a_time_was_agreed_hears_its_day_and_not_today() -> None:
    async def story() -> None:
        world = await requested()
        await desk_of(world).postpone(world.disk.callbacks[0].id, NOON)
        caller = await asked(world, {**IN_LINE, **ASKS})
        assert "fi/callback_saved_next" in world.heard(caller)
        assert world.disk.callbacks[0].promised_by == TUESDAY
        await close(world)

    run_in_virtual_time(story())


def test_who_asks_again_when_the_pause_after_an_attempt_lasts_past_closing_hears_tomorrow() -> None:
    async def story() -> None:
        world = await requested()
        await asyncio.sleep(5 * 3600 - 20 * 60)  # 14:40; the line closes at 15
        await desk_of(world).attempted(world.disk.callbacks[0].id, by_hand(Result.NO_ANSWER))
        caller = await asked(world, {**IN_LINE, **ASKS})
        assert "fi/callback_saved_next" in world.heard(caller)
        assert world.disk.callbacks[0].promised_by == TUESDAY
        await close(world)

    run_in_virtual_time(story())


def test_whose_phone_is_busy_because_they_ask_again_is_called_once_more() -> None:
    async def story() -> None:
        world = await CalledBack.begin(config=dials(attempts=1, between_min=1))
        world.citizen.answers_after = None
        world.phone("anna")
        await world.until(lambda: world.citizen.rung == 1)
        world.unregister("anna")
        await asked(world, {**IN_LINE, **ASKS})
        world.asterisk.phones[NUMBER] = FakePhone()
        await world.until_ended(Status.WAITING)
        world.phone("anna")
        await world.until(world.together)
        await world.close()

    run_in_virtual_time(story())
