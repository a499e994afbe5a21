"""What a waiting caller may do with a key, and what they are told of the wait; virtual time."""

import asyncio
from dataclasses import replace

from ivr.domain.call import Language
from ivr.domain.journal import EventKind
from ivr.domain.policy import Ending, OnBudgetEnd, WaitingPolicy
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE, PAID, TOLL_FREE, changed, counsellor, service
from tests.fakes.time import run_in_virtual_time
from tests.scenes.world import World

FINNISH_FAMILIES = {"lang_choice": "1", "topic_menu": "1"}
SWEDISH_FAMILIES = {"lang_choice": "2", "topic_menu": "1"}
PATIENT = WaitingPolicy(
    offer_after_s=3600, announce_every_s=600, budget_s=3600, on_nobody=Ending.WAIT
)


async def _in_line(world: World, number: str = FREE) -> Channel:
    caller = world.asterisk.call(number)
    with world.habit(caller, FINNISH_FAMILIES):
        await world.until(lambda: caller.music)
    return caller


async def _close(world: World, *callers: Channel) -> None:
    for caller in callers:
        world.asterisk.end(caller.id)
        await world.until_over(caller)
    await asyncio.sleep(1)
    await world.stop()


def test_who_is_new_in_a_bilingual_line_is_offered_the_other_language_once_in_itself() -> None:
    async def story() -> None:
        policy = replace(PATIENT, announce_every_s=20)
        world = World(changed(service(), "free", waiting=policy))
        world.start()
        caller = await _in_line(world)
        await asyncio.sleep(50)
        assert world.heard(caller)[-6:] == [
            *("fi/queue_next", "sv/lang_switch"),
            *("fi/queue_next", "fi/hold_thanks") * 2,
        ]
        await _close(world, caller)

    run_in_virtual_time(story())


def test_a_line_of_one_language_offers_no_other_and_knows_no_key_for_it() -> None:
    async def story() -> None:
        config = changed(service(), "free", waiting=PATIENT, languages=(Language.FI,))
        world = World(config)
        world.start()
        caller = await _in_line(world)
        world.asterisk.press(caller, "9")
        await asyncio.sleep(5)
        assert world.heard(caller)[-1] == "fi/queue_next"
        assert world.disk.of(EventKind.LANGUAGE) == []
        await _close(world, caller)

    run_in_virtual_time(story())


def test_key_9_says_the_place_in_the_other_language_and_keeps_it() -> None:
    async def story() -> None:
        world = World(changed(service(), "free", waiting=PATIENT))
        world.start()
        first = await _in_line(world)
        second = await _in_line(world)
        world.asterisk.press(first, "9")
        await world.until(lambda: world.heard(first)[-1] == "sv/queue_next")
        await world.until(lambda: first.music)
        (change,) = world.disk.of(EventKind.LANGUAGE)
        assert change.data == {"language": "sv"}
        world.phone("anna")
        await world.until(lambda: first.up or second.up)
        assert (first.up, second.up) == (True, False)
        await _close(world, first, second)
        joined = {event.facts.joined for event in world.disk.of(EventKind.JOINED, change.call_id)}
        assert len(joined) == 1

    run_in_virtual_time(story())


def test_the_language_chosen_while_waiting_survives_a_crash() -> None:
    async def story() -> None:
        world = World(changed(service(), "free", waiting=PATIENT))
        world.start()
        caller = await _in_line(world)
        world.asterisk.press(caller, "9")
        await world.until(lambda: world.heard(caller)[-1] == "sv/queue_next")
        await world.crash_and_restart(0.5)
        await world.until(lambda: world.heard(caller).count("sv/queue_next") == 2)
        await _close(world, caller)

    run_in_virtual_time(story())


def test_key_9_leaves_no_phone_ringing_of_one_who_does_not_speak_the_language() -> None:
    async def story() -> None:
        finnish = counsellor("anna", languages=(Language.FI,))
        swedish = counsellor("bertil", languages=(Language.SV,))
        world = World(changed(service(finnish, swedish), "free", waiting=PATIENT))
        world.start()
        phone = world.phone("anna", answers_after=15.0)
        other = world.phone("bertil", answers_after=1.0)
        caller = world.asterisk.call(FREE)
        with world.habit(caller, FINNISH_FAMILIES):
            await world.until(lambda: phone.rung == 1)
        world.asterisk.press(caller, "9")
        await world.until(lambda: caller.up)
        assert (phone.rung, len(phone.ended), other.rung) == (1, 1, 1)
        await asyncio.sleep(3)
        await _close(world, caller)
        assert world.outcomes(caller) == ["served"]

    run_in_virtual_time(story())


def test_a_phone_rings_on_through_a_change_of_language_that_its_counsellor_speaks_too() -> None:
    async def story() -> None:
        world = World(changed(service(), "free", waiting=PATIENT))
        world.start()
        phone = world.phone("anna", answers_after=15.0)
        caller = world.asterisk.call(FREE)
        with world.habit(caller, FINNISH_FAMILIES):
            await world.until(lambda: phone.rung == 1)
        for _ in range(20):
            world.asterisk.press(caller, "9")
            await asyncio.sleep(0.3)
        await world.until(lambda: caller.up)
        assert phone.rung == 1
        await asyncio.sleep(3)
        await _close(world, caller)
        assert world.outcomes(caller) == ["served"]

    run_in_virtual_time(story())


