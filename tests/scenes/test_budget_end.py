"""At the end of the free waiting nothing is cut off in the middle and nothing is late; virtual."""

import asyncio
from dataclasses import replace

import pytest

from ivr.domain.journal import EventKind
from ivr.domain.policy import Ending, OnBudgetEnd, WaitingPolicy
from ivr.domain.service import Service
from tests.fakes.asterisk import PROMPT_S, Channel
from tests.fakes.service import FREE, changed, service
from tests.fakes.time import run_in_virtual_time
from tests.scenes.world import World

FINNISH_FAMILIES = {"lang_choice": "1", "topic_menu": "1"}
QUIET = WaitingPolicy(offer_after_s=3000, announce_every_s=3000, on_nobody=Ending.WAIT)
LIMITED = replace(QUIET, longest_s=10)
ENDS = {OnBudgetEnd.CALLBACK: "fi/free_window_end", OnBudgetEnd.ANSWER: "fi/free_window_answer"}
ROUNDING_S = 0.1


def _config(policy: WaitingPolicy) -> Service:
    return changed(service(), "free", waiting=policy)


async def _caller(world: World) -> tuple[Channel, float]:
    """A caller who is in the line, and the loop's time of their arrival."""
    world.start()
    await asyncio.sleep(1)
    arrived = asyncio.get_running_loop().time()
    caller = world.asterisk.call(FREE)
    with world.habit(caller, FINNISH_FAMILIES):
        await world.until(lambda: caller.music)
    return caller, arrived


async def _close(world: World, caller: Channel) -> None:
    world.asterisk.end(caller.id)
    await world.until_over(caller)
    await asyncio.sleep(1)
    await world.stop()


def _begun(caller: Channel, *sounds: str) -> list[float]:
    return [at for at, sound in caller.heard if sound in sounds]


@pytest.mark.parametrize("budget_s", range(16, 36))
@pytest.mark.parametrize("on_end", ENDS)
def test_the_question_at_a_limit_is_said_to_its_end_or_not_begun(
    budget_s: int, on_end: OnBudgetEnd
) -> None:
    async def story() -> None:
        world = World(_config(replace(LIMITED, budget_s=budget_s, on_budget_end=on_end)))
        caller, arrived = await _caller(world)
        await world.until_over(caller)
        for at in _begun(caller, "fi/limit_confirm"):
            assert at + PROMPT_S <= arrived + budget_s
        assert not caller.up  # nobody begins to pay to be told that they cannot wait
        kept = world.heard(caller)[-1] == "fi/free_window_end"
        assert world.outcomes(caller) == ["callback" if kept else "turned_away"]
        if on_end is OnBudgetEnd.ANSWER:
            assert world.heard(caller)[-2:] == ["fi/call_later", "fi/goodbye"]
        await asyncio.sleep(1)
        await world.stop()

    run_in_virtual_time(story())


def test_who_agrees_at_a_limit_before_the_free_waiting_ends_is_called_back_unanswered() -> None:
    async def story() -> None:
        policy = replace(LIMITED, budget_s=20, on_budget_end=OnBudgetEnd.ANSWER)
        world = World(_config(policy))
        caller, _ = await _caller(world)
        with world.habit(caller, {"limit_confirm": "1"}):
            await world.until_over(caller)
        assert world.heard(caller)[-2:] == ["fi/callback_saved_today", "fi/goodbye"]
        assert not caller.up
        await asyncio.sleep(1)
        await world.stop()

    run_in_virtual_time(story())


def test_a_promise_that_fails_at_a_limit_never_says_that_the_caller_is_still_in_the_line() -> None:
    async def story() -> None:
        world = World(_config(replace(LIMITED, budget_s=20)))
        world.disk.full = True
        caller, _ = await _caller(world)
        await world.until_over(caller)
        assert "fi/callback_failed" not in world.heard(caller)
        assert world.heard(caller)[-3:] == [
            *("fi/callback_not_kept", "fi/call_later", "fi/goodbye"),
        ]
        assert world.heard(caller).count("fi/wait_longest") == 1
        assert world.outcomes(caller) == ["turned_away"]
        await asyncio.sleep(1)
        await world.stop()

    run_in_virtual_time(story())


@pytest.mark.parametrize("tenths", range(0, 60, 3))
@pytest.mark.parametrize("on_end", ENDS)
def test_no_announcement_overruns_the_end_of_the_free_waiting(
    tenths: int, on_end: OnBudgetEnd
) -> None:
    async def story() -> None:
        budget_s = 30 + tenths / 10
        policy = replace(QUIET, announce_every_s=4, budget_s=budget_s, on_budget_end=on_end)
        world = World(_config(policy))
        caller, arrived = await _caller(world)
        await world.until(lambda: ENDS[on_end] in world.heard(caller))
        (end,) = _begun(caller, ENDS[on_end])
        assert arrived + budget_s <= end <= arrived + budget_s + ROUNDING_S
        assert len(_begun(caller, "fi/queue_next")) == len(_begun(caller, "fi/hold_thanks")) + 1
        await _close(world, caller)

    run_in_virtual_time(story())


def test_what_a_key_asks_for_is_not_begun_either_when_it_would_be_late() -> None:
    async def story() -> None:
        world = World(_config(replace(QUIET, budget_s=30)))
        caller, arrived = await _caller(world)
        await asyncio.sleep(arrived + 29.3 - asyncio.get_running_loop().time())
        for key in "09":
            world.asterisk.press(caller, key)
            await asyncio.sleep(0.2)
        await world.until_over(caller)
        (end,) = _begun(caller, "sv/free_window_end")  # the key was heard, all the same
        assert end <= arrived + 30 + ROUNDING_S
        await asyncio.sleep(1)
        await world.stop()

    run_in_virtual_time(story())


@pytest.mark.parametrize("on_end", ENDS)
def test_who_asks_for_a_callback_when_there_is_no_time_left_for_the_question_gets_it(
    on_end: OnBudgetEnd,
) -> None:
    async def story() -> None:
        world = World(_config(replace(QUIET, budget_s=30, on_budget_end=on_end)))
        caller, arrived = await _caller(world)
        await asyncio.sleep(arrived + 29.5 - asyncio.get_running_loop().time())
        world.asterisk.press(caller, "1")
        await world.until_over(caller)
        assert "fi/number_confirm" not in world.heard(caller)
        assert world.heard(caller)[-2:] == ["fi/callback_saved_today", "fi/goodbye"]
        (request,) = world.disk.of(EventKind.CALLBACK_REQUESTED)
        assert request.data["number"] == "+358401234567"
        assert not caller.up
        await asyncio.sleep(1)
        await world.stop()

    run_in_virtual_time(story())
