"""How a caller is received: language, topic, a closed line, a number of nobody; in virtual time."""

import asyncio

from tests.fakes.service import BY_NUMBER, CLOSED, FREE
from tests.fakes.time import run_in_virtual_time
from tests.scenes.world import World

SWEDISH_FAMILIES = {"lang_choice": "2", "topic_menu": "1"}


def test_a_caller_chooses_language_and_topic_and_is_served() -> None:
    async def story() -> None:
        world = World()
        world.start()
        world.phone("anna")
        caller = world.asterisk.call(FREE)
        with world.habit(caller, SWEDISH_FAMILIES):
            await world.until(lambda: caller.up)
        await asyncio.sleep(10)
        world.asterisk.end(caller.id)
        await world.until_over(caller)
        await asyncio.sleep(1)
        assert world.outcomes(caller) == ["served"]
        assert world.heard(caller) == [
            "fi/lang_choice",
            "sv/welcome",
            "sv/free_queue",
            "sv/topic_menu",
            "sv/queue_next",
            "fi/lang_switch",
        ]
        assert not world.asterisk.channels
        assert not world.asterisk.bridges
        await world.stop()

    run_in_virtual_time(story())


def test_a_caller_who_presses_nothing_reaches_the_line_in_its_first_language() -> None:
    async def story() -> None:
        world = World()
        world.start()
        caller = world.asterisk.call(FREE)
        await world.until(lambda: "fi/queue_next" in world.heard(caller))
        heard = world.heard(caller)
        assert heard.count("fi/lang_no_input") == 2
        assert heard.count("fi/no_input") == 2
        assert "fi/default_route" in heard
        world.asterisk.end(caller.id)
        await world.until(lambda: world.outcomes(caller) == ["abandoned_queue"])
        await world.stop()

    run_in_virtual_time(story())


def test_a_wrong_key_is_told_apart_from_silence() -> None:
    async def story() -> None:
        world = World()
        world.start()
        caller = world.asterisk.call(FREE)
        with world.habit(caller, {"lang_choice": "7", "lang_retry": "9", "topic_menu": "8"}):
            await world.until(lambda: "fi/queue_next" in world.heard(caller))
        heard = world.heard(caller)
        assert "fi/lang_invalid" in heard
        assert "fi/invalid_choice" in heard
        assert "fi/no_input" not in heard
        assert "fi/lang_no_input" not in heard
        world.asterisk.end(caller.id)
        await asyncio.sleep(1)
        await world.stop()

    run_in_virtual_time(story())


def test_the_number_dialled_can_say_the_topic() -> None:
    async def story() -> None:
        world = World()
        world.start()
        caller = world.asterisk.call(BY_NUMBER)
        with world.habit(caller, {"lang_choice": "1"}):
            await world.until(lambda: "fi/queue_next" in world.heard(caller))
        assert "fi/topic_menu" not in world.heard(caller)
        world.asterisk.end(caller.id)
        await asyncio.sleep(1)
        await world.stop()

    run_in_virtual_time(story())


def test_a_closed_line_says_when_it_opens_and_where_help_is_without_answering() -> None:
    async def story() -> None:
        world = World()
        world.start()
        caller = world.asterisk.call(CLOSED)
        await world.until(lambda: world.outcomes(caller) == ["closed_hours"])
        assert world.heard(caller) == [
            "fi/closed_next",
            "fi/crisis",
            "sv/closed_next",
            "sv/crisis",
        ]
        assert not caller.up
        await asyncio.sleep(1)
        await world.stop()

    run_in_virtual_time(story())


def test_a_number_of_nobody_is_told_so_in_both_languages() -> None:
    async def story() -> None:
        world = World()
        world.start()
        caller = world.asterisk.call("0999999")
        await world.until(lambda: world.outcomes(caller) == ["unknown_number"])
        assert world.heard(caller) == ["fi/unknown_number", "sv/unknown_number"]
        await asyncio.sleep(1)
        await world.stop()

    run_in_virtual_time(story())
