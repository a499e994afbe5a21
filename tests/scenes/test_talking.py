"""What a counsellor can do with a caller: hold, ask a colleague, add one, hand the caller on."""

import asyncio

import pytest

from ivr.domain.call import Outcome
from ivr.domain.journal import EventKind
from ivr.ports import TransferAsked
from tests.fakes.time import run_in_virtual_time
from tests.scenes.talks import NOBODYS, OUTSIDE, Talk


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


# --- to another counsellor, or a topic --------------------------------------------


def test_a_caller_handed_to_a_colleague_keeps_the_first_joining_and_gets_nobody_else() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        talk.phones["bertil"].answers_after = 20.0
        (joined,) = [e.facts.joined for e in talk.events(EventKind.CONNECTED)]
        await talk.press("anna", "*7102#")
        await talk.until_together("caller", "bertil")
        assert "transfer_other" in talk.heard("caller")
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


# --- consulting -------------------------------------------------------------------


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


# --- outside ----------------------------------------------------------------------


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


# --- who goes while the caller is held --------------------------------------------


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


# --- the phone's own buttons ------------------------------------------------------


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
