"""What a counsellor can do alone with a caller: hold, hand on, and what is refused."""

import asyncio
from dataclasses import replace

import pytest

from ivr.domain.call import Outcome
from ivr.domain.journal import EventKind
from ivr.domain.policy import Routing
from ivr.domain.service import Service
from tests.fakes.time import run_in_virtual_time
from tests.scenes.talks import NOBODYS, Talk, help_at_hand


def test_a_held_caller_hears_music_and_nobody_until_the_counsellor_is_back() -> None:
    async def story() -> None:
        talk = await Talk.begin()
        await talk.press("anna", "*1")
        assert talk.on_music()
        await talk.press("anna", "*1")
        assert talk.together("caller", "anna")
        assert not talk.caller.music
        assert len(talk.events(EventKind.HELD)) == len(talk.events(EventKind.RESUMED)) == 1
        assert await talk.over() == [Outcome.SERVED]
        await talk.world.stop()

    run_in_virtual_time(story())


def test_the_callers_own_keys_mean_nothing_in_a_talk_nor_afterwards() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        await talk.press("caller", "*1*7102#1")
        assert talk.together("caller", "anna")
        await talk.press("anna", "*7102#")
        await talk.press("caller", "1")
        await talk.until_together("caller", "bertil")
        assert "number_confirm" not in talk.heard("caller")
        assert await talk.over() == [Outcome.SERVED]
        await talk.world.stop()

    run_in_virtual_time(story())


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("*9", "talk_no_code"),
        ("*3", "talk_not_now"),
        ("*4", "talk_not_now"),
        ("*7555#", "talk_no_such_number"),
        ("*7101#", "talk_no_such_number"),  # oneself
        (f"*7{NOBODYS}#", "talk_not_allowed"),
        ("*21#", "talk_not_allowed"),  # a topic is nobody who could be consulted
        ("*7103#", "talk_absent"),
        ("*2103#", "talk_absent"),
    ],
)
def test_what_cannot_be_done_is_refused_by_voice_and_nothing_changes(keys: str, told: str) -> None:
    async def story() -> None:
        talk = await Talk.begin()
        await talk.press("anna", keys)
        await asyncio.sleep(3)
        assert talk.heard("anna")[-1] == told
        assert talk.together("caller", "anna")
        assert await talk.over() == [Outcome.SERVED]
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())


def test_keys_that_are_not_finished_are_given_up_and_a_lone_star_is_a_slip() -> None:
    async def story() -> None:
        talk = await Talk.begin()
        await talk.press("anna", "5*")
        await asyncio.sleep(10)
        before = talk.heard("anna")
        await talk.press("anna", "*710")
        await asyncio.sleep(10)
        assert talk.heard("anna") == [*before, "talk_unfinished"]
        await talk.press("anna", "*710*1")  # a star begins anew
        assert talk.on_music()
        await talk.over()
        await talk.world.stop()

    run_in_virtual_time(story())


def test_an_urgent_caller_is_marked_and_the_counsellor_hears_so() -> None:
    async def story() -> None:
        talk = await Talk.begin()
        await talk.press("anna", "*6")
        await asyncio.sleep(2)
        assert talk.heard("anna")[-1] == "desk_urgent"
        (urgent,) = talk.events(EventKind.URGENT)
        assert urgent.facts.assessed_urgent
        await talk.over()
        await talk.world.stop()

    run_in_virtual_time(story())


def test_a_caller_handed_to_a_colleague_keeps_the_first_joining_and_gets_nobody_else() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        talk.phones["bertil"].answers_after = 15.0
        (joined,) = [e.facts.joined for e in talk.events(EventKind.CONNECTED)]
        await talk.press("anna", "*7102#")
        await talk.until_together("caller", "bertil")
        heard = talk.heard("caller")
        assert heard[heard.index("transfer_other") + 1] == "price_waiting"  # answered, it costs
        assert talk.phones["anna"].rung == 1
        last = talk.events(EventKind.CONNECTED)[-1].facts
        assert (last.joined, last.counsellor, last.wanted) == (joined, "bertil", None)
        (moved,) = talk.events(EventKind.TRANSFERRED)
        assert (moved.data["kind"], moved.data["attended"]) == ("counsellor", False)
        assert await talk.over() == [Outcome.SERVED]
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())


def test_a_caller_handed_to_a_topic_is_served_by_those_who_know_it() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "cecilia")
        await talk.press("anna", "*73#")
        await talk.until_together("caller", "cecilia")
        (moved,) = talk.events(EventKind.TRANSFERRED)
        assert (moved.data["kind"], moved.data["topic"]) == ("topic", "adults")
        assert await talk.over() == [Outcome.SERVED]
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())


def without_wrap_up() -> Service:
    """Nobody rests after a talk."""
    config = help_at_hand()
    topics = {name: replace(topic, routing=Routing()) for name, topic in config.topics.items()}
    return replace(config, topics=topics)


def test_a_caller_handed_on_is_not_given_back_at_once_to_whoever_handed_them_on() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, config=without_wrap_up())
        await talk.press("anna", "*71#")
        await asyncio.sleep(20)
        assert talk.phones["anna"].rung == 1
        talk.on("bertil")
        await talk.until_together("caller", "bertil")
        assert talk.phones["anna"].rung == 1
        assert await talk.over() == [Outcome.SERVED]
        await talk.world.stop()

    run_in_virtual_time(story())


@pytest.mark.parametrize("crashes", [False, True])
def test_a_caller_whom_nobody_else_can_serve_comes_back_to_them_after_a_while(
    crashes: bool,
) -> None:
    async def story() -> None:
        talk = await Talk.begin(None, config=without_wrap_up())
        await talk.press("anna", "*71#")
        await asyncio.sleep(40)
        if crashes:
            assert talk.world.controller is not None
            talk.world.controller.die()
            await talk.world.crash_and_restart(1.0)
            await asyncio.sleep(10)
        assert talk.phones["anna"].rung == 1
        await talk.world.until(lambda: talk.together("caller", "anna"), 30)
        assert await talk.over() == [Outcome.SERVED]
        await talk.world.stop()

    run_in_virtual_time(story())
