"""No number is called too often in a day, and no more citizens at once than may be."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ivr.domain.attempt import Result
from ivr.domain.bounds import Held, Prospect
from ivr.domain.callback import Because, Callback, Status
from ivr.domain.journal import CallbackKind
from ivr.domain.policy import OutgoingPolicy
from ivr.domain.service import Service
from tests.fakes.asterisk import Channel, FakePhone
from tests.fakes.service import FREE, changed
from tests.fakes.time import BEGIN, run_in_virtual_time
from tests.scenes.asking import ASKS, IN_LINE, asked
from tests.scenes.callback_desk import by_hand, desk_of
from tests.scenes.called_back import ACCEPTS, NUMBER, CalledBack, dials

HOUR = 3600.0
TUESDAY_9 = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
ANOTHER = "0507654321"


def bound(config: Service, *, at_once: int = 10, calls_a_day: int = 3) -> Service:
    return replace(config, calling_back=OutgoingPolicy(at_once=at_once, calls_a_day=calls_a_day))


async def in_vain(calls_a_day: int, times: int) -> CalledBack:
    """A citizen who has been called so often today, and was not reached."""
    config = bound(dials(attempts=9, between_min=1), calls_a_day=calls_a_day)
    world = await CalledBack.begin(config=config)
    world.citizen.answers_after = None
    world.phone("anna")
    await world.until(lambda: len([r for r in world.results if r]) == times, every_s=1)
    return world


def told(world: CalledBack, callback: Callback) -> Prospect:
    return desk_of(world).prospect(callback)


def test_a_number_that_was_called_often_enough_is_called_again_when_the_line_opens_next() -> None:
    async def story() -> None:
        world = await in_vain(2, 2)
        assert told(world, world.request) == Prospect(at=TUESDAY_9, held_by=Held.CALLS_A_DAY)
        await world.until(lambda: world.citizen.rung == 3, 24 * HOUR, every_s=10)
        assert world.house.clock.now() - TUESDAY_9 < timedelta(minutes=1)
        assert world.request.attempts[-1].began >= TUESDAY_9
        await world.close()

    run_in_virtual_time(story())


def test_calls_of_today_count_for_a_request_made_anew_and_after_a_restart() -> None:
    async def story() -> None:
        world = await in_vain(2, 2)
        desk = desk_of(world)
        await desk.close(world.request.id, Because.MISTAKE)
        await asked(world, {**IN_LINE, **ASKS})
        new = world.disk.callbacks[-1]
        assert (new.status, new.attempts) == (Status.WAITING, ())
        await world.crash_and_restart(1)
        await asyncio.sleep(HOUR)
        assert world.citizen.rung == 2
        assert told(world, new).at == TUESDAY_9
        await world.close()

    run_in_virtual_time(story())


@pytest.mark.parametrize("given_up", [True, False])
def test_who_asks_again_and_will_not_be_called_today_any_more_is_promised_another_day(
    given_up: bool,
) -> None:
    async def story() -> None:
        world = await in_vain(2, 2)
        if given_up:
            await desk_of(world).close(world.request.id, Because.MISTAKE)
        world.unregister("anna")
        caller = await asked(world, {**IN_LINE, **ASKS})
        assert "fi/callback_saved_next" in world.heard(caller)
        assert world.disk.callbacks[-1].promised_by == TUESDAY_9.date()
        await world.close()

    run_in_virtual_time(story())


def test_calls_by_hand_count_and_are_never_refused() -> None:
    async def story() -> None:
        world = await CalledBack.begin(config=bound(dials(between_min=1), calls_a_day=1))
        for _ in range(2):
            await desk_of(world).attempted(world.request.id, by_hand(Result.NO_ANSWER))
        assert told(world, world.request) == Prospect(at=TUESDAY_9, held_by=Held.CALLS_A_DAY)
        anna = world.phone("anna")
        await asyncio.sleep(HOUR)
        assert (anna.rung, world.citizen.rung) == (0, 0)
        await world.close()

    run_in_virtual_time(story())


def test_a_request_that_is_reopened_is_held_by_the_calls_of_today() -> None:
    async def story() -> None:
        config = bound(dials(attempts=2, between_min=1), calls_a_day=2)
        world = await CalledBack.begin(config=config)
        world.citizen.answers_after = None
        world.phone("anna")
        await world.until(lambda: world.request.status is Status.UNREACHED, every_s=1)
        await desk_of(world).reopen(world.request.id)
        await asyncio.sleep(HOUR)
        assert world.citizen.rung == 2
        assert told(world, world.request).at == TUESDAY_9
        await world.close()

    run_in_virtual_time(story())


async def two_asked(
    at_once: int, keys: Mapping[str, str] = ACCEPTS
) -> tuple[CalledBack, FakePhone]:
    """Two citizens who are to be called back, by two counsellors."""
    world = await CalledBack.begin(keys, config=bound(dials("anna", "bertil"), at_once=at_once))
    other = world.asterisk.call(FREE, "+358507654321")
    with world.habit(other, {**IN_LINE, "queue_pos_1": "1", "number_confirm": "1"}):
        await world.until(lambda: world.outcomes(other) == ["callback"])
    second = world.asterisk.phones[ANOTHER] = FakePhone(answers_after=1.0)
    return world, second


def citizen_of(world: CalledBack) -> Channel:
    channel = world.channel(NUMBER) or world.channel(ANOTHER)
    assert channel is not None
    return channel


async def close(world: CalledBack) -> None:
    """The counsellors go, so that nobody else is called, and all hang up."""
    for name in [name for name in ("anna", "bertil") if name in world.asterisk.phones]:
        world.unregister(name)
    await world.close()


def rung(world: CalledBack, second: FakePhone) -> int:
    return world.citizen.rung + second.rung


def test_as_many_are_called_at_once_as_may_be() -> None:
    async def story() -> None:
        world, second = await two_asked(2)
        world.phone("anna")
        world.phone("bertil")
        await world.until(lambda: rung(world, second) == 2)
        await close(world)

    run_in_virtual_time(story())


def test_no_more_are_called_at_once_than_may_be_and_the_next_when_one_has_ended() -> None:
    async def story() -> None:
        world, second = await two_asked(1)
        world.phone("anna")
        world.phone("bertil")
        await world.until(lambda: world.together("anna") or world.together("bertil"))
        assert len(world.disk.callback_of(CallbackKind.CALLED)) == 1
        await asyncio.sleep(300)
        assert (world.citizen.rung, second.rung) == (1, 0)
        assert [world.told(name) for name in ("anna", "bertil")].count([]) == 1
        waits = next(it for it in world.disk.callbacks if it.status is Status.WAITING)
        assert desk_of(world).prospect(waits).held_by is Held.AT_ONCE
        world.asterisk.end(citizen_of(world).id)
        await world.until(lambda: rung(world, second) == 2)
        await close(world)

    run_in_virtual_time(story())


def test_who_waits_for_room_keeps_the_place_and_holds_up_nobody() -> None:
    async def story() -> None:
        world, second = await two_asked(1)
        world.phone("anna")
        await world.until(world.together)
        behind = world.asterisk.call(FREE, "+358451112222")
        with world.habit(behind, IN_LINE):
            await world.until(lambda: "fi/queue_pos_1" in world.heard(behind))
            world.phone("bertil")
            await world.until(lambda: behind.up)
        assert second.rung == 0
        await close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize("away_s", [0.2, 5.0])
def test_whom_we_talk_with_counts_also_after_a_crash(away_s: float) -> None:
    async def story() -> None:
        world, second = await two_asked(1)
        world.phone("anna")
        await world.until(world.together)
        await world.until(lambda: world.disk.callbacks[0].status is Status.REACHED)
        world.phone("bertil")
        assert world.controller is not None
        world.controller.die()
        await world.crash_and_restart(away_s)
        await asyncio.sleep(300)
        assert rung(world, second) == 1
        world.asterisk.end(citizen_of(world).id)
        await world.until(lambda: rung(world, second) == 2)
        await close(world)

    run_in_virtual_time(story())


def test_one_number_with_requests_to_two_lines_is_called_for_one_at_a_time() -> None:
    async def story() -> None:
        config = dials("anna", "bertil")
        both = changed(config, "paid", callback=config.lines[0].callback)
        world = await CalledBack.begin(config=both)
        await asked(world, {**IN_LINE, **ASKS}, both.lines[2].numbers[0])
        assert len(world.disk.callbacks) == 2
        world.phone("anna")
        world.phone("bertil")
        await world.until(lambda: world.together("anna") or world.together("bertil"))
        await asyncio.sleep(300)
        assert world.citizen.rung == 1
        assert world.house.clock.now() > BEGIN
        await close(world)

    run_in_virtual_time(story())
