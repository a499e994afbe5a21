"""Who has asked to be called back is called in their turn, once a counsellor has accepted it."""

import asyncio
from dataclasses import replace

import pytest

from ivr.domain.callback import Status
from ivr.domain.journal import CallbackKind, EventKind
from ivr.domain.policy import CallbackPolicy
from tests.fakes.asterisk import FakePhone
from tests.fakes.service import FREE, changed
from tests.fakes.time import run_in_virtual_time
from tests.scenes.asking import IN_LINE, PATIENT
from tests.scenes.called_back import NUMBER, CalledBack, dials


def test_who_has_asked_is_called_back_and_talks_with_the_counsellor_who_accepted() -> None:
    async def story() -> None:
        world = await CalledBack.begin()
        world.phone("anna")
        await world.until(world.together)
        await world.until(lambda: world.request.status is Status.REACHED)
        assert world.told("anna") == ["fi/back_fi"]
        assert world.told(NUMBER) == ["fi/back_greeting"]
        assert world.results == ["reached"]
        (attempt,) = world.request.attempts
        assert (attempt.number, attempt.counsellor) == (1, "anna")
        citizen = world.channel(NUMBER)
        assert citizen is not None
        world.asterisk.end(citizen.id)
        await world.until(lambda: world.outcomes(citizen) == ["served"])
        (arrived,) = world.disk.of(EventKind.ARRIVED, attempt.call)
        assert arrived.facts.callback == str(world.request.id)
        await world.close()

    run_in_virtual_time(story())


def test_the_citizen_is_not_dialled_before_the_counsellor_has_accepted() -> None:
    async def story() -> None:
        world = await CalledBack.begin({})
        world.phone("anna")
        await world.until(lambda: "fi/back_fi" in world.told("anna"))
        await asyncio.sleep(5)
        assert world.citizen.rung == 0
        assert world.request.status is Status.WAITING
        assert world.request.attempts == ()
        await world.close()

    run_in_virtual_time(story())


@pytest.mark.parametrize("answer", ["2", "silence", "hang up"])
def test_a_counsellor_who_declines_makes_no_attempt_and_rests_and_the_place_is_kept(
    answer: str,
) -> None:
    async def story() -> None:
        world = await CalledBack.begin({"back_fi": "2"} if answer == "2" else {})
        anna = world.phone("anna")
        await world.until(lambda: "fi/back_fi" in world.told("anna"))
        leg = world.channel("anna")
        assert leg is not None
        if answer == "hang up":
            world.asterisk.end(leg.id)
        await world.until(lambda: leg.id not in world.asterisk.channels, 60)
        assert anna.rung == 1
        await asyncio.sleep(9)
        assert anna.rung == 1
        assert (world.citizen.rung, world.request.attempts) == (0, ())
        world.keys = {"back_fi": "1", "back_greeting": "1"}
        await world.until(world.together)
        await world.close()

    run_in_virtual_time(story())


def test_a_citizen_whose_counsellor_goes_as_they_pick_up_waits_in_the_line_for_another() -> None:
    async def story() -> None:
        world = await CalledBack.begin({"back_fi": "1"})
        anna = world.phone("anna")
        await world.until(lambda: "fi/back_greeting" in world.told(NUMBER))
        leg, citizen = world.channel("anna"), world.channel(NUMBER)
        assert leg is not None
        assert citizen is not None
        world.asterisk.end(leg.id)
        anna.answers_after = None
        world.asterisk.press(citizen, "1")
        await world.until(lambda: citizen.music)
        assert "fi/price_waiting" not in world.told(NUMBER)
        anna.answers_after = 1.0
        await world.until(world.together)
        await world.until(lambda: world.request.status is Status.REACHED)
        assert world.results == ["reached"]
        await world.close()

    run_in_virtual_time(story())


