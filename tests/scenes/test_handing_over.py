"""A caller handed outside, a counsellor whose line breaks, and a phone's own transfer button."""

import asyncio

import pytest

from ivr.domain.call import Outcome
from ivr.domain.journal import EventKind
from ivr.ports import TransferAsked
from tests.fakes.time import run_in_virtual_time
from tests.scenes.talks import NOBODYS, OUTSIDE, Talk


def test_an_outside_number_that_answers_takes_the_caller_and_the_counsellor_is_free() -> None:
    async def story() -> None:
        talk = await Talk.begin()
        await talk.press("anna", f"*7{OUTSIDE}#")
        assert talk.on_music()
        await talk.until_together("caller", OUTSIDE)
        assert talk.channel("anna") is None
        talk.hang_up(OUTSIDE)
        assert await talk.over() == [Outcome.HANDED_OVER]
        (moved,) = talk.events(EventKind.TRANSFERRED)
        assert (moved.data["kind"], moved.data["attended"]) == ("outside", False)
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())


def test_an_outside_number_may_be_consulted_first() -> None:
    async def story() -> None:
        talk = await Talk.begin()
        await talk.press("anna", f"*2{OUTSIDE}#")
        await talk.until_together("anna", OUTSIDE)
        await talk.press("anna", "*4")
        await talk.until_together("caller", OUTSIDE)
        (moved,) = talk.events(EventKind.TRANSFERRED)
        assert moved.data["attended"] is True
        assert await talk.over() == [Outcome.HANDED_OVER]
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())


@pytest.mark.parametrize("hangs_up", [False, True])
def test_an_outside_number_that_does_not_answer_costs_no_caller(hangs_up: bool) -> None:
    async def story() -> None:
        talk = await Talk.begin()
        talk.asterisk.phones[OUTSIDE].answers_after = None
        await talk.press("anna", f"*7{OUTSIDE}#")
        if hangs_up:
            talk.hang_up("anna")
            await talk.world.until(lambda: "counsellor_lost" in talk.heard("caller"))
        await talk.until_together("caller", "anna")
        if not hangs_up:
            assert talk.heard("anna")[-1] == "talk_no_answer"
        assert await talk.over() == [Outcome.SERVED]
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())


@pytest.mark.parametrize("keys", ["", "*1"])
def test_a_counsellor_whose_line_breaks_loses_no_caller(keys: str) -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        (joined,) = [e.facts.joined for e in talk.events(EventKind.CONNECTED)]
        await talk.press("anna", keys)
        talk.hang_up("anna", cause=44)
        await talk.until_together("caller", "bertil")
        assert "counsellor_lost" in talk.heard("caller")
        assert talk.events(EventKind.CONNECTED)[-1].facts.joined == joined
        assert await talk.over() == [Outcome.SERVED]
        await talk.world.stop()

    run_in_virtual_time(story())


def test_a_counsellor_who_hangs_up_on_a_held_caller_has_ended_the_call() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        await talk.press("anna", "*1")
        talk.hang_up("anna")
        assert await talk.over() == [Outcome.SERVED]
        assert talk.phones["bertil"].rung == 0
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())


def ask(talk: Talk, target: str) -> None:
    """Anna's phone sends a REFER."""
    leg = talk.channel("anna")
    assert leg is not None
    talk.asterisk.emit(TransferAsked(channel=leg.id, target=target, consulted=None))


@pytest.mark.parametrize("hangs_up", [False, True])
def test_the_phones_own_transfer_is_done_and_reported(hangs_up: bool) -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        leg = talk.channel("anna")
        assert leg is not None
        ask(talk, "102")
        if hangs_up:  # as soon as its wish was taken
            talk.hang_up("anna")
        await talk.until_together("caller", "bertil")
        assert leg.reported == ([] if hangs_up else [True])
        assert await talk.over() == [Outcome.SERVED]
        await talk.everybody_is_free()
        await talk.world.stop()

    run_in_virtual_time(story())


@pytest.mark.parametrize("target", ["", "555", "*1", NOBODYS, "103", "9" * 79])
def test_a_transfer_to_nowhere_is_declined_to_the_phone_and_the_call_goes_on(target: str) -> None:
    async def story() -> None:
        talk = await Talk.begin()
        leg = talk.channel("anna")
        assert leg is not None
        ask(talk, target)
        await asyncio.sleep(3)
        assert leg.reported == [False]
        assert talk.together("caller", "anna")
        assert await talk.over() == [Outcome.SERVED]
        await talk.world.stop()

    run_in_virtual_time(story())


def test_a_wish_made_while_another_is_refused_is_not_lost() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        leg = talk.channel("anna")
        assert leg is not None
        await talk.press("anna", "*9")
        ask(talk, "102")
        await talk.until_together("caller", "bertil")
        assert leg.reported == [False, True]
        await talk.over()
        await talk.world.stop()

    run_in_virtual_time(story())
