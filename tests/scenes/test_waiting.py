"""What a waiting caller lives through, and what they pay; in virtual time."""

import asyncio
from dataclasses import replace
from functools import partial

from ivr.domain.journal import EventKind
from ivr.domain.policy import Ending, OnBudgetEnd, WaitingPolicy
from tests.fakes.asterisk import Channel
from tests.fakes.service import FREE, PAID, TOLL_FREE, service
from tests.fakes.time import run_in_virtual_time
from tests.scenes.world import World

SWEDISH_FAMILIES = {"lang_choice": "2", "topic_menu": "1"}


def test_nobody_is_answered_before_a_counsellor_is_when_waiting_is_free() -> None:
    async def story() -> None:
        world = World()
        world.start()
        phone = world.phone("anna", answers_after=30.0)
        world.config = service()
        caller = world.asterisk.call(FREE)
        with world.habit(caller, SWEDISH_FAMILIES):
            await world.until(lambda: phone.rung > 0)
            assert not caller.up
            await asyncio.sleep(15)
            assert not caller.up
        world.asterisk.end(caller.id)
        await world.until(lambda: world.outcomes(caller) == ["abandoned_queue"])
        await world.stop()

    run_in_virtual_time(story())


def test_lines_that_are_not_free_are_answered_at_once_and_never_called_free() -> None:
    async def story() -> None:
        world = World()
        world.start()
        for number in (TOLL_FREE, PAID):
            caller = world.asterisk.call(number)
            await world.until_heard(caller)
            assert caller.up
            await asyncio.sleep(40)
            assert "fi/free_queue" not in world.heard(caller)
            assert ("fi/free_call" in world.heard(caller)) == (number == TOLL_FREE)
            world.asterisk.end(caller.id)
        await asyncio.sleep(1)
        await world.stop()

    run_in_virtual_time(story())


def test_a_callback_is_said_to_be_saved_only_once_it_is_on_disk() -> None:
    async def story() -> None:
        world = World()
        world.start()
        caller = world.asterisk.call(FREE)
        habits = {**SWEDISH_FAMILIES, "callback_offer": "1", "number_confirm": "1"}
        with world.habit(caller, habits):
            await world.until(lambda: world.outcomes(caller) == ["callback"])
        requests = world.disk.of(EventKind.CALLBACK_REQUESTED)
        assert [r.data["number"] for r in requests] == ["+358401234567"]
        joined = requests[0].facts.joined
        assert joined is not None
        assert requests[0].data["joined"] == joined.isoformat()
        assert world.heard(caller)[-2:] == ["sv/callback_saved_today", "sv/goodbye"]
        assert not caller.up
        await asyncio.sleep(1)
        await world.stop()

    run_in_virtual_time(story())


def test_nothing_is_promised_when_the_disk_is_full() -> None:
    async def story() -> None:
        world = World()
        world.disk.full = True
        world.start()
        caller = world.asterisk.call(FREE)
        habits = {**SWEDISH_FAMILIES, "callback_offer": "1", "number_confirm": "1"}
        with world.habit(caller, habits):
            await world.until(lambda: "sv/callback_failed" in world.heard(caller))
        assert "sv/callback_saved_today" not in world.heard(caller)
        world.asterisk.end(caller.id)
        await world.until(lambda: world.outcomes(caller) == ["abandoned_queue"])
        await world.stop()

    run_in_virtual_time(story())


def test_nothing_is_kept_of_a_hidden_caller_who_gives_no_number() -> None:
    async def story() -> None:
        world = World()
        world.start()
        caller = world.asterisk.call(FREE, "+358401234567", hidden=True)
        with world.habit(caller, {**SWEDISH_FAMILIES, "queue_next": "1"}):
            await world.until(lambda: "sv/number_hidden" in world.heard(caller))
        await asyncio.sleep(120)
        assert world.disk.of(EventKind.CALLBACK_REQUESTED) == []
        events = [repr(event) for event in world.disk.events.values()]
        assert not [text for text in events if "401234567" in text]
        world.asterisk.end(caller.id)
        await asyncio.sleep(1)
        await world.stop()

    run_in_virtual_time(story())


def test_the_number_is_kept_without_a_key_when_the_free_waiting_ends() -> None:
    async def story() -> None:
        world = World(service(waiting=WaitingPolicy(budget_s=60, on_nobody=Ending.WAIT)))
        world.start()
        caller = world.asterisk.call(FREE)
        with world.habit(caller, SWEDISH_FAMILIES):
            await world.until(lambda: world.outcomes(caller) == ["callback"])
        assert world.heard(caller)[-1] == "sv/free_window_end"
        assert not caller.up
        assert len(world.disk.of(EventKind.CALLBACK_REQUESTED)) == 1
        await asyncio.sleep(1)
        await world.stop()

    run_in_virtual_time(story())


