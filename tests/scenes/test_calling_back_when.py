"""When a citizen is called back: in the line's hours, and whatever the clock does; virtual time."""

import asyncio
from datetime import date, timedelta

from ivr.domain.callback import Because, Status
from ivr.domain.counsellor import Doing
from ivr.domain.schedule import local
from tests.fakes.asterisk import FakePhone
from tests.fakes.time import run_in_virtual_time
from tests.scenes.callback_desk import desk_of
from tests.scenes.called_back import NUMBER, CalledBack, dials

HOUR_S = 3600.0


def test_a_request_left_over_at_closing_is_called_at_the_next_opening_and_not_in_the_night() -> (
    None
):
    async def story() -> None:
        world = await CalledBack.begin()
        await asyncio.sleep(5.5 * HOUR_S)  # half past three: the line has closed
        anna = world.phone("anna")
        await asyncio.sleep(17 * HOUR_S)
        assert (anna.rung, world.citizen.rung) == (0, 0)
        await world.until(world.together, HOUR_S, every_s=1)
        called = local(world.request.attempts[0].began)
        assert (called.date(), called.hour) == (date(2026, 11, 24), 9)
        await world.close()

    run_in_virtual_time(story())


def test_attempts_go_on_the_next_day_when_the_line_closes_before_the_pause_is_over() -> None:
    async def story() -> None:
        world = await CalledBack.begin()
        await asyncio.sleep(4.8 * HOUR_S)
        world.citizen.answers_after = None
        world.phone("anna")
        await world.until_ended()
        world.citizen.answers_after = 1.0
        await world.until(world.together, 20 * HOUR_S, every_s=1)
        days = [local(attempt.began).day for attempt in world.request.attempts]
        assert days == [23, 24]
        await world.close()

    run_in_virtual_time(story())


def test_a_postponed_request_is_called_at_the_agreed_time_and_not_before() -> None:
    async def story() -> None:
        world = await CalledBack.begin()
        agreed = world.clock.now() + timedelta(hours=2)
        await desk_of(world).postpone(world.request.id, agreed)
        world.phone("anna")
        await asyncio.sleep(1.9 * HOUR_S)
        assert world.citizen.rung == 0
        await world.until(world.together, HOUR_S, every_s=1)
        assert world.request.attempts[0].began >= agreed
        await world.close()

    run_in_virtual_time(story())


def test_a_request_that_is_closed_while_the_counsellor_is_told_of_it_is_not_dialled() -> None:
    async def story() -> None:
        world = await CalledBack.begin({})
        world.phone("anna")
        await world.until(lambda: "fi/back_fi" in world.told("anna"))
        leg = world.channel("anna")
        assert leg is not None
        await desk_of(world).close(world.request.id, Because.NOT_WANTED)
        world.asterisk.press(leg, "1")
        await asyncio.sleep(60)
        assert (world.citizen.rung, world.request.attempts) == (0, ())
        assert world.request.status is Status.CLOSED
        assert [doing for _, _, doing in world.house.roster.at_work()] == [Doing.FREE]
        await world.close()

    run_in_virtual_time(story())


def test_who_accepts_when_the_line_has_closed_in_that_moment_dials_nobody() -> None:
    async def story() -> None:
        world = await CalledBack.begin({})
        world.phone("anna")
        await world.until(lambda: "fi/back_fi" in world.told("anna"))
        leg = world.channel("anna")
        assert leg is not None
        world.clock.ahead = timedelta(hours=6)
        world.asterisk.press(leg, "1")
        await world.until(lambda: "fi/back_not_now" in world.told("anna"))
        assert (world.citizen.rung, world.request.attempts) == (0, ())
        assert world.request.status is Status.WAITING
        await world.close()

    run_in_virtual_time(story())


def test_a_clock_that_jumps_ahead_makes_nobody_be_called_more_often_than_the_line_may() -> None:
    async def story() -> None:
        world = await CalledBack.begin(config=dials(attempts=2))
        world.citizen.answers_after = None
        world.phone("anna")
        await world.until_ended()
        for hours in (3, 24, 48):
            world.clock.ahead = timedelta(hours=hours)
            await asyncio.sleep(HOUR_S)
        assert world.request.status is Status.UNREACHED
        assert world.citizen.rung == 2
        await world.close()

    run_in_virtual_time(story())


def test_a_clock_that_is_set_back_calls_nobody_early_or_at_night_and_forgets_nobody() -> None:
    async def story() -> None:
        world = await CalledBack.begin()
        world.asterisk.phones[NUMBER] = busy = FakePhone(busy=True)
        world.phone("anna")
        await world.until_ended()
        world.clock.ahead = timedelta(hours=-2)  # eight o'clock: the line is closed
        await asyncio.sleep(2.4 * HOUR_S)
        assert busy.rung == 1
        world.asterisk.phones[NUMBER] = FakePhone()
        await world.until(world.together, HOUR_S, every_s=1)
        first, second = world.request.attempts
        assert first.ended is not None
        assert second.began - first.ended >= timedelta(minutes=30)
        await world.close()

    run_in_virtual_time(story())


def test_a_request_whose_time_is_still_to_come_by_a_clock_set_back_is_called_all_the_same() -> None:
    async def story() -> None:
        world = await CalledBack.begin()
        world.clock.ahead = timedelta(minutes=-30)
        world.phone("anna")
        await world.until(world.together)
        await world.until_ended(Status.REACHED)
        await world.close()

    run_in_virtual_time(story())
