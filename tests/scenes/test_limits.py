"""Nobody waits without an end, and nobody's wait ends in silence; in virtual time."""

import asyncio
from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from ivr.domain.journal import EventKind
from ivr.domain.policy import CallbackPolicy, Ending, WaitingPolicy
from ivr.domain.schedule import Hours, Schedule
from ivr.domain.service import Service
from tests.fakes.asterisk import Channel
from tests.fakes.service import ADULTS, FREE, TOLL_FREE, changed, counsellor, service
from tests.fakes.time import run_in_virtual_time
from tests.scenes.world import World

FINNISH_FAMILIES = {"lang_choice": "1", "topic_menu": "1"}
SOON_CLOSED = Schedule(weekly=dict.fromkeys(range(5), (Hours(opens=time(9), closes=time(10, 2)),)))
QUIET = WaitingPolicy(
    offer_after_s=3000, announce_every_s=3000, other_topic=ADULTS, on_nobody=Ending.WAIT
)
WHY: dict[str, tuple[str, dict[str, Any]]] = {
    "longest": ("wait_longest", {"longest_s": 60}),
    "full": ("queue_full", {"most": 1}),
    "nobody": ("nobody_present", {"nobody_after_s": 30}),
    "closing": ("closing_now", {"after_closing_min": 1}),
}


def _config(limit: str, how: Ending, **changes: Any) -> Service:
    """A toll-free line where only this limit is reached, and ends so."""
    policy = replace(QUIET, on_longest=Ending.WAIT, on_full=Ending.WAIT, on_closing=Ending.WAIT)
    at_the_limit: dict[str, Any] = {f"on_{limit}": how, **WHY[limit][1]}
    policy = replace(policy, **at_the_limit)
    schedule = {"schedule": SOON_CLOSED} if limit == "closing" else {}
    return changed(service(), "toll_free", waiting=policy, **schedule, **changes)


async def _limited(
    world: World, limit: str, keys: dict[str, str] | None = None, *, hidden: bool = False
) -> Channel:
    """A caller who comes to the limit and whose call ends; with FULL, another waits before."""
    world.start()
    if limit == "full":
        before = world.asterisk.call(TOLL_FREE)
        with world.habit(before, FINNISH_FAMILIES):
            await world.until(lambda: before.music)
    if limit != "nobody":
        world.phone("anna", answers_after=None)
    caller = world.asterisk.call(TOLL_FREE, hidden=hidden)
    with world.habit(caller, {**FINNISH_FAMILIES, **(keys or {})}):
        await world.until_over(caller)
    return caller


async def _close(world: World) -> None:
    for channel in list(world.asterisk.channels):
        world.asterisk.end(channel)
    await asyncio.sleep(2)
    await world.stop()


@pytest.mark.parametrize("limit", WHY)
def test_the_caller_is_told_why_and_where_help_is_to_be_had(limit: str) -> None:
    async def story() -> None:
        world = World(_config(limit, Ending.NOTICE))
        caller = await _limited(world, limit)
        why = f"fi/{WHY[limit][0]}"
        help_is = ["fi/closed_next", "fi/crisis"] if limit == "closing" else ["fi/call_later"]
        after = [*help_is, "fi/goodbye"]
        assert world.heard(caller)[-len(after) - 1 :] == [why, *after]
        assert world.outcomes(caller) == ["turned_away"]
        (event,) = world.disk.of(EventKind.LIMIT)
        assert event.data == {"because": limit, "ending": "notice"}
        await _close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize("limit", WHY)
def test_who_agrees_is_called_back_by_the_next_opening_and_told_when(limit: str) -> None:
    async def story() -> None:
        world = World(_config(limit, Ending.OFFER_CALLBACK))
        caller = await _limited(world, limit, {"limit_confirm": "1"})
        saved = "fi/callback_saved_next" if limit == "closing" else "fi/callback_saved_today"
        assert world.heard(caller)[-4:] == [
            *(f"fi/{WHY[limit][0]}", "fi/limit_confirm"),
            *(saved, "fi/goodbye"),
        ]
        assert world.outcomes(caller) == ["callback"]
        (request,) = world.disk.of(EventKind.CALLBACK_REQUESTED)
        assert request.data["number"] == "+358401234567"
        await _close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize(("key", "tries"), [("2", 1), ("5", 3), ("", 3)])
