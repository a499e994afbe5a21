"""A colleague dialled on the phone's second line, and the phone's own attended transfer."""

import asyncio

import pytest

from ivr.domain.call import ChannelId
from ivr.domain.counsellor import Doing
from ivr.domain.journal import EventKind
from ivr.ports import NO_SUCH_CALL, TransferAsked
from tests.fakes.time import run_in_virtual_time
from tests.scenes.desks import ANNA, BERTIL, doing
from tests.scenes.talks import Talk


@pytest.mark.parametrize(("by", "to"), [("anna", "second"), ("second", "anna")])
@pytest.mark.parametrize("held", ["by the phone", "by key"])
def test_the_caller_goes_to_the_colleague_and_both_lines_end(by: str, to: str, held: str) -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        first = talk.channel("anna")
        assert first is not None
        if held == "by key":
            await talk.press("anna", "*1")
        await talk.ask_on_second_line()
        assert talk.on_music() if held == "by key" else talk.hears_hold_music()
        asking = talk.refer(by, to)
        assert asking is not None
        await talk.until_together("caller", "bertil")
        await talk.world.until(lambda: talk.channel("second") is None)
        assert (talk.channel("anna"), asking.reported) == (None, [True])
        assert doing(talk.world, ANNA) is Doing.WRAP_UP
        assert doing(talk.world, BERTIL) is Doing.TALKING
        assert len(talk.events(EventKind.CONSULTED)) == 1
        (moved,) = talk.events(EventKind.TRANSFERRED)
        assert (moved.data["attended"], moved.data["counsellor"]) == (True, "bertil")
        await talk.press("bertil", "*1")  # the call is Bertil's now
        assert talk.on_music()
        await talk.served()

    run_in_virtual_time(story())


def test_a_phone_that_hangs_up_both_lines_as_it_asks_has_still_asked() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        await talk.ask_on_second_line()
        talk.refer("anna", "second")
        talk.hang_up("second")
        talk.hang_up("anna")
        await talk.until_together("caller", "bertil")
        await talk.served()

    run_in_virtual_time(story())


@pytest.mark.parametrize("who", ["second", "bertil"])
def test_whoever_ends_the_consultation_the_caller_is_still_the_counsellors(who: str) -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        await talk.ask_on_second_line()
        talk.hang_up(who)
        await talk.world.until(
            lambda: talk.channel("second") is None and talk.channel("bertil") is None
        )
        assert talk.hears_hold_music()
        assert doing(talk.world, BERTIL) is Doing.FREE
        talk.hold(held=False)
        assert talk.together("caller", "anna")
        await talk.served()

    run_in_virtual_time(story())


def test_a_caller_who_hangs_up_on_hold_ends_their_call_and_no_other() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        await talk.ask_on_second_line()
        talk.hang_up("caller")
        await talk.world.until_over(talk.caller)
        await asyncio.sleep(20)
        assert talk.together("second", "bertil")
        assert not talk.world.house.roster.available()  # Anna is on her phone, and Bertil too
        talk.hang_up("second")
        await talk.served()

    run_in_virtual_time(story())


def test_a_counsellor_who_hangs_up_the_callers_line_has_ended_the_call() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        await talk.ask_on_second_line()
        talk.hang_up("anna")
        await talk.world.until_over(talk.caller)
        assert talk.together("second", "bertil")
        talk.hang_up("bertil")
        await talk.world.until(lambda: talk.channel("second") is None)
        await talk.served()

    run_in_virtual_time(story())


def test_before_the_colleague_answers_the_transfer_is_declined_and_the_ringing_goes_on() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        talk.phones["bertil"].answers_after = 5.0
        await talk.dial("102")
        asking = talk.refer("anna", "second")
        assert asking is not None
        await talk.until_together("second", "bertil")
        assert asking.reported == [False]
        assert not talk.heard("anna")[1:]  # but the whisper: on hold she would hear nothing
        assert talk.hears_hold_music()
        await over_consulted(talk)

    run_in_virtual_time(story())


