"""A colleague is asked, added to the call, or given it."""

import asyncio

import pytest

from ivr.domain.call import Outcome
from ivr.domain.journal import EventKind
from tests.fakes.time import run_in_virtual_time
from tests.scenes.talks import Talk


def test_a_colleague_is_consulted_while_the_caller_hears_music_and_then_takes_the_call() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        await talk.press("anna", "*2102#")
        assert talk.on_music()
        await talk.until_together("anna", "bertil")
        assert talk.on_music()
        await talk.press("anna", "*4")
        await talk.until_together("caller", "bertil")
        assert talk.channel("anna") is None
        assert len(talk.events(EventKind.CONSULTED)) == 1
        (moved,) = talk.events(EventKind.TRANSFERRED)
        assert (moved.data["attended"], moved.data["counsellor"]) == (True, "bertil")
        await talk.press("bertil", "*1")  # the call is Bertil's now
        assert talk.on_music()
        assert await talk.over() == [Outcome.SERVED]
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())


def test_hanging_up_while_the_colleague_talks_is_completing_the_transfer() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        await talk.press("anna", "*2102#")
        await talk.until_together("anna", "bertil")
        talk.hang_up("anna")
        await talk.until_together("caller", "bertil")
        assert await talk.over() == [Outcome.SERVED]
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())


@pytest.mark.parametrize("who", ["anna", "bertil"])
def test_the_caller_is_with_the_counsellor_again_when_the_colleague_goes(who: str) -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        await talk.press("anna", "*2102#")
        await talk.until_together("anna", "bertil")
        if who == "anna":
            await talk.press("anna", "*5")
        else:
            talk.hang_up("bertil")
        await talk.until_together("caller", "anna")
        assert talk.channel("bertil") is None
        assert await talk.over() == [Outcome.SERVED]
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())


@pytest.mark.parametrize(
    ("phone", "told"),
    [
        ({"declines": True}, "talk_busy"),
        ({"answers_after": None}, "talk_no_answer"),
        ({"dead": True}, "talk_absent"),
    ],
)
def test_a_colleague_who_cannot_be_had_is_told_and_the_caller_is_back(
    phone: dict[str, bool], told: str
) -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        vars(talk.phones["bertil"]).update(phone)
        await talk.press("anna", "*2102#")
        assert talk.on_music()
        await talk.until_together("caller", "anna")
        assert talk.heard("anna")[-1] == told
        vars(talk.phones["bertil"]).update(declines=False, answers_after=1.0, dead=False)
        assert await talk.over() == [Outcome.SERVED]
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())


def test_a_ringing_colleague_can_be_given_up() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        talk.phones["bertil"].answers_after = None
        await talk.press("anna", "*2102#")
        await asyncio.sleep(2)
        assert talk.hears_ringing("anna")
        await talk.press("anna", "*5")
        await talk.until_together("caller", "anna")
        assert not talk.hears_ringing("anna")
        assert talk.phones["bertil"].ended
        await talk.over()
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())


def test_a_colleague_whose_phone_goes_while_it_rings_is_not_waited_for() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        talk.phones["bertil"].answers_after = None
        await talk.press("anna", "*2102#")
        await talk.world.until(lambda: talk.hears_ringing("anna"))
        talk.world.unregister("bertil")
        await talk.world.until(lambda: talk.together("caller", "anna"), 2)
        assert talk.heard("anna")[-1] == "talk_absent"
        assert not talk.hears_ringing("anna")
        assert "bertil" not in [c.account for c in talk.asterisk.channels.values()]
        assert await talk.over() == [Outcome.SERVED]
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())


def test_a_busy_colleague_is_not_rung() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        second = talk.asterisk.call("0291000005", "+358451112222")  # for Bertil: Anna has a call
        with talk.world.habit(second, {"lang_choice": "2"}):
            await talk.world.until(lambda: second.up)
        await talk.press("anna", "*2102#")
        await talk.world.until(lambda: talk.heard("anna")[-1] == "talk_busy")
        await talk.until_together("caller", "anna")
        assert talk.phones["bertil"].rung == 1
        talk.asterisk.end(second.id)
        await talk.over()
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())


# --- three in the call ------------------------------------------------------------


@pytest.mark.parametrize(
    ("leaves", "left"),
    [
        ("anna", ("caller", "bertil")),
        ("bertil", ("caller", "anna")),
        ("*4", ("caller", "bertil")),
        ("*5", ("caller", "anna")),
    ],
)
def test_three_talk_and_when_one_of_the_two_leaves_the_caller_is_not_alone(
    leaves: str, left: tuple[str, str]
) -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        await talk.press("anna", "*2102#")
        await talk.until_together("anna", "bertil")
        await talk.press("anna", "*3")
        await talk.until_together("caller", "anna", "bertil")
        assert not talk.caller.music
        assert len(talk.events(EventKind.ADDED)) == 1
        if leaves.startswith("*"):
            await talk.press("anna", leaves)
        else:
            talk.hang_up(leaves)
        await talk.until_together(*left)
        assert await talk.over() == [Outcome.SERVED]
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())