def test_the_caller_is_warned_before_charging_begins_when_the_line_says_so() -> None:
    async def story() -> None:
        policy = WaitingPolicy(budget_s=60, on_budget_end=OnBudgetEnd.ANSWER, on_nobody=Ending.WAIT)
        world = World(service(waiting=policy))
        world.start()
        caller = world.asterisk.call(FREE)
        with world.habit(caller, SWEDISH_FAMILIES):
            await world.until(lambda: "sv/free_window_answer" in world.heard(caller))
            assert not caller.up
            assert "sv/free_queue" not in world.heard(caller)
            await world.until(lambda: caller.up)
        world.asterisk.end(caller.id)
        await asyncio.sleep(1)
        await world.stop()

    run_in_virtual_time(story())


def test_a_provisional_response_goes_out_at_least_every_minute_while_waiting() -> None:
    async def story() -> None:
        policy = WaitingPolicy(
            announce_every_s=500, budget_s=400, offer_after_s=500, on_nobody=Ending.WAIT
        )
        world = World(service(waiting=policy))
        world.start()
        caller = world.asterisk.call(FREE, hidden=True)
        with world.habit(caller, SWEDISH_FAMILIES):
            await world.until(lambda: caller.music)
        for expected in range(1, 6):
            await asyncio.sleep(50)
            assert caller.progress >= expected
        world.asterisk.end(caller.id)
        await asyncio.sleep(1)
        await world.stop()

    run_in_virtual_time(story())


def test_a_counsellor_who_does_not_answer_costs_the_caller_no_place() -> None:
    async def story() -> None:
        world = World()
        world.start()
        phone = world.phone("anna", answers_after=None)
        first, second = world.asterisk.call(FREE), world.asterisk.call(FREE)
        with world.habit(first, SWEDISH_FAMILIES), world.habit(second, SWEDISH_FAMILIES, 0.9):
            await world.until(lambda: phone.rung == 1)
            phone.answers_after = 1.0
            await world.until(lambda: first.up or second.up)
        assert first.up
        assert not second.up
        for caller in (first, second):
            world.asterisk.end(caller.id)
        await asyncio.sleep(1)
        assert world.outcomes(first) == ["served"]
        await world.stop()

    run_in_virtual_time(story())


def test_the_free_waiting_does_not_end_while_a_counsellors_phone_rings() -> None:
    async def story() -> None:
        world = World(service(waiting=WaitingPolicy(budget_s=20, ring_s=30, on_nobody=Ending.WAIT)))
        world.start()
        caller = world.asterisk.call(FREE)
        with world.habit(caller, SWEDISH_FAMILIES):
            await asyncio.sleep(15)
            world.phone("anna", answers_after=12.0)
            await world.until(lambda: caller.up)
        assert "sv/free_window_end" not in world.heard(caller)
        world.asterisk.end(caller.id)
        await world.until(lambda: world.outcomes(caller) == ["served"])
        await world.stop()

    run_in_virtual_time(story())


def test_a_caller_whose_line_is_gone_from_the_configuration_hears_the_apology() -> None:
    async def story() -> None:
        world = World()
        world.start()
        caller = world.asterisk.call(FREE)
        with world.habit(caller, SWEDISH_FAMILIES):
            await world.until(lambda: caller.music)
        await world.stop()
        others = tuple(line for line in world.config.lines if line.id != "free")
        world.config = replace(world.config, lines=others)
        world.start()
        await world.until(lambda: world.outcomes(caller) == ["fallback"])
        assert not caller.in_application
        await world.stop()

    run_in_virtual_time(story())


def test_a_caller_who_pays_already_is_not_told_that_waiting_is_free() -> None:
    async def story() -> None:
        world = World()
        caller = world.asterisk.call(FREE)
        caller.up, caller.facts = True, "not to be read"
        world.start()
        with world.habit(caller, SWEDISH_FAMILIES):
            await world.until(lambda: "sv/queue_next" in world.heard(caller))
        assert "sv/free_queue" not in world.heard(caller)
        world.asterisk.end(caller.id)
        await world.until(lambda: bool(world.outcomes(caller)))
        await world.stop()

    run_in_virtual_time(story())


def test_a_disk_that_does_not_answer_keeps_neither_outcome_nor_counsellor() -> None:
    async def story() -> None:
        world = World()
        world.start()
        world.phone("anna")
        world.disk.silent = True
        for _ in range(2):  # the second shows that the counsellor is free again
            caller = world.asterisk.call(FREE)
            with world.habit(caller, SWEDISH_FAMILIES):
                await world.until(partial(_is_up, caller))
            world.asterisk.end(caller.id)
            await world.until_over(caller)
            assert world.outcomes(caller) == ["served"]
        await world.stop()

    run_in_virtual_time(story())


def _is_up(caller: Channel) -> bool:
    return caller.up
