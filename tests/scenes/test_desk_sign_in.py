"""A counsellor signs in and out by codes dialled on any phone."""

import asyncio
from typing import Any

import pytest

from ivr.domain.counsellor import Doing
from ivr.domain.journal import DutyKind
from ivr.domain.pause import PauseReason
from tests.fakes.time import run_in_virtual_time
from tests.scenes.desks import (
    ANNA,
    BERTIL,
    NUMBERS,
    SHARED,
    caller_in_line,
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


@in_virtual_time()
async def test_whoever_signs_in_by_code_on_another_phone_is_rung_there(world: World) -> None:
    own, shared = world.phone("anna"), world.phone(SHARED)
    assert await sign_in(world, ANNA, SHARED) == [
        "fi/desk_number",
        "fi/desk_pin",
        "fi/desk_signed_in",
    ]
    assert duty(world, ANNA).account == SHARED
    await served(world)
    assert (own.rung, shared.rung) == (0, 1)


@in_virtual_time()
async def test_everybody_is_spoken_to_in_their_own_language(world: World) -> None:
    world.phone("bertil")
    assert await dial(world, "bertil", "*21") == ["sv/desk_paused"]
    assert await dial(world, "bertil", "*3") == ["sv/desk_resumed"]


@in_virtual_time()
async def test_three_wrong_pins_bar_the_phone_and_the_number_for_a_minute(world: World) -> None:
    world.phone("anna")
    world.phone(SHARED)
    wrong = {"desk_number": "101# 101# 101#", "desk_pin": "1111# 2222# 3333#"}
    heard = await dial(world, SHARED, "*1", wrong)
    assert [
        sound.partition("/")[2] for sound in heard if "wrong" in sound or "barred" in sound
    ] == [
        "desk_wrong",
        "desk_wrong",
        "desk_barred",
    ]
    assert len(world.disk.duty_of(DutyKind.WRONG_PIN, ANNA)) >= 2
    assert (await sign_in(world, BERTIL, SHARED))[0] == "fi/desk_barred"
    assert (await sign_in(world, ANNA, "anna"))[-1] == "fi/desk_barred"
    assert doing(world, ANNA) is Doing.FREE  # their own phone signed them in all the same
    assert (await sign_in(world, BERTIL, "anna"))[-1] == "sv/desk_signed_in"
    await asyncio.sleep(60)
    assert (await sign_in(world, ANNA, SHARED))[-1] == "fi/desk_signed_in"


@in_virtual_time()
async def test_an_unknown_number_is_a_wrong_one_and_the_next_try_may_be_right(world: World) -> None:
    answers = {"desk_number": "999# 101#", "desk_pin": f"{PIN}# 9*{PIN}#"}
    assert (await dial(world, SHARED, "*1", answers))[-1] == "fi/desk_signed_in"


@in_virtual_time()
async def test_who_keys_nothing_is_told_so_and_let_go(world: World) -> None:
    unknown = ["fi/desk_number", "sv/desk_number", "fi/desk_nothing_keyed", "sv/desk_nothing_keyed"]
    assert await dial(world, SHARED, "*1") == unknown
    assert (await dial(world, "anna", "*1", {"desk_number": "101#"}))[-1] == "fi/desk_nothing_keyed"
    assert doing(world, ANNA) is Doing.SIGNED_OUT


@in_virtual_time()
async def test_on_a_phone_that_nobody_is_signed_in_on_only_a_sign_in_is_taken(world: World) -> None:
    world.phone(SHARED)
    for code in ("*21", "*3", "*4", "*51", "*6"):
        said = ["fi/desk_not_signed_in", "sv/desk_not_signed_in"]
        assert await dial(world, SHARED, code) == said


@in_virtual_time()
async def test_who_signs_out_is_not_rung_and_a_new_registration_does_not_undo_it(
    world: World,
) -> None:
    world.phone("anna")
    assert await dial(world, "anna", "*4") == ["fi/desk_signed_out"]
    world.unregister("anna")
    phone = world.phone("anna")
    caller = await caller_in_line(world)
    await asyncio.sleep(5)
    assert (doing(world, ANNA), phone.rung) == (Doing.SIGNED_OUT, 0)
    await sign_in(world, ANNA, "anna")
    await world.until(lambda: caller.up, 10)
    world.asterisk.end(caller.id)
    await world.until_over(caller)


@in_virtual_time()
async def test_a_new_day_signs_in_whose_phone_is_on(world: World) -> None:
    phone = world.phone("anna")
    await dial(world, "anna", "*4")
    await asyncio.sleep(13 * 3600)  # from ten in the morning
    assert doing(world, ANNA) is Doing.SIGNED_OUT
    await asyncio.sleep(3600)
    world.house.roster.available()
    assert (doing(world, ANNA), phone.rung) == (Doing.FREE, 0)


@in_virtual_time()
async def test_a_sign_in_moves_its_owner_and_signs_out_whoever_was_there(world: World) -> None:
    anna, bertil = world.phone("anna"), world.phone("bertil")
    await sign_in(world, ANNA, "bertil")
    assert (duty(world, ANNA).account, doing(world, BERTIL)) == ("bertil", Doing.SIGNED_OUT)
    await served(world)
    assert (anna.rung, bertil.rung) == (0, 1)
    assert [e.data["by"] for e in world.disk.duty_of(DutyKind.SIGNED_OUT, BERTIL)] == ["code"]
    await sign_in(world, ANNA, "anna")
    assert (duty(world, ANNA).account, doing(world, BERTIL)) == ("anna", Doing.SIGNED_OUT)


@in_virtual_time()
async def test_a_call_on_the_old_phone_or_the_new_one_is_not_disturbed(world: World) -> None:
    world.phone("anna")
    caller = await talk(world)
    assert (await sign_in(world, ANNA, SHARED))[-1] == "fi/desk_in_call"
    assert (await sign_in(world, BERTIL, "anna"))[-1] == "sv/desk_in_call"
    assert await dial(world, "anna", "*4") == ["fi/desk_in_call"]
    assert doing(world, ANNA) is Doing.TALKING
    assert await dial(world, "anna", "*22") == ["fi/desk_pause_later"]
    world.asterisk.end(caller.id)
    await world.until_over(caller)
    assert (doing(world, ANNA), duty(world, ANNA).reason) == (Doing.PAUSED, PauseReason.LUNCH)


@pytest.mark.parametrize("away_s", [0.2, 2.0])
def test_a_code_dialled_before_a_crash_is_asked_again_from_the_beginning(away_s: float) -> None:
    async def story() -> None:
        world = World(house())
        world.start()
        world.phone(SHARED)
        answers: dict[str, Any] = {
            "desk_number": f"{NUMBERS[ANNA]}# {NUMBERS[ANNA]}#",
            "desk_pin": f"{PIN}# {PIN}#",
        }
        dialling = asyncio.create_task(dial(world, SHARED, "*1", answers))
        await asyncio.sleep(2.5)
        assert world.controller is not None
        world.controller.die()
        await world.crash_and_restart(away_s)
        heard = await dialling
        assert heard.count("fi/desk_number") == 2
        assert heard[-1] == "fi/desk_signed_in"
        await world.stop()

    run_in_virtual_time(story())