def test_key_0_says_again_what_was_said_last_as_it_is_now() -> None:
    async def story() -> None:
        world = World(changed(service(), "free", waiting=PATIENT))
        world.start()
        first = await _in_line(world)
        second = await _in_line(world)
        assert world.heard(second)[-2:] == ["fi/queue_pos_1", "sv/lang_switch"]
        world.asterisk.end(first.id)
        await asyncio.sleep(1)
        world.asterisk.press(second, "0")
        await asyncio.sleep(3)
        assert world.heard(second)[-2:] == ["fi/queue_next", "sv/lang_switch"]
        await _close(world, second)

    run_in_virtual_time(story())


def test_key_0_says_the_offer_again_when_that_was_said_last() -> None:
    async def story() -> None:
        world = World(changed(service(), "free", waiting=replace(PATIENT, offer_after_s=10)))
        world.start()
        caller = await _in_line(world)
        await world.until(lambda: world.heard(caller)[-1] == "fi/callback_offer")
        await asyncio.sleep(3)
        world.asterisk.press(caller, "0")
        await asyncio.sleep(3)
        assert world.heard(caller)[-2:] == ["fi/callback_offer"] * 2
        await _close(world, caller)

    run_in_virtual_time(story())


def test_the_wait_is_told_once_enough_calls_have_been_served_to_know_it() -> None:
    async def story() -> None:
        world = World()
        world.start()
        phone = world.phone("anna")
        for _ in range(3):
            served = world.asterisk.call(TOLL_FREE)
            with world.habit(served, FINNISH_FAMILIES):
                await world.until(lambda: len(world.disk.of(EventKind.CONNECTED)) > 0)
                await asyncio.sleep(120)
            assert not [sound for sound in world.heard(served) if "/wait_" in sound]
            world.asterisk.end(served.id)
            await world.until_over(served)
        phone.answers_after = None
        caller = await _in_line(world, TOLL_FREE)
        assert world.heard(caller)[-3:] == ["fi/queue_next", "fi/wait_lt5", "sv/lang_switch"]
        await _close(world, caller)

    run_in_virtual_time(story())


def test_the_offer_is_left_out_when_it_would_not_be_over_before_the_free_waiting() -> None:
    async def story() -> None:
        policy = WaitingPolicy(
            offer_after_s=3600, budget_s=30, offer_before_budget_s=0.5, on_nobody=Ending.WAIT
        )
        world = World(changed(service(), "free", waiting=policy))
        world.start()
        caller = await _in_line(world)
        await world.until_over(caller)
        assert "fi/callback_offer" not in world.heard(caller)
        assert world.heard(caller)[-1] == "fi/free_window_end"
        await asyncio.sleep(1)
        await world.stop()

    run_in_virtual_time(story())


def test_the_number_is_kept_when_the_free_waiting_ends_during_the_question_for_it() -> None:
    async def story() -> None:
        policy = WaitingPolicy(offer_after_s=3600, budget_s=20, on_nobody=Ending.WAIT)
        world = World(changed(service(), "free", waiting=policy))
        world.start()
        caller = await _in_line(world)
        began = caller.heard[0][0]
        await asyncio.sleep(20 - 5 - asyncio.get_running_loop().time() + began)
        world.asterisk.press(caller, "1")
        await world.until_over(caller)
        assert world.heard(caller)[-2:] == ["fi/number_confirm", "fi/free_window_end"]
        said = next(at for at, sound in caller.heard if sound == "fi/free_window_end")
        assert said - began < 21
        assert world.outcomes(caller) == ["callback"]
        await asyncio.sleep(1)
        await world.stop()

    run_in_virtual_time(story())


def test_the_caller_is_warned_and_answered_when_it_ends_during_the_question_on_such_a_line() -> (
    None
):
    async def story() -> None:
        policy = WaitingPolicy(
            offer_after_s=3600,
            budget_s=20,
            on_budget_end=OnBudgetEnd.ANSWER,
            on_nobody=Ending.WAIT,
        )
        world = World(changed(service(), "free", waiting=policy))
        world.start()
        caller = await _in_line(world)
        await asyncio.sleep(2)
        world.asterisk.press(caller, "1")
        await world.until(lambda: caller.up)
        assert "fi/free_window_answer" in world.heard(caller)
        await _close(world, caller)

    run_in_virtual_time(story())


def test_who_pays_or_is_paid_for_has_all_the_time_for_the_question() -> None:
    async def story() -> None:
        policy = WaitingPolicy(budget_s=20, offer_after_s=3600, on_nobody=Ending.WAIT)
        world = World(changed(service(), "paid", waiting=policy))
        world.start()
        caller = await _in_line(world, PAID)
        world.asterisk.press(caller, "1")
        await asyncio.sleep(18)
        world.asterisk.press(caller, "1")
        await world.until_over(caller)
        assert world.outcomes(caller) == ["callback"]
        assert "fi/free_window_end" not in world.heard(caller)
        await asyncio.sleep(1)
        await world.stop()

    run_in_virtual_time(story())