def test_who_does_not_agree_hears_the_notice_and_nothing_is_kept(key: str, tries: int) -> None:
    async def story() -> None:
        world = World(_config("longest", Ending.OFFER_CALLBACK))
        caller = await _limited(world, "longest", {"limit_confirm": key} if key else {})
        assert world.heard(caller).count("fi/limit_confirm") == tries
        assert world.heard(caller)[-2:] == ["fi/call_later", "fi/goodbye"]
        assert world.outcomes(caller) == ["turned_away"]
        assert world.disk.of(EventKind.CALLBACK_REQUESTED) == []
        await _close(world)

    run_in_virtual_time(story())


@pytest.mark.parametrize("how", [Ending.OFFER_CALLBACK, Ending.KEEP_CALLBACK])
@pytest.mark.parametrize("enabled", [True, False])
def test_who_has_no_number_that_can_be_kept_hears_the_notice(how: Ending, enabled: bool) -> None:
    async def story() -> None:
        world = World(_config("nobody", how, callback=CallbackPolicy(enabled=enabled, dial=False)))
        caller = await _limited(world, "nobody", hidden=enabled)
        offered = enabled and how is Ending.OFFER_CALLBACK
        asked = ["fi/number_hidden", "fi/number_entry"] if offered else []
        told = ["fi/nobody_present", *asked, "fi/call_later", "fi/goodbye"]
        assert world.heard(caller)[-len(told) :] == told
        assert world.outcomes(caller) == ["turned_away"]
        await _close(world)

    run_in_virtual_time(story())


def test_a_number_that_is_kept_without_asking_is_told_to_be_kept() -> None:
    async def story() -> None:
        world = World(_config("closing", Ending.KEEP_CALLBACK))
        caller = await _limited(world, "closing")
        assert world.heard(caller)[-4:] == [
            *("fi/closing_waiting", "fi/closing_now"),
            *("fi/callback_saved_next", "fi/goodbye"),
        ]
        assert world.outcomes(caller) == ["callback"]
        await _close(world)

    run_in_virtual_time(story())


def test_a_disk_that_is_full_promises_nothing_and_the_caller_hears_the_notice() -> None:
    async def story() -> None:
        world = World(_config("longest", Ending.KEEP_CALLBACK))
        world.disk.full = True
        caller = await _limited(world, "longest")
        assert world.heard(caller)[-4:] == [
            *("fi/wait_longest", "fi/callback_not_kept"),
            *("fi/call_later", "fi/goodbye"),
        ]
        assert world.outcomes(caller) == ["turned_away"]
        await _close(world)

    run_in_virtual_time(story())


def test_who_is_led_to_another_topic_is_served_there_at_the_place_they_had() -> None:
    async def story() -> None:
        world = World(
            replace(
                _config("nobody", Ending.OTHER_TOPIC), counsellors=(counsellor("anna", ADULTS),)
            )
        )
        world.start()
        world.phone("anna")
        caller = world.asterisk.call(TOLL_FREE)
        with world.habit(caller, FINNISH_FAMILIES):
            await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        assert world.heard(caller)[-3:] == [
            *("fi/nobody_present", "fi/other_topic", "fi/queue_next"),
        ]
        (connected,) = world.disk.of(EventKind.CONNECTED)
        joined = world.disk.of(EventKind.JOINED)
        assert connected.facts.topic == ADULTS
        assert {event.facts.joined for event in joined} == {connected.facts.joined}
        await asyncio.sleep(3)
        await _close(world)

    run_in_virtual_time(story())


