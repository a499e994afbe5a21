"""What counsellors are doing survives the controller, and changes of the configuration."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from ivr.domain.counsellor import Doing
from ivr.domain.journal import DutyKind
from ivr.domain.pause import PauseReason
from ivr.domain.service import SignsIn
from tests.fakes.time import Steps, run_in_virtual_time
from tests.scenes.desks import (
    ANNA,
    BERTIL,
    NUMBERS,
    SHARED,
    dial,
    doing,
    duty,
    house,
    in_virtual_time,
    served,
    sign_in,
    talk,
)
from tests.scenes.world import PIN, World


async def crash(world: World, after_s: float = 1.0) -> None:
    """The controller dies, and another goes on."""
    await asyncio.sleep(0.1)  # until what was done is on disk
    await world.crash_and_restart(after_s)
    await asyncio.sleep(0.1)


@in_virtual_time()
async def test_a_pause_survives(world: World) -> None:
    world.phone("anna")
    await dial(world, "anna", "*23")
    await crash(world)
    assert (doing(world, ANNA), duty(world, ANNA).reason) == (Doing.PAUSED, PauseReason.MEETING)


@in_virtual_time()
async def test_a_sign_in_on_another_phone_survives_and_so_does_a_sign_out(world: World) -> None:
    world.phone("anna")
    world.phone("bertil")
    world.phone(SHARED)
    await sign_in(world, ANNA, SHARED)
    await dial(world, "bertil", "*4")
    await crash(world)
    assert (doing(world, ANNA), duty(world, ANNA).account) == (Doing.FREE, SHARED)
    assert doing(world, BERTIL) is Doing.SIGNED_OUT


@in_virtual_time(house(wrap_up_s=60))
async def test_a_wrap_up_survives_and_ends_when_it_would_have(world: World) -> None:
    phone = world.phone("anna")
    await served(world)
    until = duty(world, ANNA).wrap_up_until
    await crash(world, after_s=10)
    assert doing(world, ANNA) is Doing.WRAP_UP
    assert duty(world, ANNA).wrap_up_until == until
    await served(world)
    assert phone.rung == 2
    (first, second) = world.disk.duty_of(DutyKind.RINGING, ANNA)
    assert until is not None
    assert second.at >= until > first.at


@in_virtual_time(house(wrap_up_s=60))
async def test_whose_call_ended_while_the_controller_was_away_wraps_up(world: World) -> None:
    world.phone("anna")
    caller = await talk(world)
    assert world.controller is not None
    world.controller.die()
    for channel in list(world.asterisk.channels):
        world.asterisk.end(channel)
    await crash(world)
    await world.until_over(caller)
    assert doing(world, ANNA) is Doing.WRAP_UP


@in_virtual_time(house(wrap_up_s=60))
async def test_whose_call_goes_on_talks_on_and_is_counted_once(world: World) -> None:
    world.phone("anna")
    caller = await talk(world)
    await crash(world)
    assert doing(world, ANNA) is Doing.TALKING
    assert duty(world, ANNA).calls == 1
    world.asterisk.end(caller.id)
    await world.until_over(caller)
    assert doing(world, ANNA) is Doing.WRAP_UP


@in_virtual_time()
async def test_a_phone_that_came_or_went_meanwhile_is_seen(world: World) -> None:
    world.phone("anna")
    assert world.controller is not None
    await asyncio.sleep(0.1)
    world.controller.die()
    del world.asterisk.phones["anna"]
    world.phone("bertil")
    await crash(world)
    assert (doing(world, ANNA), doing(world, BERTIL)) == (Doing.AWAY, Doing.FREE)


@in_virtual_time()
async def test_a_counsellor_or_a_phone_that_is_no_longer_configured_is_no_error(
    world: World,
) -> None:
    world.phone("anna")
    world.phone("bertil")
    world.phone(SHARED)
    await sign_in(world, ANNA, SHARED)
    bertil_alone = (world.config.counsellors[1],)
    without = replace(world.config, counsellors=bertil_alone, shared_phones=())
    with_anna = replace(world.config, shared_phones=())
    world.config = without
    await crash(world)
    assert doing(world, BERTIL) is Doing.FREE
    world.config = with_anna
    await crash(world)
    # the shared phone is gone, and their own is on
    assert (doing(world, ANNA), duty(world, ANNA).account) == (Doing.FREE, "anna")


@in_virtual_time()
async def test_a_state_that_cannot_be_read_begins_anew(world: World) -> None:
    world.phone("anna")
    await dial(world, "anna", "*23")
    await asyncio.sleep(0.1)
    (event,) = world.disk.duty_of(DutyKind.PAUSED, ANNA)
    world.disk.duty_events[event.id] = replace(event, duty="{}")
    await crash(world)
    assert doing(world, ANNA) is Doing.FREE


@in_virtual_time(
    replace(
        house(),
        counsellors=tuple(
            replace(each, account=None, signs_in=SignsIn.WITH_CODE) if each.id == ANNA else each
            for each in house().counsellors
        ),
    )
)
async def test_who_has_no_phone_of_their_own_signs_in_by_code_alone(world: World) -> None:
    shared = world.phone(SHARED)
    assert doing(world, ANNA) is Doing.SIGNED_OUT
    await sign_in(world, ANNA, SHARED)
    await served(world)
    assert shared.rung == 1


async def a_day(strike_at: int | None, strike: Callable[[World], None] | None) -> tuple[World, int]:
    """Anna signs in elsewhere, takes a call and pauses. Something happens at a step."""
    world = World(house())
    steps = Steps(strike_at, lambda: strike(world) if strike else None)
    world.start(steps)
    world.phone(SHARED)
    numbers = f"{NUMBERS[ANNA]}#"
    # keys on their way when the controller dies fall into what is asked next
    answers = {"desk_number": f"{numbers} " * 4, "desk_pin": f"{PIN}# " * 4}
    await dial(world, SHARED, "*1", answers)
    await dial(world, SHARED, "*2", {"desk_pause_why": "1 1"})
    await asyncio.sleep(30)
    return world, steps.taken


def left_over(world: World) -> list[str]:
    return [*world.asterisk.channels, *world.asterisk.bridges]


@pytest.mark.parametrize("away_s", [0.2, 3.0])
def test_a_crash_at_any_await_leaves_no_desk_call_behind_and_the_code_is_done(
    away_s: float,
) -> None:
    async def story(strike_at: int | None) -> int:
        restarts: list[asyncio.Task[None]] = []

        def strike(world: World) -> None:
            if world.controller is not None:
                world.controller.die()
                restart = world.crash_and_restart(away_s)
                restarts.append(asyncio.get_running_loop().create_task(restart))

        world, taken = await a_day(strike_at, strike)
        assert (doing(world, ANNA), duty(world, ANNA).account) == (Doing.PAUSED, SHARED)
        assert not left_over(world)
        await world.stop()
        return taken

    steps = run_in_virtual_time(story(None))
    assert steps > 20
    for step in range(1, steps + 1):
        try:
            run_in_virtual_time(story(step))
        except AssertionError as error:
            raise AssertionError(f"crashed at step {step} of {steps}: {error}") from error


def test_a_phone_that_hangs_up_at_any_await_leaves_nothing_behind_and_can_dial_again() -> None:
    async def story(strike_at: int | None) -> int:
        def strike(world: World) -> None:
            for channel in list(world.asterisk.channels):
                world.asterisk.end(channel)

        world, taken = await a_day(strike_at, strike)
        assert not left_over(world)
        await sign_in(world, ANNA, SHARED)
        assert (doing(world, ANNA), duty(world, ANNA).account) == (Doing.FREE, SHARED)
        await served(world)
        await world.stop()
        return taken

    steps = run_in_virtual_time(story(None))
    for step in range(1, steps + 1):
        try:
            run_in_virtual_time(story(step))
        except AssertionError as error:
            raise AssertionError(f"hung up at step {step} of {steps}: {error}") from error


def test_the_record_of_a_counsellor_has_an_id_for_each_change() -> None:
    async def story() -> None:
        world = World(house(wrap_up_s=5))
        world.start()
        world.phone("anna")
        await served(world)
        await world.crash_and_restart(0.5)
        await served(world)
        events = [e for e in world.disk.duty_events.values() if e.counsellor == ANNA]
        assert len({event.id for event in events}) == len(events)
        assert all(event.id.isascii() for event in events)
        await world.stop()

    run_in_virtual_time(story())