def test_a_callback_stands_in_the_line_by_its_first_joining() -> None:
    async def story() -> None:
        world = await CalledBack.begin()
        behind = world.asterisk.call(FREE, "+358507654321")
        with world.habit(behind, IN_LINE):
            await world.until(lambda: bool(world.disk.of(EventKind.JOINED)[1:]))
            assert world.disk.of(EventKind.JOINED)[1].data["ahead"] == 1
            assert "fi/queue_pos_1" in world.heard(behind)
            world.phone("anna")
            await world.until(world.together)
            assert not behind.up
            citizen = world.channel(NUMBER)
            assert citizen is not None
            world.asterisk.end(citizen.id)
            await world.until(lambda: behind.up)
        await world.close()

    run_in_virtual_time(story())


def test_who_gets_through_by_phone_while_the_counsellor_is_told_is_not_dialled() -> None:
    async def story() -> None:
        world = await CalledBack.begin({}, config=dials("anna", "bertil"))
        world.phone("anna")
        await world.until(lambda: "fi/back_fi" in world.told("anna"))
        caller = world.asterisk.call(FREE)
        with world.habit(caller, IN_LINE):
            world.phone("bertil")
            await world.until(lambda: caller.up)
        await world.until(lambda: world.request.status is Status.ANSWERED_BY_PHONE)
        assert (world.citizen.rung, world.request.attempts) == (0, ())
        await world.close()

    run_in_virtual_time(story())


def test_what_cannot_be_put_on_disk_is_not_dialled() -> None:
    async def story() -> None:
        world = await CalledBack.begin()
        world.disk.full = True
        world.phone("anna")
        await world.until(lambda: "fi/back_not_now" in world.told("anna"))
        world.disk.full = False
        await asyncio.sleep(60)
        assert world.citizen.rung == 0
        await asyncio.sleep(31 * 60)
        assert world.citizen.rung == 1
        await world.close()

    run_in_virtual_time(story())


def test_a_line_that_does_not_dial_leaves_its_callbacks_on_the_list() -> None:
    async def story() -> None:
        config = changed(dials(), "free", waiting=PATIENT, callback=CallbackPolicy(dial=False))
        world = await CalledBack.begin(config=config)
        anna = world.phone("anna")
        await asyncio.sleep(120)
        assert (anna.rung, world.citizen.rung) == (0, 0)
        await world.close()

    run_in_virtual_time(story())


def test_no_more_citizens_are_dialled_than_counsellors_hold() -> None:
    async def story() -> None:
        world = await CalledBack.begin()
        other = world.asterisk.call(FREE, "+358507654321")
        with world.habit(other, {**IN_LINE, "queue_pos_1": "1", "number_confirm": "1"}):
            await world.until(lambda: world.outcomes(other) == ["callback"])
        second = world.asterisk.phones["0507654321"] = FakePhone()
        world.phone("anna")
        await world.until(world.together)
        await asyncio.sleep(60)
        assert (world.citizen.rung, second.rung) == (1, 0)
        citizen = world.channel(NUMBER)
        assert citizen is not None
        world.asterisk.end(citizen.id)
        await world.until(lambda: second.rung == 1)
        assert len(world.disk.callback_of(CallbackKind.CALLED)) == 2
        await world.close()

    run_in_virtual_time(story())


def test_a_callback_asked_for_in_swedish_is_told_and_greeted_so() -> None:
    async def story() -> None:
        config = dials()
        swede = replace(config.counsellors[0], own_language=config.lines[0].languages[1])
        world = CalledBack(
            replace(config, counsellors=(swede,)), {"back_sv": "1", "back_greeting": "1"}
        )
        world.start()
        caller = world.asterisk.call(FREE)
        keys = {"lang_choice": "2", "topic_menu": "1", "queue_next": "1", "number_confirm": "1"}
        with world.habit(caller, keys):
            await world.until(lambda: world.outcomes(caller) == ["callback"])
        world.phone("anna")
        await world.until(world.together)
        assert world.told("anna") == ["sv/back_sv"]
        assert world.told(NUMBER) == ["sv/back_greeting"]
        await world.close()

    run_in_virtual_time(story())
