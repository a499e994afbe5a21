"""A counsellor pauses, goes on and wraps up; who does not answer is paused."""

import asyncio

from ivr.domain.counsellor import Doing
from ivr.domain.pause import PauseReason
from tests.scenes.desks import (
    ANNA,
    caller_in_line,
    dial,
    doing,
    duty,
    house,
    in_virtual_time,
    served,
    sign_in,
)
from tests.scenes.world import World


@in_virtual_time()
async def test_who_is_paused_is_not_rung_and_who_goes_on_is(world: World) -> None:
    phone = world.phone("anna")
    assert await dial(world, "anna", "*2", {"desk_pause_why": "2"}) == [
        "fi/desk_pause_why",
        "fi/desk_paused",
    ]
    assert duty(world, ANNA).reason is PauseReason.LUNCH
    caller = await caller_in_line(world)
    await asyncio.sleep(10)
    assert phone.rung == 0
    assert await dial(world, "anna", "*3") == ["fi/desk_resumed"]
    await world.until(lambda: caller.up, 10)
    world.asterisk.end(caller.id)
    await world.until_over(caller)


@in_virtual_time()
async def test_a_pause_without_a_reason_is_none(world: World) -> None:
    world.phone("anna")
    heard = await dial(world, "anna", "*2", {"desk_pause_why": "9 8"})
    assert heard[-1] == "fi/desk_nothing_keyed"
    assert doing(world, ANNA) is Doing.FREE


@in_virtual_time()
async def test_there_must_be_something_to_end(world: World) -> None:
    world.phone("anna")
    assert await dial(world, "anna", "*3") == ["fi/desk_nothing_to_end"]


@in_virtual_time()
async def test_a_code_that_is_none_is_said_to_be_none(world: World) -> None:
    world.phone("anna")
    assert await dial(world, "anna", "*29") == ["fi/desk_pause_why"] * 2 + ["fi/desk_nothing_keyed"]
    assert await dial(world, "anna", "*8") == ["fi/desk_no_code"]


@in_virtual_time()
async def test_misses_in_a_row_pause_and_are_told_of_at_the_next_sign_in(world: World) -> None:
    phone = world.phone("anna", answers_after=None)
    caller = await caller_in_line(world)
    await world.until(lambda: doing(world, ANNA) is Doing.PAUSED, 120)
    assert (phone.rung, duty(world, ANNA).reason) == (2, PauseReason.NO_ANSWER)
    await asyncio.sleep(30)
    assert phone.rung == 2
    phone.answers_after = 1.0
    heard = await sign_in(world, ANNA, "anna")
    assert heard[-2:] == ["fi/desk_was_no_answer", "fi/desk_signed_in"]
    await world.until(lambda: caller.up, 10)
    world.asterisk.end(caller.id)
    await world.until_over(caller)


@in_virtual_time()
async def test_to_decline_is_no_miss(world: World) -> None:
    phone = world.phone("anna", answers_after=None)
    phone.declines = True
    caller = await caller_in_line(world)
    await world.until(lambda: phone.rung == 4, 60)
    assert doing(world, ANNA) is not Doing.PAUSED
    world.asterisk.end(caller.id)
    await world.until_over(caller)


@in_virtual_time(house(wrap_up_s=30))
async def test_wrap_up_is_respected_and_ended_by_code_alone(world: World) -> None:
    phone = world.phone("anna")
    await served(world)
    assert doing(world, ANNA) is Doing.WRAP_UP
    waiting = await caller_in_line(world)
    await asyncio.sleep(15)
    assert phone.rung == 1
    await dial(world, "anna", "*3")
    await world.until(lambda: waiting.up, 5)
    world.asterisk.end(waiting.id)
    await world.until_over(waiting)
    begun = asyncio.get_running_loop().time()
    third = await caller_in_line(world)
    await world.until(lambda: third.up, 60)
    assert 29 < asyncio.get_running_loop().time() - begun < 35
    world.asterisk.end(third.id)
    await world.until_over(third)


@in_virtual_time()
async def test_who_dials_a_code_is_not_rung_until_it_is_done(world: World) -> None:
    phone = world.phone("anna")
    caller = world.asterisk.call("0291000005")
    with world.habit(caller, {"lang_choice": "1"}):
        asking = asyncio.create_task(dial(world, "anna", "*2", {}))
        await world.until(lambda: any("queue_" in sound for sound in world.heard(caller)))
        assert (phone.rung, asking.done()) == (0, False)
        await asking
        await world.until(lambda: caller.up, 10)
    world.asterisk.end(caller.id)
    await world.until_over(caller)