async def over_consulted(talk: Talk) -> None:
    """The consultation ends, and then the call."""
    talk.hang_up("second")
    await talk.served()


@pytest.mark.parametrize("names", [NO_SUCH_CALL, ChannelId("1.99"), "itself", "the caller's"])
@pytest.mark.parametrize("by", ["anna", "second", "bertil"])
def test_a_transfer_to_no_second_line_of_this_phone_is_declined_and_all_goes_on(
    by: str, names: str
) -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        await talk.ask_on_second_line()
        asking = talk.channel(by)
        assert asking is not None
        known = {"itself": asking.id, "the caller's": talk.caller.id}
        named = known.get(names, ChannelId(names))
        talk.asterisk.emit(TransferAsked(channel=asking.id, target="102", consulted=named))
        await asyncio.sleep(3)
        assert asking.reported == [False]
        assert talk.together("caller", "anna")
        assert talk.together("second", "bertil")
        await over_consulted(talk)

    run_in_virtual_time(story())


def test_a_colleague_cannot_take_the_caller_and_the_second_line_cannot_be_sent_elsewhere() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        await talk.ask_on_second_line()
        for by, to in (("bertil", "second"), ("bertil", "anna"), ("second", "bertil")):
            talk.refer(by, to)
        for by in ("bertil", "second"):
            channel = talk.channel(by)
            assert channel is not None
            talk.asterisk.emit(TransferAsked(channel=channel.id, target="103", consulted=None))
        await asyncio.sleep(3)
        assert talk.together("second", "bertil")
        assert talk.together("caller", "anna")
        await over_consulted(talk)

    run_in_virtual_time(story())


def test_a_second_line_of_another_counsellor_is_no_way_for_ones_caller() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil", "cecilia")
        second = talk.asterisk.call("0291000005", "+358451112222")  # families: Bertil
        with talk.world.habit(second, {"lang_choice": "2"}):
            await talk.world.until(lambda: second.up)
        await talk.ask_on_second_line("103", "cecilia")
        asking = talk.refer("bertil", "second")
        assert asking is not None
        await asyncio.sleep(3)
        assert asking.reported == [False]
        assert talk.together("second", "cecilia")
        talk.asterisk.end(second.id)
        await over_consulted(talk)

    run_in_virtual_time(story())


def test_a_crash_ends_the_consultation_and_the_caller_stays_on_hold() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil")
        await talk.ask_on_second_line()
        await talk.world.stop()
        talk.world.start()
        await talk.world.until(
            lambda: talk.channel("second") is None and talk.channel("bertil") is None
        )
        assert talk.together("caller", "anna")
        assert talk.hears_hold_music()
        await talk.ask_on_second_line()  # and again
        talk.refer("anna", "second")
        await talk.until_together("caller", "bertil")
        await talk.served()

    run_in_virtual_time(story())


def test_a_call_handed_on_again_is_on_the_record_twice_though_the_controller_dies() -> None:
    async def story() -> None:
        talk = await Talk.begin(None, "bertil", "cecilia")
        await talk.ask_on_second_line()
        talk.refer("anna", "second")
        await talk.until_together("caller", "bertil")
        leg = talk.channel("bertil")
        assert leg is not None
        talk.second = talk.asterisk.dial_code("bertil", "103")
        await talk.until_together("second", "cecilia")
        talk.refer("bertil", "second")
        await talk.world.until(lambda: "cecilia" in (talk.caller.facts or ""), every_s=0.0005)
        await talk.world.stop()  # before anything else
        talk.world.start()
        await talk.until_together("caller", "cecilia")
        moved = [event.data["counsellor"] for event in talk.events(EventKind.TRANSFERRED)]
        assert moved == ["bertil", "cecilia"]
        await talk.served()

    run_in_virtual_time(story())