def test_who_was_led_to_another_topic_has_the_longest_wait_once_more_and_then_the_notice() -> None:
    async def story() -> None:
        world = World(_config("longest", Ending.OTHER_TOPIC))
        caller = await _limited(world, "longest")
        ends = [e.data["ending"] for e in world.disk.of(EventKind.LIMIT)]
        assert ends == ["other_topic", "notice"]
        first, second = (at for at, sound in caller.heard if sound == "fi/wait_longest")
        assert 60 <= second - first <= 70
        assert world.outcomes(caller) == ["turned_away"]
        await _close(world)

    run_in_virtual_time(story())


def test_who_finds_the_line_full_never_joins_it_and_waits_for_another_topic_if_that_is_set() -> (
    None
):
    async def story() -> None:
        world = World(_config("full", Ending.NOTICE))
        caller = await _limited(world, "full")
        (finished,) = world.disk.of(EventKind.FINISHED)
        assert finished.facts.joined is None
        assert not world.disk.of(EventKind.JOINED, finished.call_id)
        assert world.outcomes(caller) == ["turned_away"]
        await _close(world)
        world = World(_config("full", Ending.OTHER_TOPIC))
        before = world.asterisk.call(TOLL_FREE)
        world.start()
        with world.habit(before, FINNISH_FAMILIES):
            await world.until(lambda: before.music)
        caller = world.asterisk.call(TOLL_FREE)
        with world.habit(caller, FINNISH_FAMILIES):
            await world.until(lambda: caller.music)
        assert "fi/other_topic" in world.heard(caller)
        await _close(world)

    run_in_virtual_time(story())


def test_who_hears_that_the_line_has_closed_is_served_all_the_same() -> None:
    async def story() -> None:
        world = World(_config("closing", Ending.OFFER_CALLBACK))
        world.start()
        caller = world.asterisk.call(TOLL_FREE)
        with world.habit(caller, FINNISH_FAMILIES):
            await world.until(lambda: "fi/closing_waiting" in world.heard(caller))
        world.phone("anna")
        await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        world.asterisk.end(caller.id)
        await world.until_over(caller)
        assert world.outcomes(caller) == ["served"]
        assert world.heard(caller).count("fi/closing_waiting") == 1
        await _close(world)

    run_in_virtual_time(story())


def test_a_phone_that_rings_is_let_ring_out_before_the_wait_is_ended() -> None:
    async def story() -> None:
        config = _config("longest", Ending.NOTICE)
        (line,) = (line for line in config.lines if line.id == "toll_free")
        policy = replace(line.waiting, ring_s=30, longest_s=10)
        world = World(changed(config, "toll_free", waiting=policy))
        world.start()
        world.phone("anna", answers_after=20.0)
        caller = world.asterisk.call(TOLL_FREE)
        with world.habit(caller, FINNISH_FAMILIES):
            await world.until(lambda: bool(world.disk.of(EventKind.CONNECTED)))
        assert "fi/wait_longest" not in world.heard(caller)
        await _close(world)

    run_in_virtual_time(story())


def test_the_last_counsellor_who_goes_is_noticed_while_the_music_plays() -> None:
    async def story() -> None:
        world = World(_config("nobody", Ending.NOTICE))
        world.start()
        world.phone("anna", answers_after=None)
        caller = world.asterisk.call(TOLL_FREE)
        with world.habit(caller, FINNISH_FAMILIES):
            await world.until(lambda: caller.music)
        began = asyncio.get_running_loop().time()
        world.asterisk.unregister("anna")
        await world.until_over(caller)
        assert 30 <= asyncio.get_running_loop().time() - began <= 60
        assert world.outcomes(caller) == ["turned_away"]
        await _close(world)

    run_in_virtual_time(story())


def test_the_number_is_kept_when_the_free_waiting_ends_during_the_question_at_a_limit() -> None:
    async def story() -> None:
        policy = replace(QUIET, budget_s=30, longest_s=10)
        world = World(changed(service(), "free", waiting=policy))
        world.start()
        caller = world.asterisk.call(FREE)
        with world.habit(caller, FINNISH_FAMILIES):
            await world.until_over(caller)
        assert world.heard(caller)[-1] == "fi/free_window_end"
        assert world.outcomes(caller) == ["callback"]
        assert not caller.up
        await _close(world)

    run_in_virtual_time(story())
