"""Who takes a callback by *7 is rung for it, and nobody else as long as they take calls."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from ivr.director import CallbackDesk
from ivr.director.worklist import Worklist
from ivr.domain.callback import Callback, Status
from ivr.tasks import Tasks
from tests.fakes.service import changed
from tests.scenes.callback_desk import ANNA, BERTIL
from tests.scenes.called_back import NUMBER, CalledBack, dials
from tests.scenes.desks import dial
from tests.scenes.worklist import NUMBERS, told, work

CONFIG = dials("anna", "bertil")
TAKES = {"desk_back_take": "1"}
ACCEPTS = {"back_fi": "1", "back_greeting": "1"}


async def bertil_has_taken_it(world: CalledBack, *, answers: bool = True) -> None:
    """Anna was rung for it, and does not answer; Bertil takes it, and his line rings him."""
    anna = world.phone("anna", answers_after=None)
    await world.until(lambda: anna.rung == 1)
    world.phone("bertil", answers_after=1.0 if answers else None)
    heard = await work(world, TAKES, "bertil")
    assert heard[-1] == "desk_back_rings"
    assert not {*NUMBERS, "desk_back_attempt"} & set(heard)
    assert world.channel("anna") is None
    assert world.request.wanted == BERTIL


def test_who_takes_one_is_rung_once_they_have_hung_up_and_the_other_who_is_free_is_not() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        world.keys = ACCEPTS
        await bertil_has_taken_it(world)
        await world.until(lambda: world.together("bertil"), 10)
        assert world.asterisk.phones["anna"].rung == 1
        assert world.request.attempts[0].counsellor == BERTIL
        assert world.told(NUMBER) == ["fi/back_greeting"]

    told(story, CONFIG)


@pytest.mark.parametrize("how", ["the key 2", "no answer"])
def test_who_has_taken_one_and_does_not_accept_it_holds_nobody_up(how: str) -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        await bertil_has_taken_it(world, answers=how == "the key 2")
        bertil, anna = world.asterisk.phones["bertil"], world.asterisk.phones["anna"]
        await world.until(lambda: bertil.rung == 1, 10)
        assert anna.rung == 1
        anna.answers_after = 1.0
        if how == "the key 2":
            await world.until(lambda: "fi/back_fi" in world.told("bertil"), 10)
            leg = world.channel("bertil")
            assert leg is not None
            world.asterisk.press(leg, "2")
        world.keys = ACCEPTS
        await world.until(lambda: world.together("anna"), 60)
        assert bertil.rung == 1

    told(story, CONFIG)


def test_who_has_taken_one_and_goes_to_a_pause_holds_nobody_up() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        await desk.postpone(it.id, world.house.clock.now() + timedelta(hours=1))
        world.phone("anna")
        bertil = world.phone("bertil")
        await work(world, TAKES, "bertil")
        await dial(world, "bertil", "*21")
        world.keys = ACCEPTS
        await world.until(lambda: world.together("anna"), 3700)
        assert (bertil.rung, world.request.wanted) == (0, BERTIL)

    told(story, CONFIG)


def test_one_whose_time_has_not_come_rings_when_it_has_and_only_with_whom_it_was_agreed() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        await desk.postpone(it.id, world.house.clock.now() + timedelta(hours=1))
        anna, bertil = world.phone("anna"), world.phone("bertil")
        heard = await work(world, TAKES, "bertil")
        assert "desk_back_yours_later" in heard
        assert world.request.wanted == BERTIL
        await asyncio.sleep(3000)
        assert (anna.rung, bertil.rung) == (0, 0)
        world.keys = ACCEPTS
        await world.until(lambda: world.together("bertil"), 1200)
        assert anna.rung == 0

    told(story, CONFIG)


def test_who_is_paused_takes_none_because_another_would_be_rung() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        await desk.postpone(it.id, world.house.clock.now() + timedelta(hours=1))
        world.phone("anna")
        await dial(world, "anna", "*21")
        heard = await work(world, TAKES)
        assert "desk_back_not_free" in heard
        assert world.request.wanted is None

    told(story, CONFIG)


def test_one_whose_number_the_line_may_not_call_is_not_said_to_be_called() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        assert Worklist(world.house, Tasks(), desk).dials(it)
        ours = changed(world.config, "paid", caller_id="0401234567")
        assert not Worklist(replace(world.house, service=ours), Tasks(), desk).dials(it)

    told(story, CONFIG)


def test_one_that_is_being_called_is_left_alone() -> None:
    async def story(world: CalledBack, desk: CallbackDesk, it: Callback) -> None:
        anna = world.phone("anna", answers_after=9.0)
        await world.until(lambda: anna.rung == 1)
        world.phone("bertil")
        world.keys, world.citizen.answers_after = ACCEPTS, None
        answers = {"desk_back_take": "4", "desk_back_close_settled": "1"}
        listening = asyncio.create_task(work(world, answers, "bertil"))
        await world.until(lambda: world.request.status is Status.CALLING)
        world.keys["desk_back_confirm"] = "1"
        channel = next(c for c in world.asterisk.channels.values() if c.phone == "bertil")
        world.asterisk.press(channel, "1")
        assert (await listening)[-2:] == ["desk_back_being_called", "desk_backs_0"]
        assert world.request.status is Status.CALLING
        assert (world.request.wanted, world.request.attempts[0].counsellor) == (None, ANNA)

    told(story, CONFIG)
