"""Whoever speaks when they are called back is connected; an answering machine is told, and left."""

import asyncio

import pytest

from ivr.domain.callback import Status
from ivr.domain.policy import CallbackPolicy
from tests.fakes.service import changed
from tests.fakes.time import run_in_virtual_time
from tests.scenes.asking import PATIENT
from tests.scenes.called_back import NUMBER, CalledBack, dials

TAKEN = {"back_fi": "1"}  # by the counsellor; the citizen presses nothing
MACHINE = [(0.1, 9.0), (10.0, 0.4)]  # its greeting, and its beep
NAME_FIRST = [(0.1, 0.5), (3.2, 0.6)]


@pytest.mark.parametrize("says", [[(1.5, 0.6)], NAME_FIRST, [(2.0, 12.0)]])
def test_who_only_speaks_to_the_greeting_is_connected(says: list[tuple[float, float]]) -> None:
    async def story() -> None:
        world = await CalledBack.begin(TAKEN)
        world.says = says
        world.phone("anna")
        await world.until(world.together)
        assert world.told(NUMBER) == ["fi/back_greeting"]
        citizen = world.channel(NUMBER)
        assert citizen is not None
        assert not citizen.listened
        await world.until(lambda: world.request.status is Status.REACHED)
        assert world.results == ["reached"]
        await world.close()

    run_in_virtual_time(story())


@pytest.mark.parametrize(("who", "result"), [("anna", "machine"), (NUMBER, "no_answer")])
def test_a_voice_that_is_soon_gone_was_no_proof_and_the_request_waits_again(
    who: str, result: str
) -> None:
    async def story() -> None:
        world = await CalledBack.begin(TAKEN)
        world.says = [(1.5, 0.6)]
        world.phone("anna")
        await world.until(world.together)
        await asyncio.sleep(12)
        assert world.request.status is Status.CALLING
        leg = world.channel(who)
        assert leg is not None
        world.asterisk.end(leg.id)
        await world.until_ended()
        assert world.results == [result]
        assert world.channel(NUMBER) is None
        await asyncio.sleep(31 * 60)
        await world.until(lambda: world.request.status is Status.REACHED)
        assert world.results == [result, "reached"]
        await world.close()

    run_in_virtual_time(story())


def test_whom_the_counsellor_holds_is_proved_to_be_the_citizen() -> None:
    async def story() -> None:
        world = await CalledBack.begin(TAKEN)
        world.says = [(1.5, 0.6)]
        world.phone("anna")
        await world.until(world.together)
        leg = world.channel("anna")
        assert leg is not None
        for key in "*1":
            world.asterisk.press(leg, key)
        await world.until(lambda: world.request.status is Status.REACHED, within_s=1.0)
        assert world.results == ["reached"]
        await world.close()

    run_in_virtual_time(story())


def test_a_talk_begun_by_voice_goes_on_after_a_crash_and_settles_the_request() -> None:
    async def story() -> None:
        world = await CalledBack.begin(TAKEN)
        world.says = [(1.5, 0.6)]
        world.phone("anna")
        await world.until(world.together)
        await asyncio.sleep(5)
        await world.crash_and_restart(0.5)
        assert world.together()
        await world.until(lambda: world.request.status is Status.REACHED, within_s=20.0)
        await world.close()

    run_in_virtual_time(story())


def test_a_key_connects_at_once_and_the_voice_is_listened_to_no_more() -> None:
    async def story() -> None:
        world = await CalledBack.begin()
        world.says = MACHINE
        world.phone("anna")
        await world.until(lambda: NUMBER in {c.account for c in world.asterisk.channels.values()})
        await world.until(lambda: bool(world.told(NUMBER)))
        await world.until(world.together, within_s=1.0)
        citizen = world.channel(NUMBER)
        assert citizen is not None
        assert not citizen.listened
        await world.close()

    run_in_virtual_time(story())


def test_a_machine_is_told_and_hung_up_on_and_the_counsellor_hears_so() -> None:
    async def story() -> None:
        world = await CalledBack.begin(TAKEN)
        world.says = MACHINE
        world.phone("anna")
        await world.until_ended()
        assert world.results == ["machine"]
        assert world.told(NUMBER) == ["fi/back_greeting"]
        assert world.channel(NUMBER) is None
        await asyncio.sleep(3)
        assert world.told("anna") == ["fi/back_fi", "fi/back_machine"]
        world.says = [(1.5, 0.6)]
        await asyncio.sleep(31 * 60)
        await world.until(world.together)
        assert world.results == ["machine", "reached"]
        await world.close()

    run_in_virtual_time(story())


def test_a_machine_counts_among_the_attempts() -> None:
    async def story() -> None:
        world = await CalledBack.begin(TAKEN, config=dials(attempts=1))
        world.says = MACHINE
        world.phone("anna")
        await world.until_ended(Status.UNREACHED)
        assert world.results == ["machine"]
        await world.close()

    run_in_virtual_time(story())


def test_who_says_only_their_name_is_greeted_again_and_may_answer_then() -> None:
    async def story() -> None:
        world = await CalledBack.begin(TAKEN)
        world.says = [(0.1, 0.5)]  # both times, and the second time it is an answer
        world.phone("anna")
        await world.until(world.together)
        assert world.told(NUMBER) == ["fi/back_greeting"] * 2
        await world.close()

    run_in_virtual_time(story())


def test_where_somebody_speaks_without_end_the_counsellor_is_not_kept_for_ever() -> None:
    async def story() -> None:
        world = await CalledBack.begin(TAKEN)
        world.says = [(0.1, 600.0)]
        world.phone("anna")
        await world.until(lambda: bool(world.told(NUMBER)))
        await world.until(lambda: any(world.results), within_s=50.0)
        assert world.results == ["no_answer"]
        await world.close()

    run_in_virtual_time(story())


def test_a_citizen_whose_facts_another_version_wrote_is_not_welcomed_as_a_caller() -> None:
    async def story() -> None:
        world = await CalledBack.begin(TAKEN)
        world.phone("anna")
        await world.until(lambda: bool(world.told(NUMBER)))
        await world.stop()
        citizen = world.channel(NUMBER)
        assert citizen is not None
        citizen.facts = '{"v": 9, "scene": "unheard_of"}'
        world.says = [(1.5, 0.6)]
        world.start()
        await world.until(world.together)
        assert set(world.told(NUMBER)) == {"fi/back_greeting"}
        await world.close()

    run_in_virtual_time(story())


def test_a_line_that_does_not_listen_says_so_and_connects_with_a_key_only() -> None:
    async def story() -> None:
        policy = CallbackPolicy(voice=False)
        config = changed(dials(), "free", waiting=PATIENT, callback=policy)
        world = await CalledBack.begin(TAKEN, config=config)
        world.says = [(1.5, 0.6)]
        world.phone("anna")
        await world.until_ended()
        assert world.results == ["no_answer"]
        assert world.told(NUMBER) == ["fi/back_greeting_key"] * 2
        world.keys["back_greeting_key"] = "1"
        await asyncio.sleep(31 * 60)
        await world.until(world.together)
        await world.close()

    run_in_virtual_time(story())
