"""Who is called back and not reached is called again in time, and never without end."""

import asyncio

import pytest

from ivr.domain.callback import Status
from ivr.domain.counsellor import Doing
from tests.fakes.asterisk import FakePhone
from tests.fakes.time import run_in_virtual_time
from tests.scenes.called_back import NUMBER, CalledBack, dials


@pytest.mark.parametrize(
    ("phone", "result", "told"),
    [
        (FakePhone(answers_after=None), "no_answer", "back_no_answer"),
        (FakePhone(busy=True), "busy", "back_busy"),
        (FakePhone(declines=True), "refused", "back_refused"),
    ],
)
def test_who_is_not_reached_is_called_again_later_and_the_counsellor_hears_why(
    phone: FakePhone, result: str, told: str
) -> None:
    async def story() -> None:
        world = await CalledBack.begin()
        world.asterisk.phones[NUMBER] = phone
        world.phone("anna")
        await world.until_ended()
        assert world.results == [result]
        await asyncio.sleep(3)
        assert world.told("anna") == ["fi/back_fi", f"fi/{told}"]
        roster = world.house.roster
        assert [doing for _, _, doing in roster.at_work()] == [Doing.FREE]
        await asyncio.sleep(25 * 60)
        assert phone.rung == 1
        world.asterisk.phones[NUMBER] = FakePhone()
        await asyncio.sleep(6 * 60)
        await world.until(world.together)
        await world.close()

    run_in_virtual_time(story())


def test_a_number_that_is_nobodys_is_not_called_again() -> None:
    async def story() -> None:
        world = await CalledBack.begin()
        del world.asterisk.phones[NUMBER]
        world.phone("anna")
        await world.until_ended(Status.UNREACHED)
        assert world.results == ["wrong_number"]
        await asyncio.sleep(3)
        assert world.told("anna")[-1] == "fi/back_wrong_number"
        await world.close()

    run_in_virtual_time(story())


def test_after_the_last_attempt_it_is_left_for_a_counsellors_eye() -> None:
    async def story() -> None:
        world = await CalledBack.begin(config=dials(attempts=2, between_min=1))
        world.citizen.answers_after = None
        world.phone("anna")
        await world.until(lambda: world.request.status is Status.UNREACHED)
        assert world.results == ["no_answer"] * 2
        await asyncio.sleep(600)
        assert world.citizen.rung == 2
        await world.close()

    run_in_virtual_time(story())


def test_a_machine_that_picks_up_and_presses_nothing_is_left_no_word_and_is_no_answer() -> None:
    async def story() -> None:
        world = await CalledBack.begin({"back_fi": "1"})
        world.phone("anna")
        await world.until_ended()
        assert world.results == ["no_answer"]
        assert set(world.told(NUMBER)) == {"fi/back_greeting"}
        await world.close()

    run_in_virtual_time(story())


def test_who_picks_up_and_hangs_up_without_a_key_is_called_again_later() -> None:
    async def story() -> None:
        world = await CalledBack.begin({"back_fi": "1"})
        world.phone("anna")
        await world.until(lambda: "fi/back_greeting" in world.told(NUMBER))
        citizen = world.channel(NUMBER)
        assert citizen is not None
        world.asterisk.end(citizen.id)
        await world.until_ended()
        assert world.results == ["no_answer"]
        await world.until(lambda: world.outcomes(citizen) == ["not_reached"])
        await world.close()

    run_in_virtual_time(story())


def test_a_counsellor_who_gives_up_while_it_rings_ends_the_ringing() -> None:
    async def story() -> None:
        world = await CalledBack.begin()
        world.citizen.answers_after = None
        world.phone("anna")
        await world.until(lambda: world.citizen.rung == 1)
        leg = world.channel("anna")
        assert leg is not None
        assert leg.ringback
        world.asterisk.end(leg.id)
        await world.until_ended()
        assert world.results == ["failed"]
        assert world.channel(NUMBER) is None
        await world.close()

    run_in_virtual_time(story())
